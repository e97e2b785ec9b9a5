"""Calls run in threads: as many at a time as allowed, and a cancelled one is waited for."""

import asyncio
from threading import Event

import pytest
from openstack.connection import Connection
from openstack.exceptions import SDKException
from pydantic import SecretStr

from manoflow.adapters.vim.openstack.cloud import Cloud
from manoflow.adapters.vim.openstack.credentials import sdk_connection
from manoflow.domain.errors import PermanentError
from manoflow.domain.vim import VimConnection


@pytest.fixture
def cloud() -> Cloud:
    access = {"username": "u", "password": "p", "project": "nfv"}
    connection = VimConnection(
        id="vim-1",
        vim_id="nowhere",
        driver="openstack",
        interface_info={"endpoint": "http://127.0.0.1:9/v3"},
        access_info={name: SecretStr(value) for name, value in access.items()},
    )
    return Cloud(sdk_connection(connection), parallel_calls=1)


async def test_a_cancelled_caller_waits_until_its_call_has_returned(cloud: Cloud) -> None:
    begun, allowed, ended = Event(), Event(), Event()

    def create(_: Connection) -> None:
        begun.set()
        allowed.wait()
        ended.set()

    calling = asyncio.create_task(cloud.call("make a server", create))
    await asyncio.to_thread(begun.wait)
    calling.cancel()
    done, _ = await asyncio.wait([calling], timeout=0.05)
    assert not done
    allowed.set()

    with pytest.raises(asyncio.CancelledError):
        await calling

    assert ended.is_set()
    await cloud.close()


async def test_a_call_that_has_not_begun_is_never_made_once_its_caller_is_cancelled(cloud: Cloud) -> None:
    allowed, made = Event(), Event()
    first = asyncio.create_task(cloud.call("make one", lambda _: allowed.wait()))
    second = asyncio.create_task(cloud.call("make another", lambda _: made.set()))
    await asyncio.sleep(0)
    second.cancel()

    with pytest.raises(asyncio.CancelledError):
        await second
    allowed.set()
    await first
    await cloud.close()

    assert not made.is_set()


async def test_the_error_of_a_cancelled_call_does_not_hide_the_cancellation(cloud: Cloud) -> None:
    begun, allowed = Event(), Event()

    def create(_: Connection) -> None:
        begun.set()
        allowed.wait()
        raise SDKException("too late")

    calling = asyncio.create_task(cloud.call("make a server", create))
    await asyncio.to_thread(begun.wait)
    calling.cancel()
    allowed.set()

    with pytest.raises(asyncio.CancelledError):
        await calling
    await cloud.close()


async def test_an_error_of_the_sdk_is_kept_as_the_cause(cloud: Cloud) -> None:
    def create(_: Connection) -> None:
        raise SDKException("no")

    with pytest.raises(PermanentError, match=r"^cannot make a server: no$") as raised:
        await cloud.call("make a server", create)

    assert isinstance(raised.value.__cause__, SDKException)
    await cloud.close()
