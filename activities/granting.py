"""Activities that ask for permission, and give back what is not needed."""

from datetime import UTC, datetime

from activities.step import step
from manoflow.domain.grants import GrantRef, grant_id, grant_request
from manoflow.domain.plan import PlanRef
from manoflow.domain.timing import StepKind
from manoflow.ports.deciding import Deciding
from manoflow.ports.granting import Granting as GrantingPort


class Granting:
    """Grants, one per occurrence."""

    def __init__(self, granting: GrantingPort, records: Deciding) -> None:
        """`granting` decides, `records` keeps."""
        self._granting = granting
        self._records = records

    @step(StepKind.DECISION)
    async def request_grant(self, planned: PlanRef) -> GrantRef:
        """Ask for what a plan needs. A refusal is a permanent error: nothing has been touched yet."""
        plan = await self._records.plan(planned.plan_id)
        recorded = await self._records.resources(plan.vnf_instance_id)
        grant = await self._granting.request(grant_request(plan, recorded), datetime.now(UTC))
        await self._records.save_grant(grant)
        return _granted(planned)

    @step(StepKind.DECISION)
    async def release_grant(self, planned: PlanRef) -> None:
        """Give a grant back, or do nothing where there never was one."""
        granted = _granted(planned)
        await self._granting.release(granted)
        await self._records.release_grant(granted)


def _granted(planned: PlanRef) -> GrantRef:
    return GrantRef(
        grant_id=grant_id(planned.lcm_op_occ_id),
        plan_id=planned.plan_id,
        lcm_op_occ_id=planned.lcm_op_occ_id,
        vnf_instance_id=planned.vnf_instance_id,
    )
