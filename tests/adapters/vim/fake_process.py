"""Another process that works on a world: makes storages named on its command line and says when each is made.

Run as ``python -m tests.adapters.vim.fake_process WORLD VNF_ID NAME...``; a storage's uid derives from VNF_ID and NAME.
"""

import asyncio
import sys
from uuid import UUID, uuid5

from manoflow.adapters.vim.fake import connect
from manoflow.domain.cloud import NewStorage
from manoflow.domain.vim import VimConnection


def new_storage(vnf: UUID, name: str) -> NewStorage:
    """The storage that the process makes under this name."""
    return NewStorage(uid=uuid5(vnf, name), vnf_instance_id=vnf, lcm_op_occ_id=vnf, name=name, size_gib=1)


async def make(world: str, vnf: str, *names: str) -> None:
    """Make them one after the other."""
    connection = VimConnection(id="process", vim_id="fake", driver="fake", interface_info={"world": world})
    driver = await connect(connection)
    for name in names:
        made = await driver.storages.create(new_storage(UUID(vnf), name))
        sys.stdout.write(f"{made.vim_id}\n")
        sys.stdout.flush()
    await driver.close()


if __name__ == "__main__":
    asyncio.run(make(*sys.argv[1:]))
