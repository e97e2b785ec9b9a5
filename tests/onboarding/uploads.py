"""Uploads as the API leaves them to a workflow, and what is left when they have ended."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from time import monotonic
from uuid import UUID, uuid4

from activities.onboarding import PackagePorts
from descriptors.package import read_package
from manoflow.adapters.outbound.downloads import Downloads
from manoflow.domain.onboarding import OnboardingTicket, PackageSource, begun, processing
from manoflow.domain.outbound import OutboundPolicy
from manoflow.domain.package_security import DEFAULT_POLICY
from manoflow.domain.packages import UNFINISHED, Upload, VnfPackage
from manoflow.ports.artifacts import Artifacts
from manoflow.ports.records import Records
from tests.reference import PACKAGE_DIGEST

HERE = OutboundPolicy(schemes=("http",), allow=(ip_network("127.0.0.0/8"),))
"""Packages may be fetched from this machine."""
PORTS = PackagePorts(Downloads(HERE), read_package, DEFAULT_POLICY)


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    """What arrives."""
    for part in parts:
        yield part


async def new_package(records: Records) -> UUID:
    """A package without content."""
    package = VnfPackage(id=uuid4(), created_at=datetime.now(UTC))
    await records.add_package(package)
    return package.id


async def uploaded(
    records: Records, artifacts: Artifacts, content: bytes, package: UUID | None = None
) -> OnboardingTicket:
    """A file that was received as a whole."""
    ticket = OnboardingTicket(vnf_pkg_id=package or await new_package(records), upload_id=uuid4())
    await records.change_package(ticket.vnf_pkg_id, begun(Upload(id=ticket.upload_id, heard_of_at=datetime.now(UTC))))
    await artifacts.receive(ticket.upload_id, chunks(content))
    await records.change_package(ticket.vnf_pkg_id, processing(ticket.upload_id))
    return ticket


async def to_fetch(records: Records, source: PackageSource) -> OnboardingTicket:
    """A file that is to be fetched."""
    ticket = OnboardingTicket(vnf_pkg_id=await new_package(records), upload_id=uuid4(), from_uri=True)
    upload = Upload(id=ticket.upload_id, heard_of_at=datetime.now(UTC), from_uri=True)
    await records.change_package(ticket.vnf_pkg_id, begun(upload), source)
    return ticket


async def ended(records: Records, vnf_pkg_id: UUID, within: float = 30) -> VnfPackage:
    """The package once nothing more happens to it by itself."""
    deadline = monotonic() + within
    while (package := await records.package(vnf_pkg_id)).onboarding_state in UNFINISHED:
        assert monotonic() < deadline, package
        await asyncio.sleep(0.02)
    return package


def files(folder: Path) -> list[str]:
    """Names of all files below the folder of artifacts, but for its lock and the reference package."""
    known = {"lock", PACKAGE_DIGEST}
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.name not in known)
