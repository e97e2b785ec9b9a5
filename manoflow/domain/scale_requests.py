"""Requests that change the size of a VNF (SOL003 clauses 5.5.2.5, 5.5.2.5a and 4.4.1.4).

Their additionalParams are kept with the occurrence and change nothing of the size: what they mean is the VNF's own.
"""

from enum import StrEnum
from typing import Self

from pydantic import ConfigDict, Field, JsonValue, model_validator

from manoflow.domain.base import Model


class ScaleInfo(Model):
    """The scale level of one aspect (SOL003 clause 4.4.1.4)."""

    aspect_id: str
    vnfd_id: str | None = None
    scale_level: int = Field(ge=0)


class ScaleType(StrEnum):
    """SOL003 clause 5.5.2.5."""

    SCALE_OUT = "SCALE_OUT"
    SCALE_IN = "SCALE_IN"


class ScaleVnfRequest(Model):
    """SOL003 clause 5.5.2.5."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"type": "SCALE_OUT", "aspectId": "app_scale"}]})

    type: ScaleType
    aspect_id: str
    number_of_steps: int = Field(default=1, ge=1)
    additional_params: dict[str, JsonValue] = Field(default_factory=dict)


class ScaleVnfToLevelRequest(Model):
    """SOL003 clause 5.5.2.5a."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"instantiationLevelId": "pair"}]})

    instantiation_level_id: str | None = None
    scale_info: tuple[ScaleInfo, ...] | None = None
    """Aspects that are not named stay where they are."""
    additional_params: dict[str, JsonValue] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.instantiation_level_id is None) == (self.scale_info is None):
            message = "give either instantiationLevelId or scaleInfo"
            raise ValueError(message)
        return self
