"""``python -m manoflow.runtime.cli``: how the supervisor starts its processes, so that their pid is the program's."""

from manoflow.runtime.cli import main

main()
