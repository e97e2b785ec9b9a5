"""What is said about a VNF instance and may be changed without touching a VIM.

`manoflow.domain.targets.modify` makes modifications of a request, a plan carries them, and `manoflow.domain.settling`
applies them when the operation completes.
"""

from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue, field_validator

from manoflow.domain.merge_patch import MergePatch, merged
from manoflow.domain.vnf import VimConnectionInfo, VnfInstance

_EXAMPLE: dict[str, JsonValue] = {
    "vnfInstanceDescription": "Serves the south",
    "metadata": {"site": "south"},
}


class VnfInfoModificationRequest(MergePatch):
    """SOL003 clause 5.5.2.12; vnfcInfoModifications is SOL002's."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    vnf_instance_name: str | None = None
    vnf_instance_description: str | None = None
    vnfd_id: str | None = Field(default=None, min_length=1)
    vnf_pkg_id: str | None = None
    """The name that the published OpenAPI still has for vnfdId: known in order to be refused."""
    vnf_configurable_properties: dict[str, JsonValue] | None = None
    metadata: dict[str, JsonValue] | None = None
    extensions: dict[str, JsonValue] | None = None
    vim_connection_info: dict[str, VimConnectionInfo | None] = Field(default_factory=dict)
    vnfc_info_modifications: tuple[dict[str, JsonValue], ...] = ()

    @field_validator("vnfd_id")
    @classmethod
    def _not_removed(cls, vnfd_id: str | None) -> str:
        if vnfd_id is None:
            message = "null is not permitted: a VNF instance always has a VNFD"
            raise ValueError(message)
        return vnfd_id


class VnfInfoModifications(MergePatch):
    """What an operation changes, and no more than that (SOL003 clause 5.5.2.12a)."""

    vnf_instance_name: str | None = None
    vnf_instance_description: str | None = None
    vnfd_id: str | None = None
    vnf_pkg_id: UUID | None = None
    """With the VNFD come its package and the attributes that follow from it. Not ETSI's."""
    vnf_provider: str | None = None
    vnf_product_name: str | None = None
    vnf_software_version: str | None = None
    vnfd_version: str | None = None
    vnf_configurable_properties: dict[str, JsonValue] = Field(default_factory=dict)
    metadata: dict[str, JsonValue] = Field(default_factory=dict)
    extensions: dict[str, JsonValue] = Field(default_factory=dict)
    vim_connection_info: dict[str, VimConnectionInfo | None] = Field(default_factory=dict)
    """Connections that came, as they are registered, and None for those that went."""

    @property
    def shown(self) -> dict[str, Any]:
        """As SOL003 has it: a text or a connection that was removed cannot be said there, so it is left out."""
        said: dict[str, Any] = self.model_dump(mode="json", exclude_none=True, exclude={"vnf_pkg_id"})
        if "vimConnectionInfo" in said:
            connections = said["vimConnectionInfo"]
            said["vimConnectionInfo"] = {name: _filled(info) for name, info in connections.items() if info is not None}
        return said


def modified(instance: VnfInstance, changes: VnfInfoModifications) -> VnfInstance:
    """The instance with these changes."""
    update: dict[str, Any] = {name: getattr(changes, name) for name in changes.model_fields_set}
    for name in update.keys() & {"vnf_configurable_properties", "metadata", "extensions"}:
        update[name] = merged(getattr(instance, name), update[name])
    if "vim_connection_info" in update:
        connections = {**instance.vim_connection_info, **changes.vim_connection_info}
        update["vim_connection_info"] = {name: info for name, info in connections.items() if info is not None}
    return instance.model_copy(update=update)


def _filled(info: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in info.items() if value}
