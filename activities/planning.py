"""Activities that decide: a request becomes a plan, a plan and its grant become a build.

The deciding itself is pure code of `manoflow.domain`; here its inputs are read from the record and its result is
written there. So planning may change with every release, and a running operation keeps the plan it began with.
"""

from collections.abc import Callable

from activities.boot_data import Store, keep
from activities.observing import everything
from activities.step import step
from activities.surroundings import surroundings
from manoflow.domain.assets import assets_to_make, use_of
from manoflow.domain.base import Model
from manoflow.domain.binding import bind
from manoflow.domain.errors import ConflictError
from manoflow.domain.grants import GrantRef
from manoflow.domain.heal_request import HealVnfRequest
from manoflow.domain.identity import Kind
from manoflow.domain.lcm import InstantiationState, Ticket, VnfLcmOpOcc
from manoflow.domain.observation import conditions
from manoflow.domain.operate_request import OperateVnfRequest
from manoflow.domain.packages import PackageContent
from manoflow.domain.plan import BuildRef, Plan, PlanRef, UndoClass
from manoflow.domain.planning import plan_of, plan_to_modify
from manoflow.domain.resources import recorded_topology
from manoflow.domain.scale_requests import ScaleVnfRequest, ScaleVnfToLevelRequest
from manoflow.domain.targets.heal import check_healing, healing
from manoflow.domain.targets.instantiate import instantiation
from manoflow.domain.targets.modify import modification
from manoflow.domain.targets.operate import operated, operating
from manoflow.domain.targets.placing import chosen_vim
from manoflow.domain.targets.powering import powered
from manoflow.domain.targets.scale import scaling
from manoflow.domain.targets.scale_to_level import scaling_to_level
from manoflow.domain.targets.target import Target
from manoflow.domain.targets.terminate import drained, termination
from manoflow.domain.timing import StepKind
from manoflow.domain.topology import ImageElement
from manoflow.domain.vnf import InstantiateVnfRequest, TerminateVnfRequest, VnfInstance
from manoflow.domain.vnf_info import VnfInfoModificationRequest
from manoflow.ports.deciding import Deciding
from manoflow.ports.vim import Vims


class Planning:
    """Plans and builds."""

    def __init__(self, records: Deciding, artifacts: Store, vims: Vims) -> None:
        """Plans are made from the record and written there; the boot data that they name goes to the artifacts.

        `vims` are only looked at.
        """
        self._artifacts = artifacts
        self._vims = vims
        self._records = records

    @step(StepKind.DECISION)
    async def plan_instantiation(self, ticket: Ticket) -> PlanRef:
        """Plan everything that the chosen flavour has."""
        occurrence, instance = await self._asked(ticket)
        if instance.instantiation_state is not InstantiationState.NOT_INSTANTIATED:
            message = f"cannot instantiate VNF instance {instance.id}: it is instantiated"
            raise ConflictError(message)
        request = InstantiateVnfRequest.model_validate(occurrence.operation_params)
        vim = chosen_vim(instance, request, await self._records.vims())
        content = await self._content(instance)
        target = instantiation(instance, content.vnfd, request, vim)
        planned = await self._planned(occurrence, instance, target, vim)
        return await self._saved(planned.model_copy(update={"package": content.digest}))

    @step(StepKind.DECISION)
    async def plan_termination(self, ticket: Ticket) -> PlanRef:
        """Plan the removal of everything recorded."""
        occurrence, instance = await self._asked(ticket)
        if instance.state is None:
            message = f"cannot terminate VNF instance {instance.id}: it is not instantiated"
            raise ConflictError(message)
        request = TerminateVnfRequest.model_validate(occurrence.operation_params)
        vim = instance.state.vim_connection_id
        target = termination(instance, (await self._content(instance)).vnfd, request, vim)
        planned = await self._planned(occurrence, instance, target, vim)
        current = recorded_topology(tuple(await self._records.resources(instance.id)))
        return await self._saved(drained(planned, request, current))

    @step(StepKind.DECISION)
    async def plan_operating(self, ticket: Ticket) -> PlanRef:
        """Plan that VNFCs run or not, whatever the record says of it now."""
        occurrence, instance = await self._asked(ticket)
        if instance.state is None:
            message = f"cannot operate VNF instance {instance.id}: it is not instantiated"
            raise ConflictError(message)
        request = OperateVnfRequest.model_validate(occurrence.operation_params)
        vim = instance.state.vim_connection_id
        current = recorded_topology(tuple(await self._records.resources(instance.id)))
        target = operating(instance, (await self._content(instance)).vnfd, request, vim, current)
        planned = await self._planned(occurrence, instance, target, vim)
        changes = powered(operated(instance, request, current), request.power)
        return await self._saved(planned.model_copy(update={"changes": changes}))

    @step(StepKind.DECISION)
    async def plan_scaling(self, ticket: Ticket) -> PlanRef:
        """Plan what the steps of one aspect add or take."""
        occurrence, instance = await self._asked(ticket)
        request = ScaleVnfRequest.model_validate(occurrence.operation_params)
        return await self._resized(occurrence, instance, request, scaling)

    @step(StepKind.DECISION)
    async def plan_scaling_to_level(self, ticket: Ticket) -> PlanRef:
        """Plan what brings all aspects to their levels."""
        occurrence, instance = await self._asked(ticket)
        request = ScaleVnfToLevelRequest.model_validate(occurrence.operation_params)
        return await self._resized(occurrence, instance, request, scaling_to_level)

    @step(StepKind.DECISION)
    async def plan_modification(self, ticket: Ticket) -> PlanRef:
        """Plan what changes of what is said about the instance."""
        occurrence, instance = await self._asked(ticket)
        request = VnfInfoModificationRequest.model_validate(occurrence.operation_params)
        around = await surroundings(self._records, instance, request)
        changes = modification(instance, (await self._content(instance)).vnfd, request, around)
        return await self._saved(plan_to_modify(occurrence, instance, changes))

    @step(StepKind.DECISION)
    async def plan_healing(self, ticket: Ticket) -> PlanRef:
        """Look at the VIM, and plan another incarnation of what is named, or of what is not well."""
        occurrence, instance = await self._asked(ticket)
        if instance.state is None:
            message = f"cannot heal VNF instance {instance.id}: it is not instantiated"
            raise ConflictError(message)
        request = HealVnfRequest.model_validate(occurrence.operation_params)
        vim, content = instance.state.vim_connection_id, await self._content(instance)
        check_healing(instance, content.vnfd, request, vim)
        recorded = await self._records.resources(instance.id)
        seen = await everything(await self._vims.driver(vim), instance.id, recorded)
        target = healing(instance, request, recorded, conditions(recorded, seen))
        planned = await self._planned(occurrence, instance, target, vim)
        return await self._saved(planned.model_copy(update={"package": content.digest}))

    @step(StepKind.DECISION)
    async def bind(self, granted: GrantRef) -> BuildRef:
        """Bind a plan to its grant: the steps, with uids, names and the VIM's own ids."""
        plan = await self._records.plan(granted.plan_id)
        grant = await self._records.grant(granted.grant_id)
        instance = await self._records.instance(plan.vnf_instance_id)
        recorded = await self._records.resources(plan.vnf_instance_id)
        known = {row.key: row.uid for row in recorded if row.kind is Kind.IMAGE}
        joined = {
            element.key: await self._records.join_image(use_of(element, plan, grant))
            for element in assets_to_make(plan, grant, {row.key for row in recorded}).elements.values()
            if isinstance(element, ImageElement)
        }
        return await self._records.save_build(bind(plan, grant, recorded, instance.short_name, {**known, **joined}))

    async def _asked(self, ticket: Ticket) -> tuple[VnfLcmOpOcc, VnfInstance]:
        occurrence = await self._records.occurrence(ticket.lcm_op_occ_id)
        return occurrence, await self._records.instance(ticket.vnf_instance_id)

    async def _content(self, instance: VnfInstance) -> PackageContent:
        package = await self._records.package(instance.vnf_pkg_id)
        if package.content is None:
            message = f"cannot plan for VNF instance {instance.id}: its package {package.id} has no content"
            raise ConflictError(message)
        return package.content

    async def _resized(
        self, occurrence: VnfLcmOpOcc, instance: VnfInstance, request: Model, draw: Callable[..., Target]
    ) -> PlanRef:
        if instance.state is None:
            message = f"cannot scale VNF instance {instance.id}: it is not instantiated"
            raise ConflictError(message)
        vim, content = instance.state.vim_connection_id, await self._content(instance)
        current = recorded_topology(tuple(await self._records.resources(instance.id)))
        planned = await self._planned(occurrence, instance, draw(instance, content.vnfd, request, vim, current), vim)
        replaceable = {"deletions": UndoClass.REPLACEABLE, "package": content.digest}
        return await self._saved(planned.model_copy(update=replaceable))

    async def _planned(self, occurrence: VnfLcmOpOcc, instance: VnfInstance, target: Target, vim: str) -> Plan:
        recorded = await self._records.resources(instance.id)
        await keep(self._artifacts, target.boot_data.values())
        return plan_of(occurrence, instance, recorded, target, vim)

    async def _saved(self, plan: Plan) -> PlanRef:
        return _ref(await self._records.save_plan(plan))


def _ref(plan: Plan) -> PlanRef:
    return PlanRef(
        plan_id=plan.id,
        lcm_op_occ_id=plan.lcm_op_occ_id,
        vnf_instance_id=plan.vnf_instance_id,
        summary=_summary(plan),
    )


def _summary(plan: Plan) -> str:
    if plan.vim_connection_id is None:
        changed = sorted(plan.modification.shown) if plan.modification else []
        return f"{plan.operation}: {', '.join(changed) or 'nothing'} changes"
    count = len({change.key for change in plan.changes})
    return f"{plan.operation}: {count} resource{'' if count == 1 else 's'} change in {plan.vim_connection_id}"
