"""VnfInstance as ETSI shows it (SOL003 clause 5.5.2.2)."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from pydantic import Field, JsonValue

from api.links import Links
from api.views.base import Link
from api.views.instantiated_vnf import InstantiatedVnfInfo, instantiated_vnf_info
from api.views.vim_connection import VimConnectionInfo, vim_connections
from manoflow.domain.base import Model
from manoflow.domain.resources import Resource
from manoflow.domain.vim import Vim
from manoflow.domain.vnf import VnfInstance


class VnfInstanceView(Model):
    """SOL003 clause 5.5.2.2."""

    id: UUID
    vnf_instance_name: str | None = None
    vnf_instance_description: str | None = None
    vnfd_id: str
    vnf_provider: str
    vnf_product_name: str
    vnf_software_version: str
    vnfd_version: str
    vnf_configurable_properties: dict[str, JsonValue] | None = None
    vim_connection_info: dict[str, VimConnectionInfo] | None = None
    instantiation_state: str
    instantiated_vnf_info: InstantiatedVnfInfo | None = None
    metadata: dict[str, JsonValue] | None = None
    extensions: dict[str, JsonValue] | None = None
    links: dict[str, Link] = Field(alias="_links")


def summary_of(instance: VnfInstance, links: Links, tasks: Mapping[str, str]) -> VnfInstanceView:
    """An instance as a list shows it: without its complex attributes (SOL003 clause 5.4.2.3.2, exclude_default).

    `tasks` are the operations that are allowed now: name of the link and last segment of its path.
    """
    return VnfInstanceView(
        id=instance.id,
        vnf_instance_name=instance.vnf_instance_name,
        vnf_instance_description=instance.vnf_instance_description,
        vnfd_id=instance.vnfd_id,
        vnf_provider=instance.vnf_provider,
        vnf_product_name=instance.vnf_product_name,
        vnf_software_version=instance.vnf_software_version,
        vnfd_version=instance.vnfd_version,
        instantiation_state=instance.instantiation_state,
        links={
            "self": Link(href=links.vnf_instance(instance.id)),
            **{name: Link(href=links.operation(instance.id, path)) for name, path in tasks.items()},
        },
    )


def detail_of(
    summary: VnfInstanceView, instance: VnfInstance, resources: Sequence[Resource], vims: Iterable[Vim]
) -> VnfInstanceView:
    """The same instance with everything that is known of it."""
    state = instance.state
    used = {row.vim_connection_id for row in resources} | ({state.vim_connection_id} if state else set())
    known = used | instance.vim_connection_info.keys()
    return summary.model_copy(
        update={
            "vnf_configurable_properties": instance.vnf_configurable_properties or None,
            "vim_connection_info": vim_connections(vims, known) or None,
            "metadata": instance.metadata or None,
            "extensions": instance.extensions or None,
            "instantiated_vnf_info": instantiated_vnf_info(instance, state, resources) if state else None,
        }
    )
