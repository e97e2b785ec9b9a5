"""The settings choose who knows the callers."""

from pathlib import Path

import pytest

from manoflow.adapters.callers.client_list import add_client
from manoflow.domain.callers import Scope
from manoflow.domain.errors import InvalidInputError, InvalidTokenError
from manoflow.runtime.auth import AuthSettings
from manoflow.runtime.callers import verifying
from tests.adapters.callers.authorization_server import AUDIENCE, ISSUER, publishing, rsa_key, token

KEY = rsa_key("one")


async def test_by_default_nobody_is_asked() -> None:
    async with verifying(AuthSettings()) as callers:
        assert callers is None


async def test_a_list_of_clients_is_used(tmp_path: Path) -> None:
    path = tmp_path / "clients.json"
    with pytest.raises(InvalidInputError, match="there is no such file"):
        async with verifying(AuthSettings(clients_file=path)):
            pass
    osm = add_client(path, "osm", frozenset({Scope.READ}))
    async with verifying(AuthSettings(clients_file=path)) as callers:
        assert callers is not None
        assert (await callers.verify(osm)).scopes == {Scope.READ}


@pytest.mark.parametrize(("require_scopes", "scopes"), [(True, set()), (False, set(Scope))])
async def test_an_authorization_server_is_used(*, require_scopes: bool, scopes: set[Scope]) -> None:
    with publishing() as server:
        server.publish(one=KEY)
        settings = AuthSettings(
            jwks_url=server.url, issuer=ISSUER, audience=AUDIENCE, require_scopes=require_scopes, leeway_seconds=0
        )
        async with verifying(settings) as callers:
            assert callers is not None
            assert (await callers.verify(token(KEY, scope="openid"))).scopes == scopes
            with pytest.raises(InvalidTokenError, match="another audience"):
                await callers.verify(token(KEY, aud="account"))
            with pytest.raises(InvalidTokenError, match="expired"):
                await callers.verify(token(KEY, exp=1))
