"""The keys of an authorization server: when they are fetched, and what happens when they cannot be."""

import asyncio

import pytest

from manoflow.adapters.callers.jwks import Jwks
from manoflow.adapters.callers.jwt import JwtCallers
from manoflow.domain.errors import InvalidTokenError, UnreachableError
from tests.adapters.callers.authorization_server import AuthorizationServer, public, rsa_key, token
from tests.adapters.callers.conftest import EXPECTED

ONE, TWO = rsa_key("one"), rsa_key("two")


async def test_keys_are_fetched_once(callers: JwtCallers, server: AuthorizationServer) -> None:
    assert server.asked == 0
    await asyncio.gather(*(callers.verify(token(ONE)) for _ in range(20)))
    assert server.asked == 1


async def test_a_rotated_key_is_found(callers: JwtCallers, server: AuthorizationServer) -> None:
    await callers.verify(token(ONE))
    with pytest.raises(InvalidTokenError, match="no such key"):
        await callers.verify(token(TWO, "two"))
    server.publish(two=TWO)
    assert (await callers.verify(token(TWO, "two"))).subject == "alice"
    with pytest.raises(InvalidTokenError, match="no such key"):
        await callers.verify(token(ONE))


async def test_invented_key_ids_do_not_flood_the_server(server: AuthorizationServer) -> None:
    keys = Jwks(server.url, pause=3600)
    callers = JwtCallers(keys, EXPECTED)
    for number in range(20):
        with pytest.raises(InvalidTokenError):
            await callers.verify(token(ONE, f"invented-{number}"))
    assert (await callers.verify(token(ONE))).subject == "alice"
    assert server.asked == 1
    await keys.close()


async def test_an_old_set_is_fetched_again(server: AuthorizationServer) -> None:
    keys = Jwks(server.url, fresh=0, pause=0)
    await keys.find("one", "RS256")
    server.publish(two=TWO)
    assert await keys.find("one", "RS256") is None
    assert server.asked == 2
    await keys.close()


async def test_known_keys_serve_on_while_the_server_is_away(server: AuthorizationServer) -> None:
    keys = Jwks(server.url, fresh=0, pause=0)
    callers = JwtCallers(keys, EXPECTED)
    await callers.verify(token(ONE))
    server.status = 500
    assert (await callers.verify(token(ONE))).subject == "alice"
    with pytest.raises(UnreachableError):
        await callers.verify(token(TWO, "two"))
    await keys.close()


async def test_known_keys_do_not_serve_for_ever(server: AuthorizationServer) -> None:
    keys = Jwks(server.url, fresh=0, pause=0, stale=0)
    assert await keys.find("one", "RS256") is None  # so short is its life that it has gone when it is looked for
    server.status = 500
    with pytest.raises(UnreachableError):
        await keys.find("one", "RS256")
    await keys.close()


@pytest.mark.parametrize("document", [b"<html>", b"[]", b'{"keys": 7}', b'{"keys"', b"\xff", b"[" * 100_000])
async def test_an_answer_that_is_no_key_set_is_no_fault_of_the_token(
    callers: JwtCallers, server: AuthorizationServer, document: bytes
) -> None:
    server.document = document
    with pytest.raises(UnreachableError, match="cannot verify the bearer token: "):
        await callers.verify(token(ONE))


@pytest.mark.parametrize("status", [301, 404, 500])
async def test_a_server_that_refuses_is_no_fault_of_the_token(
    callers: JwtCallers, server: AuthorizationServer, status: int
) -> None:
    server.status = status
    with pytest.raises(UnreachableError):
        await callers.verify(token(ONE))
    server.status = 200
    assert (await callers.verify(token(ONE))).subject == "alice"


async def test_a_server_that_does_not_answer_is_not_asked_all_the_time() -> None:
    keys = Jwks("http://127.0.0.1:1/jwks", pause=3600)
    for _ in range(3):
        with pytest.raises(UnreachableError):
            await keys.find("one", "RS256")
    await keys.close()


async def test_keys_of_no_use_leave_the_others(callers: JwtCallers, server: AuthorizationServer) -> None:
    good = {**public(ONE), "kid": "one"}
    server.document = {
        "keys": [
            7,
            {},
            {"kty": "RSA", "kid": "broken"},
            {"kty": "EC", "crv": "P-256", "kid": "broken", "x": "!", "y": None},
            {**public(TWO), "kid": "one", "use": "enc"},
            {**public(TWO), "kid": ["one"]},
            good,
        ]
    }
    assert (await callers.verify(token(ONE))).subject == "alice"


async def test_a_token_that_names_no_key_has_the_only_one(callers: JwtCallers, server: AuthorizationServer) -> None:
    assert (await callers.verify(token(ONE, kid=None))).subject == "alice"
    server.publish(one=ONE, two=TWO)
    with pytest.raises(InvalidTokenError, match="no such key"):
        await callers.verify(token(TWO, "three"))  # looks for the new set
    with pytest.raises(InvalidTokenError, match="no such key"):
        await callers.verify(token(ONE, kid=None))
