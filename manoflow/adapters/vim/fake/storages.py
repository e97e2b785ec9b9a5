"""Storages: volumes, blank or made from an image."""

from sqlite3 import Row

from manoflow.adapters.vim.fake.calls import Turn
from manoflow.adapters.vim.fake.images import image_id
from manoflow.adapters.vim.fake.resources import FakeResources
from manoflow.adapters.vim.fake.rows import insert
from manoflow.domain.cloud import NewStorage
from manoflow.domain.errors import BusyError


class FakeStorages(FakeResources[NewStorage]):
    """Volumes, each for one server at a time."""

    kind = "storages"

    def _make(self, turn: Turn, new: NewStorage) -> str:
        return insert(turn, self.kind, new, size_gib=new.size_gib, image_id=image_id(turn, new))

    def _may_go(self, turn: Turn, row: Row) -> None:  # noqa: ARG002 - its row says it all
        if row["server_id"] is not None:
            raise BusyError(f"cannot delete volume {row['id']} ({row['uid']}): server {row['server_id']} uses it")
