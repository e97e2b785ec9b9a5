"""Access tokens: what is accepted, and everything that is not."""

import hmac
import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from time import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from manoflow.adapters.callers.jwt import JwtCallers
from manoflow.domain.callers import Scope
from manoflow.domain.errors import InvalidTokenError
from tests.adapters.callers.authorization_server import (
    AUDIENCE,
    AuthorizationServer,
    claims,
    ec_key,
    public,
    rsa_key,
    token,
)

GOOD = rsa_key("one")


def part(content: object) -> str:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return urlsafe_b64encode(text).rstrip(b"=").decode()


def signed_by_hand(header: dict[str, Any], secret: bytes) -> str:
    """PyJWT itself refuses to make such tokens."""
    signed = f"{part(header)}.{part(claims())}"
    return f"{signed}.{part(hmac.digest(secret, signed.encode(), sha256))}"


async def reason(callers: JwtCallers, shown: str) -> str:
    with pytest.raises(InvalidTokenError) as refused:
        await callers.verify(shown)
    assert shown not in refused.value.message
    return refused.value.message.removeprefix("cannot accept the bearer token: ")


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
async def test_a_good_token_tells_its_bearer(callers: JwtCallers, algorithm: str) -> None:
    caller = await callers.verify(token(GOOD, algorithm=algorithm))
    assert (caller.subject, caller.client_id, caller.scopes) == ("alice", "portal", frozenset({Scope.WRITE}))
    assert caller.principal == "alice (portal)"


async def test_elliptic_curves_are_verified_too(callers: JwtCallers, server: AuthorizationServer) -> None:
    key = ec_key()
    server.publish(one=key)
    assert (await callers.verify(token(key))).subject == "alice"


@pytest.mark.parametrize(
    ("changes", "principal"),
    [
        ({"sub": None, "azp": None, "client_id": "osm"}, "osm"),
        ({"sub": "osm", "azp": "osm"}, "osm"),
        ({"azp": None}, "alice"),
        ({"client_id": "by RFC 9068"}, "alice (by RFC 9068)"),
    ],
)
async def test_users_and_programs_have_their_names(
    callers: JwtCallers, changes: dict[str, Any], principal: str
) -> None:
    assert (await callers.verify(token(GOOD, **changes))).principal == principal


@pytest.mark.parametrize(
    ("changes", "scopes"),
    [
        ({"scope": "manoflow:read"}, {Scope.READ}),
        ({"scope": ["manoflow:read", "manoflow:write"]}, set(Scope)),
        ({"scope": None, "scp": "manoflow:read"}, {Scope.READ}),
        ({"scope": "manoflow:reader"}, set()),
        ({"scope": None}, set()),
        ({"scope": {"manoflow:write": True}}, set()),
        ({"scope": 7}, set()),
    ],
)
async def test_the_scopes_are_ours_among_those_granted(
    callers: JwtCallers, changes: dict[str, Any], scopes: set[Scope]
) -> None:
    assert (await callers.verify(token(GOOD, **changes))).scopes == scopes


async def test_one_audience_among_several_is_enough(callers: JwtCallers) -> None:
    assert (await callers.verify(token(GOOD, aud=["account", AUDIENCE]))).subject == "alice"


async def test_clocks_may_differ_by_the_leeway(callers: JwtCallers) -> None:
    assert (await callers.verify(token(GOOD, exp=time() - 10))).subject == "alice"


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"exp": time() - 60}, "it has expired, get a new one"),
        ({"exp": None}, "exp, iss and aud are needed, one is missing"),
        ({"exp": "tomorrow"}, "it is not valid"),
        ({"exp": float("inf")}, "it is not valid"),
        ({"nbf": time() + 600}, "it is not valid yet (nbf or iat): compare the clocks"),
        ({"iss": "https://sso.example/realms/other"}, "it is from another issuer (iss)"),
        ({"iss": None}, "exp, iss and aud are needed, one is missing"),
        ({"aud": "account"}, "it is meant for another audience (aud)"),
        ({"aud": None}, "exp, iss and aud are needed, one is missing"),
        ({"sub": None, "azp": None}, "it names nobody: sub, client_id or azp is needed"),
        ({"sub": "al\0ice"}, "sub, client_id and azp are names of 1 to 255 printable characters"),
        ({"azp": "\ud800"}, "sub, client_id and azp are names of 1 to 255 printable characters"),
        ({"azp": ["portal"]}, "sub, client_id and azp are names of 1 to 255 printable characters"),
    ],
)
async def test_a_token_that_says_something_else_is_refused(
    callers: JwtCallers, changes: dict[str, Any], because: str
) -> None:
    assert await reason(callers, token(GOOD, **changes)) == because


async def test_a_token_of_somebody_else_is_refused(callers: JwtCallers) -> None:
    theirs = token(rsa_key("another"))
    assert await reason(callers, theirs) == "its signature is not that of the authorization server"


async def test_a_changed_token_is_refused(callers: JwtCallers) -> None:
    header, _, signature = token(GOOD, sub="mallory").split(".")
    changed = f"{header}.{part(claims())}.{signature}"
    assert await reason(callers, changed) == "its signature is not that of the authorization server"


async def test_a_token_cannot_bring_its_own_key(callers: JwtCallers) -> None:
    own = rsa_key("another")
    shown = jwt.encode(claims(), own, "RS256", headers={"kid": "own", "jwk": public(own), "jku": "http://127.0.0.1/"})
    assert await reason(callers, shown) == "the authorization server has no such key for it"


async def test_a_token_without_a_signature_is_refused(callers: JwtCallers, server: AuthorizationServer) -> None:
    unsigned = jwt.encode(claims(), "", "none", headers={"kid": "one"})
    assert await reason(callers, unsigned) == "it is not signed with RS256, PS256, ES256"
    assert await reason(callers, signed_by_hand({"alg": "None", "kid": "one"}, b"")) != ""
    assert server.asked == 0


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
async def test_a_public_key_is_no_secret(callers: JwtCallers, encoding: Encoding) -> None:
    published = GOOD.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    forged = signed_by_hand({"alg": "HS256", "typ": "JWT", "kid": "one"}, published)
    assert await reason(callers, forged) == "it is not signed with RS256, PS256, ES256"
    mislabelled = signed_by_hand({"alg": "RS256", "typ": "JWT", "kid": "one"}, published)
    assert await reason(callers, mislabelled) == "its signature is not that of the authorization server"


async def test_a_secret_in_the_key_set_verifies_nothing(callers: JwtCallers, server: AuthorizationServer) -> None:
    server.document = {"keys": [{"kty": "oct", "k": part(b"k" * 32), "kid": "one", "alg": "HS256"}]}
    forged = signed_by_hand({"alg": "HS256", "kid": "one"}, b"k" * 32)
    assert await reason(callers, forged) == "it is not signed with RS256, PS256, ES256"
    assert await reason(callers, token(GOOD)) == "the authorization server has no such key for it"


async def test_a_key_serves_for_its_own_algorithm_only(callers: JwtCallers, server: AuthorizationServer) -> None:
    server.document = {"keys": [{**public(GOOD), "kid": "one", "alg": "PS256"}]}
    assert (await callers.verify(token(GOOD, algorithm="PS256"))).subject == "alice"
    assert await reason(callers, token(GOOD)) == "the authorization server has no such key for it"


async def test_weak_and_foreign_keys_verify_nothing(callers: JwtCallers, server: AuthorizationServer) -> None:
    weak = rsa_key("weak", 1024)
    server.publish(one=weak)
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        shown = token(weak)
    assert await reason(callers, shown) == "it is not valid"
    other_curve = ec.generate_private_key(ec.SECP384R1())
    server.publish(two=other_curve)
    with_es256 = signed_by_hand({"alg": "ES256", "kid": "two"}, b"anything")
    assert await reason(callers, with_es256) == "the authorization server has no such key for it"


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "nonsense",
        "a.b",
        "a.b.c",
        "....",
        "é.ü.ß",
        "\0",
        f"{part({'alg': 'RS256'})}..",
        f"{part([])}.{part({})}.x",
        f"{part({'alg': ['RS256']})}.{part({})}.x",
        f"{part({'alg': 'RS256', 'kid': 7})}.{part({})}.x",
        f"{part({'alg': 'RS256', 'kid': 'one', 'crit': ['x']})}.{part({})}.x",
        f"{part({'alg': 'RS256', 'kid': 'one', 'b64': False})}.{part({})}.x",
        f"{part(b'[' * 20_000)}.{part({})}.x",
        f"{part({'alg': 'RS256', 'kid': 'one'})}.{part(b'[' * 20_000)}.x",
        f"{part({'alg': 'RS256', 'kid': 'one'})}.{part({})}.{'A' * 20_000}",
    ],
)
async def test_what_is_no_token_is_refused(callers: JwtCallers, shown: str) -> None:
    with pytest.raises(InvalidTokenError):
        await callers.verify(shown)
