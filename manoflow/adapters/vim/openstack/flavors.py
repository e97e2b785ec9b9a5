"""Flavors: those the project may use, and those made for one VNF because none fits.

A flavor made here has the uid as its id and the marks in its description; Nova refuses a second one (409). It is
public, because a private one is hidden even from the project that made it unless a further call opens it. Extra
specs are a second call: a digest of them in the description tells whether they are all there. By default only
administrators may make flavors; for others the error says what to ask an administrator for.
"""

import json
import shlex
from collections.abc import Mapping, Sequence
from hashlib import sha256
from uuid import UUID

from openstack import exceptions
from openstack.compute.v2 import flavor
from openstack.connection import Connection

from manoflow.adapters.vim.openstack.kinds import UNDATED, CloudResources
from manoflow.adapters.vim.openstack.tags import UID, Marks, Tag, tags_of, uid_tag
from manoflow.domain.cloud import Flavor, NewFlavor, NewResource, ResourceState, VimResource
from manoflow.domain.errors import ForbiddenError
from manoflow.domain.identity import Kind

SPECS = "manoflow:specs"


class OpenStackFlavors(CloudResources[NewFlavor]):
    """Flavors."""

    kind = Kind.FLAVOR
    noun = "flavor"
    finds_together = False

    async def available(self) -> Sequence[Flavor]:
        """Every flavor that servers of this project may have."""
        return await self._cloud.call("list flavors", _available)

    def _list(self, sdk: Connection, tag: Tag | None) -> Sequence[VimResource]:
        flavors = _with_id(sdk, tag.value) if tag and tag.name == UID else list(sdk.compute.flavors(is_public=None))
        chosen = [found for found in flavors if tag is None or _marks(found).bear(tag)]
        return [_seen(found, uid) for found in chosen if (uid := _marks(found).uid)]

    def _siblings(self, uids: Sequence[UUID], _new: NewResource) -> Tag:
        """Only itself: Nova would list every flavor of the cloud."""
        return uid_tag(uids[0])

    def _create(self, sdk: Connection, new: NewFlavor) -> VimResource:
        marks = [*tags_of(new), Tag(SPECS, _digest(new.extra_specs))]
        try:
            made = sdk.compute.create_flavor(
                id=str(new.uid),
                name=new.name,
                vcpus=new.vcpus,
                ram=new.memory_mib,
                disk=new.disk_gib,
                description=" ".join(map(str, marks)),
            )
        except exceptions.ForbiddenException as refused:
            raise ForbiddenError(_what_to_ask_for(new)) from refused
        return _complete(sdk, made, new)

    def _finish(self, sdk: Connection, half_made: VimResource, new: NewFlavor) -> VimResource:
        return _complete(sdk, sdk.compute.get_flavor(half_made.vim_id), new)

    def _delete(self, sdk: Connection, resource: VimResource) -> None:
        sdk.compute.delete_flavor(resource.vim_id)


def _complete(sdk: Connection, made: flavor.Flavor, new: NewFlavor) -> VimResource:
    if new.extra_specs:
        sdk.compute.create_flavor_extra_specs(made, new.extra_specs)
        made = sdk.compute.get_flavor(made.id)
    return _seen(made, new.uid)


def _with_id(sdk: Connection, flavor_id: str) -> list[flavor.Flavor]:
    try:
        return [sdk.compute.get_flavor(flavor_id)]
    except exceptions.NotFoundException:
        return []


def _what_to_ask_for(new: NewFlavor) -> str:
    command = ["openstack", "flavor", "create", "--vcpus", str(new.vcpus), "--ram", str(new.memory_mib)]
    command += ["--disk", str(new.disk_gib)]
    for name, value in sorted(new.extra_specs.items()):
        command += ["--property", f"{name}={value}"]
    command += [f"manoflow-{new.vcpus}-{new.memory_mib}-{new.disk_gib}"]
    return (
        f"cannot make flavor {new.name} ({new.uid}): the VIM has none that fits and does not let us make one; "
        f"have an administrator run `{shlex.join(command)}`, then roll this operation back and start it again"
    )


def _available(sdk: Connection) -> list[Flavor]:
    return [
        Flavor(
            vim_id=found.id,
            name=found.name,
            vcpus=found.vcpus,
            memory_mib=found.ram,
            disk_gib=found.disk,
            extra_specs=found.extra_specs or {},
            made_by_us=_marks(found).uid is not None,
        )
        for found in sdk.compute.flavors()
        if not found.is_disabled
    ]


def _digest(extra_specs: Mapping[str, str]) -> str:
    return sha256(json.dumps(dict(extra_specs), sort_keys=True).encode()).hexdigest()[:12]


def _marks(found: flavor.Flavor) -> Marks:
    return Marks.read((found.description or "").split())


def _seen(found: flavor.Flavor, uid: UUID) -> VimResource:
    marks = _marks(found)
    whole = marks.bear(Tag(SPECS, _digest(found.extra_specs or {})))
    return VimResource(
        uid=uid,
        vim_id=found.id,
        name=found.name,
        state=ResourceState.READY if whole else ResourceState.HALF_MADE,
        created_at=UNDATED,
        vnf_instance_id=marks.vnf_instance_id,
    )
