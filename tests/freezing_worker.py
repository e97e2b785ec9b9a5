"""A worker process that freezes at the worst moment: ``python -m tests.freezing_worker vnfc``.

It is the product's worker. When it has looked for something of the kind it is given (`manoflow.domain.identity.Kind`),
found nothing and is about to make it, it says ``held`` and the uid and stops itself, once. The test wakes it.
"""

import asyncio
import os
import signal
import sys
from unittest.mock import patch

from activities import converging
from manoflow.domain.cloud import AnyNew
from manoflow.domain.identity import Kind
from manoflow.ports.vim import Resources
from manoflow.runtime.settings import Settings
from manoflow.runtime.worker import work

create = converging._create


class Freezing:
    """In the place of `activities.converging._create`."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._has_slept = False

    async def __call__(self, resources: Resources[AnyNew], new: AnyNew) -> None:
        if new.kind is self._kind and not self._has_slept:
            self._has_slept = True
            sys.stdout.write(f"held {new.uid}\n")
            sys.stdout.flush()
            os.kill(os.getpid(), signal.SIGSTOP)
        await create(resources, new)


if __name__ == "__main__":
    with patch.object(converging, "_create", Freezing(Kind(sys.argv[1]))):
        asyncio.run(work(Settings.load()))
