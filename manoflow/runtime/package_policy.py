"""The settings ``MANOFLOW_PACKAGES__*``: what is asked of VNF packages. `manoflow.runtime.reading` acts on them."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from manoflow.domain.package_security import DEFAULT_POLICY, SecurityState


class PackageSettings(BaseModel):
    """How strict, whom to trust, what may be enabled."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    strict: bool = Field(
        default=False,
        description="SOL004 to the letter: a package without a manifest, with files that its manifest does not list "
        "with a hash, or with named artifacts that are not inside is refused. False: these are warnings.",
    )
    lenient_meta_hashes: bool = Field(
        default=False,
        description="For laboratories: a file that differs from its hash in TOSCA.meta is a warning. A manifest's "
        "hashes always count.",
    )
    trusted_roots: Path | None = Field(
        default=None,
        description="File of certificates that vouch for the signers of packages, or folder of such files. Without it "
        "no signature is more than not verified.",
    )
    enable_states: tuple[SecurityState, ...] = Field(
        default=tuple(state for state in SecurityState if state in DEFAULT_POLICY.usable),
        description="Security states in which a package may be enabled, as a JSON list. A package whose signature is "
        "invalid is never onboarded.",
    )

    @field_validator("trusted_roots")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return path and path.expanduser().absolute()

    @field_validator("enable_states")
    @classmethod
    def _never_invalid(cls, states: tuple[SecurityState, ...]) -> tuple[SecurityState, ...]:
        if SecurityState.INVALID in states:
            message = "a package with an invalid signature is never used; leave INVALID out"
            raise ValueError(message)
        return states
