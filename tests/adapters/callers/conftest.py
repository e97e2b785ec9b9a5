"""An authorization server with one key, and the verifier that trusts it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from manoflow.adapters.callers.jwks import Jwks
from manoflow.adapters.callers.jwt import Expected, JwtCallers
from tests.adapters.callers.authorization_server import AUDIENCE, ISSUER, AuthorizationServer, publishing, rsa_key

EXPECTED = Expected(issuer=ISSUER, audience=AUDIENCE, leeway=30, scopes=True)


@pytest.fixture
def server() -> Iterator[AuthorizationServer]:
    with publishing() as one:
        one.publish(one=rsa_key("one"))
        yield one


@pytest.fixture
async def callers(server: AuthorizationServer) -> AsyncIterator[JwtCallers]:
    keys = Jwks(server.url, pause=0)
    yield JwtCallers(keys, EXPECTED)
    await keys.close()
