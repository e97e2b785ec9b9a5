"""Our own REST API as its consumers call it: the command line and the demo.

Answers are the JSON that the API gives. What it refuses is raised with the text of its problem details.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from manoflow.domain.errors import InvalidInputError, PermanentError, TemporaryError, UnreachableError
from manoflow.domain.lcm import FINAL_STATES, CancelMode, LcmOperationState, VerdictKind

VERSION = {"Version": "2.0.0"}
"""SOL013 clause 9: every request says which major version it speaks; all 2.x.y are the same to us."""
PACKAGES = "/vnfpkgm/v2/vnf_packages"
INSTANCES = "/vnflcm/v2/vnf_instances"
OCCURRENCES = "/vnflcm/v2/vnf_lcm_op_occs"
VIMS = "/manoflow/v1/vims"
RESERVATIONS = "/manoflow/v1/reservations"
REPORTS = "/manoflow/v1/reports"
PLANS = "/manoflow/v1/plans"
DRIFT = "/manoflow/v1/vnf_instances/{vnf_instance_id}/drift"
MERGE_PATCH = "application/merge-patch+json"
PROGRESS = "/manoflow/v1/vnf_lcm_op_occs/{lcm_op_occ_id}/progress"
WAITING_FOR = "/manoflow/v1/vnf_lcm_op_occs/{lcm_op_occ_id}/waiting_for"

TIMEOUT = httpx.Timeout(30, connect=5)
LOOK_AGAIN = 0.2
"""Seconds between two looks at something that is awaited."""
ONBOARDING_SECONDS = 120.0
FETCHING_SECONDS = 3600.0
CHUNK = 1 << 20

BEARER_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
WAY_IN = (
    "set MANOFLOW_TOKEN to a token that this API accepts: `manoflow client add NAME` prints one, or else its "
    "authorization server gives it"
)

Json = dict[str, Any]


class RefusedError(PermanentError):
    """The API refused; the message is its problem's detail."""

    def __init__(self, status: int, message: str) -> None:
        """`status`: the HTTP status."""
        super().__init__(message)
        self.status = status


class Api:
    """One API, found by its URL."""

    def __init__(self, url: str, token: SecretStr | None = None) -> None:
        """Nothing is asked yet. Raises `InvalidInputError` where that is no URL, or no token."""
        self.url = url
        headers = {**VERSION, **_shown(token)}
        try:
            # Proxies are for other people's servers: ours listens on loopback.
            self._http = httpx.AsyncClient(base_url=url, headers=headers, timeout=TIMEOUT, trust_env=False)
        except httpx.InvalidURL as error:
            raise InvalidInputError(f"cannot use {url} as the URL of the API: {error}") from error

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def get(self, path: str) -> Any:  # noqa: ANN401 - JSON: an object here, a list there
        """Read a resource."""
        return (await self._ask("GET", path)).json()

    async def listed(self, path: str, query: Mapping[str, str] | None = None) -> list[Json]:
        """Read a list, page after page (SOL013 clause 5.4)."""
        answer = await self._ask("GET", path, params=query)
        entries: list[Json] = answer.json()
        while "next" in answer.links:
            answer = await self._ask("GET", f"{path}?{urlsplit(answer.links['next']['url']).query}")
            entries += answer.json()
        return entries

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> httpx.Response:
        """Create a resource or begin a task; without a body where the task takes none."""
        return await self._ask("POST", path, json=body)

    async def patch(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        """Change a resource by a merge patch."""
        return await self._ask("PATCH", path, content=json.dumps(body), headers={"Content-Type": MERGE_PATCH})

    async def delete(self, path: str) -> None:
        """Remove a resource."""
        await self._ask("DELETE", path)

    async def onboard(self, csar: Path) -> Json:
        """Upload a package and wait until it is ONBOARDED.

        Raises `RefusedError` with the reason where its content is refused; the package resource is removed then.
        """
        path = f"{PACKAGES}/{(await self.post(PACKAGES, {})).json()['id']}"
        media_type = {"Content-Type": "application/zip"}
        await self._ask("PUT", f"{path}/package_content", content=_chunks(csar), headers=media_type)
        return await self._onboarded(path, ONBOARDING_SECONDS)

    async def onboard_from(self, source: Mapping[str, Any]) -> Json:
        """Have a package fetched (SOL005 UploadVnfPackageFromUriRequest) and wait until it is ONBOARDED, likewise."""
        path = f"{PACKAGES}/{(await self.post(PACKAGES, {})).json()['id']}"
        try:
            await self.post(f"{path}/package_content/upload_from_uri", source)
        except RefusedError:
            await self.delete(path)
            raise
        return await self._onboarded(path, FETCHING_SECONDS)

    async def _onboarded(self, path: str, patience: float) -> Json:
        until = monotonic() + patience
        package: Json
        while (state := (package := await self.get(path))["onboardingState"]) not in {"ONBOARDED", "ERROR"}:
            if monotonic() > until:
                raise TemporaryError(f"cannot tell what came of package {package['id']}: it is {state} for too long")
            await asyncio.sleep(LOOK_AGAIN)
        if state == "ERROR":
            await self.delete(path)
            failure = package.get("onboardingFailureDetails") or {}
            raise RefusedError(failure.get("status", 400), failure.get("detail", f"cannot onboard {package['id']}"))
        return package

    async def download(self, path: str, file: Path) -> None:
        """Write what a resource gives to a file; one that breaks off leaves nothing."""
        beginning = file.with_name(f"{file.name}.part")
        try:
            async with self._http.stream("GET", path) as answer:
                if answer.is_error:
                    await answer.aread()
                    raise RefusedError(answer.status_code, _detail(answer))
                with beginning.open("wb") as written:
                    async for chunk in answer.aiter_bytes():
                        written.write(chunk)
            beginning.replace(file)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        except OSError as error:
            raise InvalidInputError(f"cannot write {file}: {error.strerror}") from error
        finally:
            beginning.unlink(missing_ok=True)

    async def begin(self, vnf_instance_id: str, operation: str, request: Mapping[str, Any]) -> str:
        """Begin an operation; gives the id of its occurrence."""
        return _named_in(await self.post(f"{INSTANCES}/{vnf_instance_id}/{operation}", request))

    async def modify(self, vnf_instance_id: str, patch: Mapping[str, Any]) -> str:
        """Begin to change what is said about a VNF instance; gives the id of the occurrence."""
        return _named_in(await self.patch(f"{INSTANCES}/{vnf_instance_id}", patch))

    async def plan(self, vnf_instance_id: str, operation: str, request: Mapping[str, Any]) -> Json:
        """What an operation would do."""
        asked = {"vnfInstanceId": vnf_instance_id, "operation": operation, "request": request}
        planned: Json = (await self.post(PLANS, asked)).json()
        return planned

    async def execute(self, plan_id: str) -> str:
        """Begin what was planned; gives the id of the occurrence."""
        return _named_in(await self.post(f"{PLANS}/{plan_id}/execute"))

    async def occurrence(self, lcm_op_occ_id: str) -> Json:
        """One occurrence."""
        found: Json = await self.get(f"{OCCURRENCES}/{lcm_op_occ_id}")
        return found

    async def progress(self, lcm_op_occ_id: str) -> Json:
        """How far an occurrence has come, stage by stage."""
        found: Json = await self.get(PROGRESS.format(lcm_op_occ_id=lcm_op_occ_id))
        return found

    async def waiting_for(self, lcm_op_occ_id: str) -> Json:
        """What an occurrence waits for."""
        found: Json = await self.get(WAITING_FOR.format(lcm_op_occ_id=lcm_op_occ_id))
        return found

    async def decide(self, lcm_op_occ_id: str, verdict: VerdictKind) -> None:
        """Retry, roll back or fail an operation in FAILED_TEMP."""
        await self.post(f"{OCCURRENCES}/{lcm_op_occ_id}/{verdict}")

    async def cancel(self, lcm_op_occ_id: str, mode: CancelMode) -> None:
        """Ask a running operation to stop."""
        await self.post(f"{OCCURRENCES}/{lcm_op_occ_id}/cancel", {"cancelMode": mode})

    async def _ask(self, method: str, path: str, **particulars: Any) -> httpx.Response:  # noqa: ANN401 - httpx's
        try:
            answer = await self._http.request(method, path, **particulars)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            raise RefusedError(answer.status_code, f"{_detail(answer)}; {WAY_IN}")
        if answer.is_error:
            raise RefusedError(answer.status_code, _detail(answer))
        return answer

    def _unreachable(self, error: httpx.HTTPError) -> UnreachableError:
        reason = str(error) or type(error).__name__
        return UnreachableError(f"cannot reach the API at {self.url}: {reason}; is `make up` running?")


def _shown(token: SecretStr | None) -> dict[str, str]:
    """The header that shows a token (RFC 6750 clause 2.1)."""
    if token is None:
        return {}
    shown = token.get_secret_value().strip()
    if not BEARER_TOKEN.fullmatch(shown):
        raise InvalidInputError("cannot use MANOFLOW_TOKEN: a bearer token has letters, digits and -._~+/ only")
    return {"Authorization": f"Bearer {shown}"}


def _named_in(answer: httpx.Response) -> str:
    return answer.headers["Location"].rstrip("/").rpartition("/")[2]


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as content:
        while chunk := content.read(CHUNK):
            yield chunk


def stands_still(occurrence: Mapping[str, Any]) -> bool:
    """Nothing more will happen to an occurrence by itself."""
    state = LcmOperationState(occurrence["operationState"])
    return state in FINAL_STATES or state is LcmOperationState.FAILED_TEMP


def _detail(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        return str(problem["detail"])
    except (ValueError, KeyError, TypeError):
        return f"cannot {answer.request.method} {answer.request.url}: HTTP {answer.status_code}"
