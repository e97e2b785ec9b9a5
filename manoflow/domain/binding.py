"""Binding: a plan and its grant become the steps that activities perform.

Here places get uids, names and MAC addresses, references become uids or the VIM's own ids, and a VDU for which the
grant names no flavor gets one made for this VNF instance. Pure: the same plan and grant give the same build,
whenever asked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from manoflow.domain.cloud import (
    NewFlavor,
    NewPlacementGroup,
    NewPort,
    NewResource,
    NewServer,
    NewStorage,
    NewVirtualLink,
)
from manoflow.domain.diff import Change, Verb, diff, staged
from manoflow.domain.errors import InvalidInputError
from manoflow.domain.grants import Grant
from manoflow.domain.identity import Kind, key_of, mac_of, name_of, uid_of
from manoflow.domain.plan import Action, Build, Plan, PlannedStep, Step, UndoClass, build_id
from manoflow.domain.resources import Resource
from manoflow.domain.topology import (
    Element,
    FlavorElement,
    PlacementGroupElement,
    PortElement,
    StorageElement,
    Topology,
    VirtualLinkElement,
    VnfcElement,
)
from manoflow.domain.vnfd import SwImage, VirtualCompute


def bind(plan: Plan, grant: Grant, recorded: Sequence[Resource], vnf_name: str) -> Build:
    """Make the steps. Raises `InvalidInputError` where a VNFC has nothing to boot from."""
    flavors = _flavors_to_make(plan, grant, recorded)
    changes = (*plan.changes, *diff(Topology(), flavors))
    binding = _Binding(
        plan=plan,
        grant=grant,
        vnf_name=vnf_name,
        recorded={row.key: row for row in recorded},
        changes=changes,
    )
    stages = [
        tuple(binding.created(change) if stage.making else binding.deleted(change) for change in stage.changes)
        for stage in staged(changes)
    ]
    return Build(
        id=build_id(plan.lcm_op_occ_id),
        lcm_op_occ_id=plan.lcm_op_occ_id,
        vnf_instance_id=plan.vnf_instance_id,
        stages=tuple(stages),
    )


def flavor_key(compute: VirtualCompute) -> str:
    """The place of a flavor of that content: VDUs that ask for the same share it."""
    specs = [f"{name}={value}" for name, value in sorted(compute.extra_specs.items())]
    content = [f"{compute.num_vcpus}c", f"{compute.memory_mib}m", f"{compute.local_disk_gib}g", *specs]
    return key_of(Kind.FLAVOR, "-".join(content))


def _flavors_to_make(plan: Plan, grant: Grant, recorded: Sequence[Resource]) -> Topology:
    have = {row.key for row in recorded}
    wanted: dict[str, Element] = {}
    for change in plan.changes:
        if isinstance(change.after, VnfcElement) and change.after.vdu_id not in grant.flavors:
            compute = change.after.compute
            key = flavor_key(compute)
            if key not in have:
                wanted[key] = FlavorElement(
                    key=key,
                    vcpus=compute.num_vcpus,
                    memory_mib=compute.memory_mib,
                    disk_gib=compute.local_disk_gib,
                    extra_specs=compute.extra_specs,
                )
    return Topology(elements=wanted)


@dataclass(frozen=True)
class _Binding:
    plan: Plan
    grant: Grant
    vnf_name: str
    recorded: Mapping[str, Resource]
    changes: Sequence[Change]

    def created(self, change: Change) -> PlannedStep:
        """The step that fills a place."""
        element = change.after
        if element is None:
            message = f"nothing to make in {change.key}"
            raise ValueError(message)
        makers: Mapping[type, Callable[..., NewResource]] = {
            FlavorElement: self._flavor,
            PlacementGroupElement: self._group,
            VirtualLinkElement: self._link,
            StorageElement: self._storage,
            PortElement: self._port,
            VnfcElement: self._server,
        }
        uid = uid_of(self.plan.lcm_op_occ_id, change.key)
        new = makers[type(element)](element, self._common(change.key, uid))
        step = self._step(change.key, uid, element.kind).model_copy(update={"new": new})
        return PlannedStep(action=Action.CREATE, step=step, element=element, undo_class=UndoClass.REVERSIBLE)

    def deleted(self, change: Change) -> PlannedStep:
        """The step that empties a place."""
        row = self.recorded[change.key]
        step = self._step(change.key, row.uid, row.kind).model_copy(
            update={"vim_id": row.vim_id, "vim_connection_id": row.vim_connection_id}
        )
        return PlannedStep(action=Action.DELETE, step=step, element=row.element, undo_class=UndoClass.IRREVERSIBLE)

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
        return uid_of(self.plan.lcm_op_occ_id, key) if made else self.recorded[key].uid

    def _flavor(self, element: FlavorElement, common: dict[str, object]) -> NewFlavor:
        content = element.model_dump(by_alias=False, include={"vcpus", "memory_mib", "disk_gib", "extra_specs"})
        return NewFlavor.model_validate({**common, **content})

    def _group(self, element: PlacementGroupElement, common: dict[str, object]) -> NewPlacementGroup:
        return NewPlacementGroup.model_validate({**common, "anti_affinity": element.anti_affinity})

    def _link(self, element: VirtualLinkElement, common: dict[str, object]) -> NewVirtualLink:
        content = element.model_dump(by_alias=False, exclude={"key", "kind", "vl_desc_id"})
        return NewVirtualLink.model_validate({**common, **content})

    def _storage(self, element: StorageElement, common: dict[str, object]) -> NewStorage:
        return NewStorage.model_validate(
            {**common, "size_gib": element.size_gib, "image_id": self._image(element.image)}
        )

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
                "image_id": self._image(element.image),
                "boot_storage_uid": self._uid_in(element.boot_storage) if element.boot_storage else None,
                "storage_uids": tuple(self._uid_in(key) for key in element.storages),
                "port_uids": tuple(self._uid_in(key) for key in element.ports),
                "group_uid": self._uid_in(element.group) if element.group else None,
                "zone": self.grant.zones.get(element.key),
                "boot_data": element.user_data,
            }
        )

    def _image(self, image: SwImage | None) -> str | None:
        return self.grant.images[image.id] if image else None
