"""Run a program that dies with the process that started it: ``python -m ...leash PARENT PROGRAM...``.

The supervisor may be killed before it can stop anybody. So each program is started through this one, which asks the
kernel for a SIGKILL at its parent's death and then becomes the program: same pid, nothing in between. Any program of
the stack may be killed at any time without loss, so the hard way is the sure way.

Linux only: elsewhere programs outlive a supervisor that is killed.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def leashed(program: tuple[str, ...]) -> tuple[str, ...]:
    """The command that runs a program on our leash. Start it from the main thread: the leash is that thread's."""
    return (sys.executable, "-m", __name__, str(os.getpid()), *program)


def main(parent: int, program: list[str]) -> None:
    """Become the program, unless the parent is gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == parent:
        os.execv(program[0], program)  # noqa: S606 - a command of ours, no shell wanted


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
