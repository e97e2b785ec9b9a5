"""Neutron denies right after its start that anything is there: what is not seen then is not taken for gone."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID, uuid4

import pytest
from openstack.connection import Connection

from manoflow.adapters.vim.openstack import kinds
from manoflow.adapters.vim.openstack.cloud import Cloud
from manoflow.adapters.vim.openstack.kinds import CloudResources
from manoflow.adapters.vim.openstack.ports import OpenStackPorts
from manoflow.adapters.vim.openstack.tags import Tag
from manoflow.adapters.vim.openstack.virtual_links import OpenStackVirtualLinks
from manoflow.domain.cloud import NewPort, ResourceState, VimResource
from manoflow.domain.errors import BusyError, NotFoundError
from manoflow.domain.identity import Kind

Answer = TypeVar("Answer")

PORT = VimResource(uid=uuid4(), vim_id="port-1", name="p", state=ResourceState.READY, created_at=datetime.now(UTC))


class Neutron(Cloud):
    """A service that has one port, and shows nothing for so many calls."""

    def __init__(self, *, denies: int) -> None:
        """No connection is needed."""
        self.denies = denies
        self.there = True
        self.looks = 0

    async def call(self, doing: str, work: Callable[[Connection], Answer]) -> Answer:
        if doing.startswith("look"):
            self.looks += 1
        self.denies -= 1
        if doing.startswith("delete") and (self.denies >= 0 or not self.there):
            message = f"cannot {doing}: not found (HTTP 404)"
            raise NotFoundError(message)
        return work(None)  # type: ignore[arg-type]


class Ports(CloudResources[NewPort]):
    """A kind of resource of that service."""

    kind = Kind.PORT
    noun = "port"
    may_deny = True

    def __init__(self, cloud: Neutron) -> None:
        super().__init__(cloud)
        self.neutron = cloud

    def _list(self, _sdk: Connection, _tag: Tag | None) -> Sequence[VimResource]:
        return [PORT] if self.neutron.there and self.neutron.denies < 0 else []

    def _find(self, sdk: Connection, uids: Sequence[UUID]) -> Sequence[VimResource]:
        return [one for one in self._list(sdk, None) if one.uid in uids]

    def _denies(self, _sdk: Connection) -> bool:
        return self.neutron.denies >= 0

    def _create(self, _sdk: Connection, _new: NewPort) -> VimResource:
        raise NotImplementedError

    def _delete(self, _sdk: Connection, _resource: VimResource) -> None:
        self.neutron.there = False


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "LOOK_AGAIN", 0.01)


async def test_what_is_denied_for_however_long_is_found() -> None:
    assert await Ports(Neutron(denies=99)).find(PORT.uid) == []
    assert await Ports(Neutron(denies=99)).find_for_certain(PORT.uid) == [PORT]


async def test_what_is_denied_by_one_process_and_not_by_another_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = Ports(Neutron(denies=0))
    answers = iter([[], [], [], [PORT]])
    monkeypatch.setattr(ports, "_list", lambda _sdk, _tag: next(answers))

    assert await ports.find_for_certain(PORT.uid) == [PORT]


async def test_what_is_gone_is_gone_in_the_end() -> None:
    neutron = Neutron(denies=0)
    neutron.there = False

    assert await Ports(neutron).find_for_certain(PORT.uid) == []
    assert neutron.looks == kinds.LOOKS + 1


async def test_a_delete_that_is_denied_is_tried_again_while_it_is_there() -> None:
    neutron = Neutron(denies=2)

    with pytest.raises(BusyError, match="denied for a moment"):
        await Ports(neutron).delete(PORT)
    await Ports(neutron).delete(PORT)

    assert not neutron.there


async def test_a_delete_of_what_is_gone_is_no_error() -> None:
    neutron = Neutron(denies=0)
    neutron.there = False

    await Ports(neutron).delete(PORT)


def test_what_neutron_keeps_may_be_hidden() -> None:
    assert OpenStackPorts.may_deny
    assert OpenStackVirtualLinks.may_deny
