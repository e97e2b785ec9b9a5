"""Placement groups: Nova's server groups, which have a name, a policy and nothing else to write on.

So the marks stand in the name, after the name for people. Nova tells neither when a group was made nor keeps names
unique; deleting a group leaves its servers where they are.
"""

from collections.abc import Sequence
from uuid import UUID

from openstack.compute.v2 import server_group
from openstack.connection import Connection

from manoflow.adapters.vim.openstack.kinds import UNDATED, CloudResources
from manoflow.adapters.vim.openstack.tags import Marks, Tag, tags_of
from manoflow.domain.cloud import NewPlacementGroup, ResourceState, VimResource
from manoflow.domain.identity import Kind


class OpenStackPlacementGroups(CloudResources[NewPlacementGroup]):
    """Server groups."""

    kind = Kind.PLACEMENT_GROUP
    noun = "server group"

    def _list(self, sdk: Connection, tag: Tag | None) -> Sequence[VimResource]:
        groups = [found for found in sdk.compute.server_groups() if tag is None or _marks(found).bear(tag)]
        return [_seen(found, uid) for found in groups if (uid := _marks(found).uid)]

    def _find(self, sdk: Connection, uids: Sequence[UUID]) -> Sequence[VimResource]:
        return [found for found in self._list(sdk, None) if found.uid in uids]

    def _create(self, sdk: Connection, new: NewPlacementGroup) -> VimResource:
        name = " ".join([new.name, *map(str, tags_of(new))])
        policy = "anti-affinity" if new.anti_affinity else "affinity"
        return _seen(sdk.compute.create_server_group(name=name, policy=policy), new.uid)

    def _delete(self, sdk: Connection, resource: VimResource) -> None:
        sdk.compute.delete_server_group(resource.vim_id)


def _marks(found: server_group.ServerGroup) -> Marks:
    return Marks.read(found.name.split())


def _seen(found: server_group.ServerGroup, uid: UUID) -> VimResource:
    return VimResource(
        uid=uid,
        vim_id=found.id,
        name=found.name.split()[0],
        state=ResourceState.READY,
        created_at=UNDATED,
        vnf_instance_id=_marks(found).vnf_instance_id,
    )
