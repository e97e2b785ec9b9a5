"""The settings ``MANOFLOW_AUTH__*``: who knows the callers of the API. `manoflow.runtime.callers` acts on them."""

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

HOW = "docs/how-to/authenticate-callers.md tells how"


class AuthSettings(BaseModel):
    """Nobody, a list of clients, or an OAuth2 authorization server."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    clients_file: Path | None = Field(
        default=None, description="List of clients and hashes of their tokens, kept by `manoflow client`."
    )
    jwks_url: str = Field(
        default="", description="Where the OAuth2 authorization server publishes its keys (JWKS). https, or loopback."
    )
    issuer: str = Field(default="", description="What access tokens must have as `iss`. Needed with a JWKS.")
    audience: str = Field(default="", description="What access tokens must have in `aud`. Needed with a JWKS.")
    require_scopes: bool = Field(
        default=True,
        description="Access tokens need the scope `manoflow:read` or `manoflow:write`. False: each may do everything.",
    )
    leeway_seconds: float = Field(
        default=30.0, ge=0, le=600, description="So far the authorization server's clock may differ from ours."
    )

    @property
    def is_set(self) -> bool:
        """Whether callers are verified at all."""
        return self.clients_file is not None or bool(self.jwks_url)

    @field_validator("clients_file")
    @classmethod
    def _absolute(cls, file: Path | None) -> Path | None:
        return file and file.expanduser().absolute()

    @field_validator("jwks_url")
    @classmethod
    def _trustworthy(cls, url: str, info: ValidationInfo) -> str:
        if not url:
            return url
        if info.data.get("clients_file") is not None:
            message = f"callers are verified by a client list or by a key set, not by both; {HOW}"
            raise ValueError(message)
        where = urlsplit(url)
        if not where.hostname or (where.scheme != "https" and not is_loopback(where.hostname)):
            message = "keys are trusted that come over https, or over http from loopback"
            raise ValueError(message)
        return url

    @field_validator("issuer", "audience")
    @classmethod
    def _needed(cls, text: str, info: ValidationInfo) -> str:
        if info.data.get("jwks_url") and not text:
            message = f"it is needed with a key set: else tokens meant for others would be accepted; {HOW}"
            raise ValueError(message)
        return text


def is_every_address(host: str) -> bool:
    """Whether a host means all addresses of this machine: one can listen there, and call nobody."""
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    """Whether nobody outside this machine can reach a host or answer in its place."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
