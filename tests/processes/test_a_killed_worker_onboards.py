"""A worker that takes a package in dies by SIGKILL; another one goes on, and starts what nobody has started."""

from pathlib import Path

import pytest

from manoflow.domain.packages import OnboardingState
from tests.onboarding.uploads import ended, files, uploaded
from tests.packages import example_package
from tests.stand import Stand
from tests.worker_processes import Workers

pytestmark = pytest.mark.processes


async def test_a_second_worker_onboards_what_a_killed_one_began(
    bench: Stand, worker_processes: Workers, tmp_path: Path
) -> None:
    read, unstarted = [
        await uploaded(bench.records, bench.artifacts, example_package(name, tmp_path).read_bytes())
        for name in ("single-vdu", "ten-vnfcs")
    ]
    first = await worker_processes.start_holding("read_package:")
    await bench.execution.onboard(read)
    assert await first.held() == f"read_package:{read.upload_id}"
    await first.kill()
    await worker_processes.start()
    done = [await ended(bench.records, ticket.vnf_pkg_id, within=bench.patience) for ticket in (read, unstarted)]
    assert [package.onboarding_state for package in done] == [OnboardingState.ONBOARDED] * 2
    kept = sorted(package.content.digest for package in done if package.content)
    assert files(tmp_path / "artifacts") == kept
