"""A stack of real processes on the OpenStack laboratory: that of the kill matrix, with another VIM, VNF and worker.

The VNF is the example `three-vdus` at its level `small`: three VNFCs, one of which starts from a volume.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID, uuid4

from descriptors.package import read_package
from manoflow.domain.lcm import InstantiationState, LcmOperationState, VerdictKind, VnfLcmOpOcc
from manoflow.domain.packages import OnboardingState, OperationalState, VnfPackage
from manoflow.domain.timing import Timing, Timings
from manoflow.domain.vim import Vim
from manoflow.domain.vnf import VnfInstance
from tests.lab import laboratory
from tests.laws.preparing import INSTANTIATE, TERMINATE
from tests.matrix.processes import Process, started
from tests.matrix.stack import Stack, stack
from tests.packages import EXAMPLES, example_package
from tests.reference import NOW, reference_instance
from tests.stand import PATIENCE, Stand
from workflows.catalogue import Operation

EXAMPLE = "three-vdus"
LEVEL = "small"
CLOUD = "oslab"
CALL_TIMEOUT = 60.0
"""Seconds after which a call to a service that hangs is given up."""

RETRIES = 5
"""More than an operation that nobody strikes may need."""

QUICK = {"first_retry": 0.3, "longest_retry": 2.0}
PATIENT = Timings(
    decision=Timing(attempt=60, budget=180, **QUICK),
    quick=Timing(attempt=60, budget=180, **QUICK),
    creation=Timing(attempt=120, budget=240, **QUICK),
    removal=Timing(attempt=120, budget=240, **QUICK),
    look=Timing(attempt=20, budget=30, **QUICK),
)
"""For cells in which the cloud itself is well, on a machine that has other things to do."""


@dataclass(frozen=True)
class LabStand(Stand):
    """A stand whose operations go to the laboratory."""

    vim: ClassVar[str] = CLOUD
    patience: ClassVar[float] = 5 * PATIENCE

    package: VnfPackage
    request: Mapping[str, Any]
    """What to instantiate with."""
    made: list[VnfInstance] = field(default_factory=list)

    async def instance(self, name: str) -> VnfInstance:
        """A new instance of the example."""
        assert self.package.content is not None
        ids = {"id": uuid4(), "vnfd_id": self.package.content.vnfd.id, "vnf_pkg_id": self.package.id}
        instance = reference_instance(name).model_copy(update=ids)
        await self.records.add_instance(instance)
        self.made.append(instance)
        return instance

    async def ask(self, operation: Operation, instance: VnfInstance, **changes: object) -> UUID:
        """Admit and start."""
        asked = self.request if operation is INSTANTIATE else {}
        return await super().ask(operation, instance, **{**asked, **changes})

    async def perform(self, operation: Operation, instance: VnfInstance, **changes: object) -> VnfLcmOpOcc:
        """Ask and wait. Parked, it is retried: services that were struck before may still be finding each other."""
        done = await super().perform(operation, instance, **changes)
        for _ in range(RETRIES):
            if done.operation_state is not LcmOperationState.FAILED_TEMP:
                break
            await self.decide(done, VerdictKind.RETRY)
            done = await self.settled(done.id)
        return done

    async def clear(self) -> None:
        """Terminate what stands instantiated; nothing may be left of any instance."""
        made, self.made[:] = list(self.made), []
        await asyncio.gather(*(self._terminated(instance) for instance in made))
        names = {instance.id for instance in made}
        left = [one for one in await (await self.vims.driver(self.vim)).tagged() if one.vnf_instance_id in names]
        assert left == [], f"left after everything was terminated: {left}"

    async def _terminated(self, instance: VnfInstance) -> None:
        now = await self.records.instance(instance.id)
        if now.instantiation_state is InstantiationState.INSTANTIATED:
            done = await self.perform(TERMINATE, instance)
            assert done.operation_state is LcmOperationState.COMPLETED, done.error


@dataclass
class LabStack(Stack):
    """The processes, with workers that are stopped in the OpenStack driver."""

    stand: LabStand

    async def hire(self) -> Process:
        """Start a worker."""
        command = [sys.executable, "-m", "tests.lab.faults.worker", str(self.points)]
        name = f"lab-worker-{len(self.workers)}-{uuid4().hex[:6]}"
        worker = await started(name, self.settings.log / f"{name}.log", command, self.settings.environment())
        self.workers.append(worker)
        return worker


@contextlib.asynccontextmanager
async def lab_stack(
    home: Path, timings: Timings = PATIENT, call_timeout: float = CALL_TIMEOUT
) -> AsyncIterator[LabStack]:
    """Start a stack in a folder; the laboratory is brought up where it does not run."""
    connection = laboratory.vim_connection(CLOUD).model_copy(update={"extra": {"callTimeout": call_timeout}})
    async with stack(home) as plain:
        bench = plain.stand
        await bench.records.add_vim(Vim(id=CLOUD, vim_id=CLOUD, driver="openstack", created_at=NOW), connection)
        package = _package(home)
        await bench.records.add_package(package)
        given = {one.name: getattr(bench, one.name) for one in fields(Stand)}
        built = LabStack(
            settings=plain.settings.model_copy(update={"timings": timings}),
            stand=LabStand(**given, package=package, request=_request()),
            temporal=plain.temporal,
        )
        try:
            yield built
        finally:
            await built.close()


def _package(home: Path) -> VnfPackage:
    return VnfPackage(
        id=uuid4(),
        onboarding_state=OnboardingState.ONBOARDED,
        operational_state=OperationalState.ENABLED,
        content=read_package(example_package(EXAMPLE, home)),
        created_at=NOW,
    )


def _request() -> dict[str, Any]:
    """The example's own request, with the laboratory's networks by their ids."""
    request: dict[str, Any] = json.loads((EXAMPLES / EXAMPLE / "instantiate.json").read_text())
    neutron = laboratory.sdk(CLOUD).network
    links = [
        {
            **link,
            "vimConnectionId": CLOUD,
            "resourceId": neutron.find_network(link["resourceId"], ignore_missing=False).id,
        }
        for link in request["extVirtualLinks"]
    ]
    return {**request, "instantiationLevelId": LEVEL, "extVirtualLinks": links}
