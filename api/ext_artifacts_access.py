"""The resource External VNF package artifacts access (SOL005 clause 9.4.4a): how artifacts outside a package are got.

What is secret goes in and never comes out. `api.external_artifacts` fetches by it.
"""

from collections.abc import Sequence
from typing import Literal

from fastapi import APIRouter, Depends

from api.named_packages import NamedPackage
from api.problems import documented
from api.requests import PLAIN, require_json
from api.services import Injected
from manoflow.domain.base import Model
from manoflow.domain.external_artifacts import ArtifactAccess, ExternalArtifactsAccessConfig
from manoflow.domain.outbound import OutboundPolicy

ACCESS = "/ext_artifacts_access"

router = APIRouter(tags=["VNF packages"], dependencies=list(PLAIN), responses=documented(400, 404, 406, 409, 415, 422))


class _ClientView(Model):
    """Of its three parts clause 9.5.2.10 shows this one: password and token endpoint are left out of answers."""

    client_id: str


class _AccessView(Model):
    """One artifact."""

    artifact_uri: str
    override_uri: str | None = None
    auth_type: Literal["OAUTH2_CLIENT_CREDENTIALS"] | None = None
    params_oauth2_client_credentials: _ClientView | None = None


class ExternalArtifactsAccessView(Model):
    """SOL005 clause 9.5.2.10, as it is answered."""

    artifact: Sequence[_AccessView]


@router.get(ACCESS, response_model_exclude_none=True, summary="Read how external artifacts of a VNF package are got")
async def read(package: NamedPackage, services: Injected) -> ExternalArtifactsAccessView:
    """What was said of it, without what is secret; an empty list where nothing was."""
    return _shown(await services.records.external_access(package.id))


@router.put(
    ACCESS,
    response_model_exclude_none=True,
    dependencies=[Depends(require_json)],
    summary="Say how external artifacts of a VNF package are got",
)
async def change(
    asked: ExternalArtifactsAccessConfig, package: NamedPackage, services: Injected
) -> ExternalArtifactsAccessView:
    """Replace all that was said. 422 where the policy for URIs forbids one; 409 while the package is onboarded."""
    for access in asked.artifact:
        _require_allowed(access, services.outbound)
    await services.records.change_external_access(package.id, asked)
    return _shown(asked)


def _require_allowed(access: ArtifactAccess, policy: OutboundPolicy) -> None:
    policy.require_allowed(access.uri, "overrideUri" if access.override_uri else "artifactUri")
    if access.params_oauth2_client_credentials is not None:
        policy.require_allowed(access.params_oauth2_client_credentials.token_endpoint, "tokenEndpoint")


def _shown(config: ExternalArtifactsAccessConfig) -> ExternalArtifactsAccessView:
    return ExternalArtifactsAccessView.model_validate(config.model_dump())
