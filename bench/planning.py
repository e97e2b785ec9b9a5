"""What planning a scaling costs: ``python -m bench.planning``. Prints a table.

A VNF of some VNFCs (each a server, two ports and a volume) is scaled out by as many, and in again. Measured is what the
domain computes, from the record as it was read to the steps as they are stored: no database, no VIM.
"""

import argparse
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from statistics import median
from time import perf_counter
from typing import TypeVar
from uuid import uuid4

from rich.console import Console
from rich.table import Table

from bench.engine import machine
from manoflow.domain.binding import bind
from manoflow.domain.cloud import ResourceState, VimResource
from manoflow.domain.grants import Grant, grant_id, grant_request
from manoflow.domain.lcm import LcmOperationState, LcmOperationType, VnfLcmOpOcc
from manoflow.domain.plan import UndoClass
from manoflow.domain.planning import plan_of
from manoflow.domain.resources import Resource, recorded_topology
from manoflow.domain.scale_requests import ScaleType, ScaleVnfRequest
from manoflow.domain.targets.instantiate import instantiation
from manoflow.domain.targets.scale import scaling
from manoflow.domain.topology import Topology
from manoflow.domain.vnf import InstantiateVnfRequest, VnfInstance
from manoflow.domain.vnfd import ScalingAspect, ScalingDelta, Vnfd
from tests.reference import PACKAGE_DIGEST, example_of, reference_instance, reference_vnfd

ASPECT, VIM = "app_scale", "fake"
PARTS = ("target", "diff", "request", "binding", "writing")
Result = TypeVar("Result")


def main() -> None:
    """Measure and show."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--vnfcs", type=int, default=100)
    asked.add_argument("--rounds", type=int, default=20)
    given = asked.parse_args()
    vnfd = _vnfd(given.vnfcs)
    console = Console()
    title = f"{given.vnfcs} VNFCs scaled by as many: ms, medians of {given.rounds}; load {machine()['load']}"
    table = Table("", *PARTS, "all", "plan, KiB", "steps", title=title)
    for way in ScaleType:
        instance, rows = _recorded(vnfd, 0 if way is ScaleType.SCALE_OUT else 1)
        runs = [_Run(vnfd, instance, rows, way) for _ in range(given.rounds)]
        middle = [median(run.seconds[part] for run in runs) for part in PARTS]
        shown = [f"{seconds * 1000:.1f}" for seconds in (*middle, sum(middle))]
        table.add_row(way, *shown, f"{runs[0].size / 1024:.0f}", str(runs[0].steps))
    console.print(table)


class _Run:
    """One planning, part by part."""

    def __init__(self, vnfd: Vnfd, instance: VnfInstance, rows: Sequence[Resource], way: ScaleType) -> None:
        self.seconds: dict[str, float] = {}
        request = ScaleVnfRequest(type=way, aspect_id=ASPECT)
        occurrence = _occurrence(instance, vnfd)
        current = recorded_topology(tuple(rows))
        target = self._timed("target", lambda: scaling(instance, vnfd, request, VIM, current))
        planned = self._timed("diff", lambda: plan_of(occurrence, instance, rows, target, VIM))
        plan = planned.model_copy(update={"deletions": UndoClass.REPLACEABLE, "package": PACKAGE_DIGEST})
        self._timed("request", lambda: grant_request(plan, rows))
        grant = Grant(
            id=grant_id(occurrence.id),
            lcm_op_occ_id=occurrence.id,
            vnf_instance_id=instance.id,
            vim_connection_id=VIM,
            flavors={"app": "flavor"},
            images={"app": "image"},
            granted_at=datetime.now(UTC),
        )
        build = self._timed("binding", lambda: bind(plan, grant, rows, instance.short_name))
        self.size = len(self._timed("writing", plan.model_dump_json))
        self.steps = sum(map(len, build.stages))

    def _timed(self, part: str, work: Callable[[], Result]) -> Result:
        since = perf_counter()
        result = work()
        self.seconds[part] = perf_counter() - since
        return result


def _vnfd(vnfcs: int) -> Vnfd:
    """The reference VNF, with one step of so many VNFCs."""
    vnfd = reference_vnfd()
    (simple,) = vnfd.flavours
    (app,) = simple.vdus
    grown = {
        "vdus": (app.model_copy(update={"initial_instances": vnfcs, "max_instances": 2 * vnfcs}),),
        "aspects": (ScalingAspect(id=ASPECT, max_scale_level=1, steps=(ScalingDelta(instances={app.id: vnfcs}),)),),
        "levels": (),
        "default_level": None,
    }
    return vnfd.model_copy(update={"flavours": (simple.model_copy(update=grown),)})


def _recorded(vnfd: Vnfd, level: int) -> tuple[VnfInstance, Sequence[Resource]]:
    """An instance at a scale level, and its rows."""
    asked = {**example_of(InstantiateVnfRequest), "targetScaleLevelInfo": [{"aspectId": ASPECT, "scaleLevel": level}]}
    instance = reference_instance("planned")
    target = instantiation(instance, vnfd, InstantiateVnfRequest.model_validate(asked), VIM)
    return instance.model_copy(update={"state": target.outcome}), _rows(instance, target.topology)


def _rows(instance: VnfInstance, topology: Topology) -> Sequence[Resource]:
    rows, now, maker = [], datetime.now(UTC), uuid4()
    for key, element in topology.elements.items():
        seen = VimResource(uid=uuid4(), vim_id=str(uuid4()), name=key, state=ResourceState.READY, created_at=now)
        row = Resource(
            uid=seen.uid,
            key=key,
            kind=element.kind,
            vnf_instance_id=instance.id,
            lcm_op_occ_id=maker,
            vim_connection_id=VIM,
            vim_id=seen.vim_id,
            element=element,
            observed=seen,
            observed_at=now,
        )
        rows.append(row)
    return rows


def _occurrence(instance: VnfInstance, vnfd: Vnfd) -> VnfLcmOpOcc:
    now = datetime.now(UTC)
    return VnfLcmOpOcc(
        id=uuid4(),
        vnf_instance_id=instance.id,
        vnfd_id=vnfd.id,
        operation=LcmOperationType.SCALE,
        workflow="ScaleVnf",
        operation_state=LcmOperationState.STARTING,
        state_entered_time=now,
        start_time=now,
    )


if __name__ == "__main__":
    main()
