"""A URI to fetch from and its credentials are in no payload and no log, sealed in the record, and then gone."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from manoflow.adapters.execution.client import onboarding_id
from manoflow.domain.errors import NotFoundError
from manoflow.domain.onboarding import Oauth2ClientCredentials, PackageSource
from manoflow.domain.packages import OnboardingState
from tests.onboarding.file_server import FileServer
from tests.onboarding.uploads import PORTS, ended, to_fetch
from tests.stand import Stand

CANARY = "c4nary-of-a-source"


@pytest.mark.parametrize("status", [200, 403])
async def test_a_source_is_secret(
    bench: Stand, server: FileServer, tmp_path: Path, capfd: pytest.CaptureFixture[str], status: int
) -> None:
    server.status = status
    credentials = Oauth2ClientCredentials(
        client_id="me", client_password=SecretStr(CANARY), token_endpoint=f"{server.url}/token?{CANARY}"
    )
    source = PackageSource(uri=f"{server.url}/a.csar?sig={CANARY}", oauth2=credentials)
    ticket = await to_fetch(bench.records, source)
    assert await bench.records.package_source(ticket.vnf_pkg_id) == source
    assert CANARY not in readable(tmp_path)
    async with bench.working(packages=PORTS):
        await bench.execution.onboard(ticket)
        package = await ended(bench.records, ticket.vnf_pkg_id)
        handle = bench.client.get_workflow_handle(onboarding_id(ticket.vnf_pkg_id))
        await handle.result()
    assert package.onboarding_state is {200: OnboardingState.ONBOARDED}.get(status, OnboardingState.ERROR)
    assert CANARY not in str(package)
    assert CANARY not in (await handle.fetch_history()).to_json()
    printed = capfd.readouterr()
    assert CANARY not in printed.out + printed.err
    assert CANARY not in readable(tmp_path)
    with pytest.raises(NotFoundError, match="nothing is fetched"):
        await bench.records.package_source(ticket.vnf_pkg_id)


def readable(folder: Path) -> str:
    """Everything on disk; on PostgreSQL what is in the record is not among it."""
    return "".join(path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file())
