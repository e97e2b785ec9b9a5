"""Takes the laboratory through an orchestrator's calls with openstacksdk: is it the laboratory, or the driver?

usage: OSLAB_DIR=... $OSLAB_DIR/venv/bin/python -W ignore check.py
Prints one line a step; exits 1 if a step failed. Cleans up after itself.
"""

import sys

from checks import basics, servers, stacks, volumes  # noqa: F401  # each runs its steps
from checks.steps import X, bad, c, step, undo, until
from openstack import exceptions as exc


@step
def clean_up():
    left = 0
    for first, _ in reversed(undo):
        try:
            first()
        except exc.ConflictException:
            left += 1
        except Exception as e:
            print("   ", type(e).__name__, str(e)[:150])
    for _, wait in undo:
        if wait:
            wait()
    for first, _ in reversed(undo):
        first()
    assert not [s for s in c.compute.servers() if s.name.startswith(X)]
    assert not [p for p in c.network.ports() if p.name.startswith(X)]
    if any(s.type == "block-storage" for s in c.identity.services()):
        until(lambda: [v.name for v in c.block_storage.volumes(all_projects=True) if v.name.startswith(X)], [])
    return f"{len(undo)} things deleted"


print(f"{len(bad)} failed: {bad}" if bad else "all steps passed")
sys.exit(bool(bad))
