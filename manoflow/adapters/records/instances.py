"""VNF instances and the resources they own (the protocol `Instances`)."""

from collections.abc import Sequence
from uuid import UUID

from manoflow.adapters.records.engine import Transaction
from manoflow.adapters.records.lookups import find_instance, find_open_occurrence, find_usable_package
from manoflow.adapters.records.part import Part
from manoflow.adapters.records.rows import model_of, row_of
from manoflow.adapters.records.tables import instances, resources, vims
from manoflow.domain.errors import ConflictError
from manoflow.domain.lcm import InstantiationState
from manoflow.domain.resources import Resource
from manoflow.domain.targets.placing import inline_connection_id
from manoflow.domain.vnf import VnfInstance


class InstanceRecords(Part):
    """Identifiers, what is known of them, and their inventory."""

    async def add_instance(self, instance: VnfInstance) -> None:
        """Record a new instance, while its package is held in place."""
        async with self._database.writing() as tx:
            await find_usable_package(tx, instance.vnf_pkg_id, f"cannot create VNF instance {instance.id}")
            taken = f"cannot create VNF instance {instance.id}: the id is taken"
            await tx.insert(instances, row_of(instance, instances), taken=taken)

    async def instance(self, vnf_instance_id: UUID) -> VnfInstance:
        """One instance."""
        async with self._database.reading() as tx:
            return await find_instance(tx, vnf_instance_id)

    async def instances(self) -> Sequence[VnfInstance]:
        """All, oldest first."""
        async with self._database.reading() as tx:
            return [model_of(VnfInstance, row) for row in await tx.rows(instances)]

    async def delete_instance(self, vnf_instance_id: UUID) -> None:
        """Forget an identifier and the VIM connections that its requests brought; its occurrences stay on record."""
        async with self._database.writing() as tx:
            instance = await find_instance(tx, vnf_instance_id, lock=True)
            obstacle = await _obstacle(tx, instance)
            if obstacle:
                raise ConflictError(f"cannot delete VNF instance {vnf_instance_id}: {obstacle}")
            await tx.delete(vims, vims.c.id.startswith(inline_connection_id(vnf_instance_id, ""), autoescape=True))
            await tx.delete(instances, instances.c.id == vnf_instance_id)

    async def resources(self, vnf_instance_id: UUID) -> Sequence[Resource]:
        """The recorded resources of an instance, in the order of their keys."""
        async with self._database.reading() as tx:
            await find_instance(tx, vnf_instance_id)
            owned = await tx.rows(resources, resources.c.vnf_instance_id == vnf_instance_id)
        # Sorted here: databases differ in how they order text.
        return sorted((model_of(Resource, row) for row in owned), key=lambda resource: resource.key)


async def _obstacle(tx: Transaction, instance: VnfInstance) -> str | None:
    """Why an identifier cannot go, and what to do about it."""
    blocking = await find_open_occurrence(tx, instance.id)
    if blocking:
        return f"operation {blocking.id} ({blocking.operation}, {blocking.operation_state}) holds it; end that first"
    if instance.instantiation_state is InstantiationState.INSTANTIATED:
        return "it is INSTANTIATED; terminate it first"
    owned = await tx.rows(resources, resources.c.vnf_instance_id == instance.id)
    if owned:
        return f"{len(owned)} resources of it are still recorded, among them {owned[0].key} ({owned[0].uid})"
    return None
