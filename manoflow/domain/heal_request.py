"""What a consumer sends to heal a VNF: SOL003's request, and on the same path SOL002's, which may name VNFCs."""

from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue

from manoflow.domain.base import Model

_EXAMPLE: dict[str, JsonValue] = {"cause": "it answers no more", "additionalParams": {"all": True}}


class HealVnfRequest(Model):
    """SOL003 clause 5.5.2.9; vnfcInstanceId and healScript are SOL002's (clause 5.5.2.9).

    additionalParams that Manoflow knows: ``all`` (true: every VNFC is replaced) and ``keepStorages`` (true: VNFCs that
    are replaced keep their storages).
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    cause: str | None = None
    vnfc_instance_id: tuple[UUID, ...] = ()
    """Ids of vnfcInfo: each named one is replaced, even if it looks well."""
    heal_script: str | None = None
    additional_params: dict[str, JsonValue] = Field(default_factory=dict)

    @property
    def replaces_all(self) -> bool:
        """Whether every VNFC is to be replaced."""
        return self.additional_params.get("all") is True

    @property
    def keeps_storages(self) -> bool:
        """Whether VNFCs that are replaced keep their storages."""
        return self.additional_params.get("keepStorages") is True
