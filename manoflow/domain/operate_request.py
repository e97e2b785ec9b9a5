"""What a consumer sends to start or stop a VNF: SOL003's request, and on the same path SOL002's, which names VNFCs."""

from enum import StrEnum
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue

from manoflow.domain.base import Model
from manoflow.domain.cloud import Power


class VnfOperationalState(StrEnum):
    """SOL003 clause 5.5.4, VnfOperationalStateType."""

    STARTED = "STARTED"
    STOPPED = "STOPPED"


class StopType(StrEnum):
    """SOL003 clause 5.5.4, StopType."""

    FORCEFUL = "FORCEFUL"
    GRACEFUL = "GRACEFUL"


class OperateVnfRequest(Model):
    """SOL003 clause 5.5.2.10; vnfcInstanceId is SOL002's (clause 5.5.2.10)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"changeStateTo": "STOPPED", "stopType": "FORCEFUL"}]})

    vnfc_instance_id: tuple[UUID, ...] = ()
    """Ids of vnfcInfo: those VNFCs alone. Empty: all of them."""
    change_state_to: VnfOperationalState
    stop_type: StopType | None = None
    """None: FORCEFUL."""
    graceful_stop_timeout: int | None = Field(default=None, ge=0)
    """Seconds."""
    additional_params: dict[str, JsonValue] = Field(default_factory=dict)

    @property
    def power(self) -> Power:
        """What the VNFCs are to be."""
        return Power.STARTED if self.change_state_to is VnfOperationalState.STARTED else Power.STOPPED
