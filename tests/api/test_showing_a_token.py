"""The command line's client at an API that asks who calls, over real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn
from pydantic import SecretStr

from api.app import create_app
from api.services import Services
from manoflow.adapters.callers.client_list import add_client, remove_client
from manoflow.adapters.callers.static import StaticCallers
from manoflow.domain.callers import Scope
from manoflow.domain.errors import InvalidInputError
from manoflow.runtime.client import VIMS, Api, RefusedError
from manoflow.runtime.stack.ports import free_ports

WAY_IN = "set MANOFLOW_TOKEN to a token that this API accepts"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "clients.json"


@pytest.fixture
def osm(path: Path) -> str:
    return add_client(path, "osm", frozenset({Scope.WRITE}))


@pytest.fixture
async def url(services: Services, path: Path, osm: str) -> AsyncIterator[str]:
    """A server that knows one client."""
    del osm
    app = create_app(replace(services, callers=StaticCallers(path)))
    port = free_ports(1)[0]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


async def refusal(api: Api) -> str:
    with pytest.raises(RefusedError) as refused:
        await api.get(VIMS)
    assert refused.value.status == 401
    return refused.value.message


@pytest.mark.parametrize("shown", ["{}", "{}\n", "  {}"])
async def test_the_token_is_shown(url: str, osm: str, shown: str) -> None:
    async with Api(url, SecretStr(shown.format(osm))) as api:
        assert [vim["id"] for vim in await api.get(VIMS)] == ["fake"]


async def test_without_a_token_the_way_in_is_told(url: str) -> None:
    async with Api(url) as api:
        told = await refusal(api)
    assert told.startswith("cannot tell who is calling: there is no bearer token")
    assert WAY_IN in told


async def test_a_token_that_is_not_accepted_is_not_repeated(url: str, osm: str, path: Path) -> None:
    remove_client(path, "osm")
    async with Api(url, SecretStr(osm)) as api:
        told = await refusal(api)
    assert told.startswith("cannot accept the bearer token: ")
    assert WAY_IN in told
    assert osm not in told


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "ümlaut", " "])
async def test_what_is_no_token_is_not_sent(token: str) -> None:
    with pytest.raises(InvalidInputError, match="cannot use MANOFLOW_TOKEN: ") as refused:
        Api("http://127.0.0.1:8080", SecretStr(token))
    assert token.strip() == "" or token not in refused.value.message
