"""The settings ``MANOFLOW_OUTBOUND__*``: where a request may send Manoflow (`manoflow.domain.outbound`)."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, IPvAnyNetwork

from manoflow.domain.outbound import OutboundPolicy


class OutboundSettings(BaseModel):
    """Schemes, addresses and sizes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schemes: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        default=("https",),
        description='What URIs in requests may begin with, as a JSON list. With `["https", "http"]`, credentials of '
        "a download may go over the network in clear text.",
    )
    allow: tuple[IPvAnyNetwork, ...] = Field(
        default=(),
        description="Networks that URIs in requests may lead to though they are not public, as a JSON list such as "
        '`["10.20.0.0/16"]`.',
    )
    max_bytes: int = Field(default=OutboundPolicy.max_bytes, ge=1, description="The largest package that is fetched.")
    ca_file: Path | None = Field(
        default=None, description="Certificates that vouch for the servers. Default: those of the system."
    )

    @property
    def policy(self) -> OutboundPolicy:
        """As the domain has it."""
        return OutboundPolicy(schemes=self.schemes, allow=self.allow, max_bytes=self.max_bytes)
