"""The task resource Upload VNF package from URI (SOL005 clause 9.4.6)."""

from typing import Literal

from fastapi import APIRouter, Depends, Response
from pydantic import SecretStr, model_validator

from api.named_packages import NamedPackage
from api.onboarding import InjectedOnboarding
from api.problems import documented
from api.requests import PLAIN, require_json
from api.services import Injected
from manoflow.domain.base import Model
from manoflow.domain.onboarding import Oauth2ClientCredentials, PackageSource

OAUTH2 = "OAUTH2_CLIENT_CREDENTIALS"

router = APIRouter(
    tags=["VNF packages"],
    dependencies=[*PLAIN, Depends(require_json)],
    responses=documented(400, 404, 406, 409, 415, 422),
)


class UploadVnfPackageFromUriRequest(Model):
    """SOL005 clause 9.5.2.4. `userName` and `password` are those of its older versions (2.6.1)."""

    address_information: str
    user_name: str | None = None
    password: SecretStr | None = None
    auth_type: Literal["OAUTH2_CLIENT_CREDENTIALS"] | None = None
    params_oauth2_client_credentials: Oauth2ClientCredentials | None = None

    @model_validator(mode="after")
    def _one_way_in(self) -> "UploadVnfPackageFromUriRequest":
        if (self.auth_type is None) != (self.params_oauth2_client_credentials is None):
            message = f"authType {OAUTH2} and paramsOauth2ClientCredentials go together"
            raise ValueError(message)
        if self.user_name is not None and self.auth_type is not None:
            message = "there is userName as well as authType, leave one"
            raise ValueError(message)
        if self.password is not None and self.user_name is None:
            message = "there is a password without userName"
            raise ValueError(message)
        return self


@router.post(
    "/package_content/upload_from_uri",
    status_code=202,
    response_class=Response,
    summary="Have the content of a VNF package fetched",
)
async def upload_from_uri(
    asked: UploadVnfPackageFromUriRequest, package: NamedPackage, services: Injected, onboarding: InjectedOnboarding
) -> Response:
    """Fetch it in the background. 422 where the policy for URIs forbids it; a name is judged when it is fetched."""
    oauth2 = asked.params_oauth2_client_credentials
    services.outbound.require_allowed(asked.address_information, "addressInformation")
    if oauth2 is not None:
        services.outbound.require_allowed(oauth2.token_endpoint, "tokenEndpoint")
    source = PackageSource(
        uri=asked.address_information, user_name=asked.user_name, password=asked.password, oauth2=oauth2
    )
    await onboarding.fetch(package.id, source)
    return Response(status_code=202)
