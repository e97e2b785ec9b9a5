"""Artifacts that a manifest names by a URI: outside of their package, and how they are got (SOL005 clause 9.4.4a).

Their files are fetched when somebody reads them, under the policy `manoflow.domain.outbound`, and not kept.
"""

from collections import Counter
from typing import Literal, Self

from pydantic import ConfigDict, JsonValue, model_validator

from manoflow.domain.base import Model
from manoflow.domain.errors import ConflictError
from manoflow.domain.onboarding import Oauth2ClientCredentials, PackageSource
from manoflow.domain.packages import UNFINISHED, VnfPackage

AUTH_TYPE = "OAUTH2_CLIENT_CREDENTIALS"


class ArtifactAccess(Model):
    """How one of them is got (SOL005 clause 9.5.2.10, artifact)."""

    artifact_uri: str
    """As the manifest has it."""
    override_uri: str | None = None
    """Where it is really fetched."""
    auth_type: Literal["OAUTH2_CLIENT_CREDENTIALS"] | None = None
    params_oauth2_client_credentials: Oauth2ClientCredentials | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.auth_type is None) != (self.params_oauth2_client_credentials is None):
            message = f"authType {AUTH_TYPE} and paramsOauth2ClientCredentials go together"
            raise ValueError(message)
        return self

    @property
    def uri(self) -> str:
        """Where it is fetched."""
        return self.override_uri or self.artifact_uri


_EXAMPLE: dict[str, JsonValue] = {
    "artifactUri": "https://vendor.example/tools/probe.tar.gz",
    "authType": AUTH_TYPE,
    "paramsOauth2ClientCredentials": {
        "clientId": "operator",
        "clientPassword": "secret",
        "tokenEndpoint": "https://vendor.example/token",
    },
}


class ExternalArtifactsAccessConfig(Model):
    """How those of a package are got (SOL005 clause 9.5.2.10); one that is not named here is fetched as it is named.

    ETSI's OpenAPI file has one `artifact` where the clause has any number of them: one is taken as a list of one.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"artifact": [_EXAMPLE]}]})

    artifact: tuple[ArtifactAccess, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _listed(cls, given: object) -> object:
        if isinstance(given, dict) and isinstance(given.get("artifact"), dict):
            return {**given, "artifact": [given["artifact"]]}
        return given

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        named, times = next(iter(Counter(one.artifact_uri for one in self.artifact).most_common(1)), ("", 0))
        if times > 1:
            message = f"artifactUri {named} is there {times} times, leave one"
            raise ValueError(message)
        return self

    def source(self, artifact_uri: str) -> PackageSource:
        """Where one is fetched, and by which credentials."""
        access = next((one for one in self.artifact if one.artifact_uri == artifact_uri), None)
        if access is None:
            return PackageSource(uri=artifact_uri)
        return PackageSource(uri=access.uri, oauth2=access.params_oauth2_client_credentials)


def require_settled(package: VnfPackage) -> None:
    """SOL005 clause 9.4.4a.3.4: not while the package is being onboarded. `ConflictError` says so.

    Afterwards there is no conflict, as nothing is fetched while it is onboarded: credentials may change at any time.
    """
    if package.onboarding_state in UNFINISHED:
        message = (
            f"cannot change how external artifacts of VNF package {package.id} are got: it is "
            f"{package.onboarding_state}, wait until it is not"
        )
        raise ConflictError(message)
