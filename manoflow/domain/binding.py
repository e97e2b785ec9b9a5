"""Binding: a plan and its grant become the steps that activities perform.

Here places get uids, names and MAC addresses, references become uids or the VIM's own ids, and flavors and images that
the grant does not name are made (`manoflow.domain.assets`). Pure: the same plan and grant give the same build, whenever
asked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from uuid import UUID

from manoflow.domain.assets import assets_to_make, flavor_key, image_key
from manoflow.domain.cloud import (
    NewFlavor,
    NewImage,
    NewPlacementGroup,
    NewPort,
    NewResource,
    NewServer,
    NewStorage,
    NewVirtualLink,
    ServerChange,
)
from manoflow.domain.diff import Action, Change, Verb, diff, staged
from manoflow.domain.errors import InvalidInputError
from manoflow.domain.grants import Grant
from manoflow.domain.identity import NAME_LENGTH, Kind, mac_of, name_of, uid_of
from manoflow.domain.plan import Build, Plan, PlannedStep, Step, UndoClass, build_id
from manoflow.domain.resources import Resource
from manoflow.domain.topology import (
    Element,
    FlavorElement,
    ImageElement,
    PlacementGroupElement,
    PortElement,
    StorageElement,
    Topology,
    VirtualLinkElement,
    VnfcElement,
)
from manoflow.domain.vnfd import SwImage

NO_IMAGES: Mapping[str, UUID] = MappingProxyType({})


def bind(
    plan: Plan,
    grant: Grant,
    recorded: Sequence[Resource],
    vnf_name: str,
    images: Mapping[str, UUID] = NO_IMAGES,
) -> Build:
    """Make the steps. `images` are the uids under which the VIM has or will have images, by their places.

    Raises `InvalidInputError` where a VNFC has nothing to boot from.
    """
    assets = assets_to_make(plan, grant, {row.key for row in recorded})
    changes = (*plan.changes, *diff(Topology(), assets))
    binding = _Binding(
        plan=plan,
        grant=grant,
        vnf_name=vnf_name,
        recorded={row.key: row for row in recorded},
        changes=changes,
        images=images,
    )
    bound = {Action.CREATE: binding.created, Action.DELETE: binding.deleted, Action.UPDATE: binding.updated}
    stages = [tuple(bound[stage.action](change) for change in stage.changes) for stage in staged(changes)]
    return Build(
        id=build_id(plan.lcm_op_occ_id),
        lcm_op_occ_id=plan.lcm_op_occ_id,
        vnf_instance_id=plan.vnf_instance_id,
        stages=tuple(stages),
    )


@dataclass(frozen=True)
class _Binding:
    plan: Plan
    grant: Grant
    vnf_name: str
    recorded: Mapping[str, Resource]
    changes: Sequence[Change]
    images: Mapping[str, UUID]

    def created(self, change: Change) -> PlannedStep:
        """The step that fills a place."""
        element = _there(change.after, change)
        uid = self._uid_made(change.key)
        step = self._step(change.key, uid, element.kind).model_copy(update={"new": self.new(element, uid)})
        return PlannedStep(action=Action.CREATE, step=step, element=element, undo_class=UndoClass.REVERSIBLE)

    def deleted(self, change: Change) -> PlannedStep:
        """The step that empties a place. Where that can be undone it says what is made there again."""
        row = self.recorded[change.key]
        again = self._again(row) if self.plan.deletions is UndoClass.REPLACEABLE else None
        step = self._standing(row).model_copy(update={"action": Action.DELETE, "new": again})
        return PlannedStep(action=Action.DELETE, step=step, element=row.element, undo_class=self.plan.deletions)

    def updated(self, change: Change) -> PlannedStep:
        """The step that changes what is in a place."""
        row, element = self.recorded[change.key], _there(change.after, change)
        if not (isinstance(row.element, VnfcElement) and isinstance(element, VnfcElement)):
            message = f"nothing of {change.key} can be changed in place"
            raise TypeError(message)
        changes = ServerChange(
            power_before=row.element.power, power=element.power, shutdown_seconds=self.plan.shutdown_seconds
        )
        step = self._standing(row).model_copy(update={"action": Action.UPDATE, "change": changes})
        return PlannedStep(
            action=Action.UPDATE,
            step=step,
            element=element,
            before=row.element,
            undo_class=UndoClass.REVERSIBLE,
        )

    def _again(self, row: Resource) -> NewResource:
        """What was deleted, as it was: under its uid, with its addresses, in its zone.

        With its uid an undo finds what is still there and keeps it; what refers to it need not know which of the two
        it is.
        """
        before = replace(self, changes=tuple(change for change in self.changes if change.key not in self.recorded))
        new = before.new(row.element, row.uid)
        if isinstance(new, NewPort):
            addresses, mac = row.observed.addresses or new.addresses, row.observed.mac_address or mac_of(row.uid)
            return new.model_copy(update={"addresses": addresses, "mac_address": mac})
        return new.model_copy(update={"zone": row.observed.zone}) if isinstance(new, NewServer) else new

    def new(self, element: Element, uid: UUID) -> NewResource:
        """What the VIM is asked to make of an element."""
        makers: Mapping[type, Callable[..., NewResource]] = {
            ImageElement: self._image,
            FlavorElement: self._flavor,
            PlacementGroupElement: self._group,
            VirtualLinkElement: self._link,
            StorageElement: self._storage,
            PortElement: self._port,
            VnfcElement: self._server,
        }
        return makers[type(element)](element, self._common(element.key, uid))

    def _standing(self, row: Resource) -> Step:
        """A step about what is recorded."""
        return self._step(row.key, row.uid, row.kind).model_copy(
            update={"vim_id": row.vim_id, "vim_connection_id": row.vim_connection_id}
        )

    def _step(self, key: str, uid: UUID, kind: Kind) -> Step:
        return Step(
            key=key,
            uid=uid,
            kind=kind,
            vim_connection_id=self.grant.vim_connection_id,
            vnf_instance_id=self.plan.vnf_instance_id,
            lcm_op_occ_id=self.plan.lcm_op_occ_id,
        )

    def _common(self, key: str, uid: UUID) -> dict[str, object]:
        return {
            "uid": uid,
            "vnf_instance_id": self.plan.vnf_instance_id,
            "lcm_op_occ_id": self.plan.lcm_op_occ_id,
            "name": name_of(self.vnf_name, key, uid),
        }

    def _uid_in(self, key: str) -> UUID:
        made = any(change.key == key and change.verb is not Verb.DELETE for change in self.changes)
        return self._uid_made(key) if made else self.recorded[key].uid

    def _uid_made(self, key: str) -> UUID:
        """The incarnation in a place: ours, or of an image that of all who use it."""
        return self.images.get(key) or uid_of(self.plan.lcm_op_occ_id, key)

    def _image(self, element: ImageElement, common: dict[str, object]) -> NewImage:
        content = element.model_dump(by_alias=False, exclude_none=True, exclude={"key", "kind", "image_name"})
        name = f"{element.image_name[: NAME_LENGTH - 7]}-{element.digest[:6]}"
        return NewImage.model_validate({**common, **content, "name": name})

    def _flavor(self, element: FlavorElement, common: dict[str, object]) -> NewFlavor:
        content = element.model_dump(by_alias=False, include={"vcpus", "memory_mib", "disk_gib", "extra_specs"})
        return NewFlavor.model_validate({**common, **content})

    def _group(self, element: PlacementGroupElement, common: dict[str, object]) -> NewPlacementGroup:
        return NewPlacementGroup.model_validate({**common, "anti_affinity": element.anti_affinity})

    def _link(self, element: VirtualLinkElement, common: dict[str, object]) -> NewVirtualLink:
        content = element.model_dump(by_alias=False, exclude={"key", "kind", "vl_desc_id"})
        return NewVirtualLink.model_validate({**common, **content})

    def _storage(self, element: StorageElement, common: dict[str, object]) -> NewStorage:
        return NewStorage.model_validate({**common, "size_gib": element.size_gib, **self._started_from(element.image)})

    def _port(self, element: PortElement, common: dict[str, object]) -> NewPort:
        uid = uid_of(self.plan.lcm_op_occ_id, element.key)
        return NewPort.model_validate(
            {
                **common,
                "link_uid": self._uid_in(element.link) if element.link else None,
                "network_id": element.network_id,
                "mac_address": element.mac_address or mac_of(uid),
                "mac_required": element.mac_address is not None,
                "addresses": element.addresses,
                "vnic_type": element.vnic_type,
                "allowed_addresses": element.allowed_addresses,
            }
        )

    def _server(self, element: VnfcElement, common: dict[str, object]) -> NewServer:
        if element.image is None and element.boot_storage is None:
            message = (
                f"cannot make VNFC {element.key}: VDU {element.vdu_id} has neither an image of its own "
                "nor a storage with one; give the VDU or one of its storages sw_image_data"
            )
            raise InvalidInputError(message)
        flavor_id = self.grant.flavors.get(element.vdu_id)
        return NewServer.model_validate(
            {
                **common,
                "flavor_id": flavor_id,
                "flavor_uid": None if flavor_id else self._uid_in(flavor_key(element.compute)),
                **self._started_from(element.image),
                "boot_storage_uid": self._uid_in(element.boot_storage) if element.boot_storage else None,
                "storage_uids": tuple(self._uid_in(key) for key in element.storages),
                "port_uids": tuple(self._uid_in(key) for key in element.ports),
                "group_uid": self._uid_in(element.group) if element.group else None,
                "zone": self.grant.zones.get(element.key),
                "boot_data": element.user_data,
            }
        )

    def _started_from(self, image: SwImage | None) -> dict[str, object]:
        """The VIM's own image where one was granted, else ours."""
        if image is None:
            return {}
        if image.id in self.grant.images:
            return {"image_id": self.grant.images[image.id]}
        return {"image_uid": self._uid_in(image_key(str(image.digest)))}


def _there(element: Element | None, change: Change) -> Element:
    if element is None:
        message = f"nothing is to be in {change.key}"
        raise ValueError(message)
    return element
