"""What an OpenStack project has, asked by plain HTTP: the evidence must not come from the driver that is on trial."""

from collections.abc import Mapping
from typing import Any, Self

import httpx

from manoflow.domain.errors import NotFoundError, UnreachableError
from manoflow.runtime.client import Json

LISTS = {
    "servers": ("compute", "/servers"),
    "ports": ("network", "/v2.0/ports"),
    "networks": ("network", "/v2.0/networks"),
    "volumes": ("block-storage", "/volumes"),
}
"""Kind of resource: the service in Keystone's catalogue, and the path of the list."""

Inventory = Mapping[str, frozenset[str]]
"""The ids of every kind."""


class OpenStack:
    """A project, logged in."""

    def __init__(self, http: httpx.AsyncClient, endpoints: Mapping[str, str]) -> None:
        """Use `login`."""
        self._http = http
        self._endpoints = endpoints

    @classmethod
    async def login(cls, http: httpx.AsyncClient, connection: Json) -> Self:
        """Ask Keystone for a token, with what `from_clouds_yaml` gave."""
        interface = connection["interfaceInfo"]
        body = {"auth": _auth(connection["accessInfo"])}
        answer = await _asked(http, "POST", f"{interface['endpoint']}/auth/tokens", json=body)
        http.headers["X-Auth-Token"] = answer.headers["X-Subject-Token"]
        kind, region = interface.get("endpointInterface", "public"), interface.get("region")
        endpoints = {
            service["type"]: endpoint["url"].rstrip("/")
            for service in answer.json()["token"]["catalog"]
            for endpoint in service["endpoints"]
            if endpoint["interface"] == kind and region in {None, endpoint["region"]}
        }
        return cls(http, endpoints)

    async def inventory(self) -> Inventory:
        """Every server, port, network and volume that the project sees."""
        return {kind: await self.ids(kind) for kind in LISTS}

    async def ids(self, kind: str) -> frozenset[str]:
        """The ids of one kind."""
        return frozenset(one["id"] for one in await self._listed(kind))

    async def network(self, name: str) -> str:
        """The id of a network that was there before."""
        found = [one["id"] for one in await self._listed("networks") if one["name"] == name]
        if len(found) != 1:
            raise NotFoundError(
                f"cannot use network {name}: the cloud has {len(found)} of that name, the demo needs one"
            )
        return str(found[0])

    async def _listed(self, kind: str) -> list[dict[str, Any]]:
        service, path = LISTS[kind]
        if service not in self._endpoints:
            raise NotFoundError(f"cannot list {kind}: the cloud's catalogue has no service {service}")
        answer = await _asked(self._http, "GET", f"{self._endpoints[service]}{path}")
        listed: list[dict[str, Any]] = answer.json()[kind]
        return listed


async def _asked(http: httpx.AsyncClient, method: str, url: str, **body: Any) -> httpx.Response:  # noqa: ANN401 - JSON
    try:
        answer = await http.request(method, url, **body)
        return answer.raise_for_status()
    except httpx.HTTPError as error:
        raise UnreachableError(f"cannot ask OpenStack: {method} {url}: {error}") from error


def _auth(access: Mapping[str, str]) -> Json:
    if "applicationCredentialSecret" in access:
        credential = {"id": access["applicationCredentialId"], "secret": access["applicationCredentialSecret"]}
        return {"identity": {"methods": ["application_credential"], "application_credential": credential}}
    user = {"name": access["username"], "password": access["password"], "domain": {"name": access["userDomain"]}}
    project = {"name": access["project"], "domain": {"name": access["projectDomain"]}}
    return {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": {"project": project}}
