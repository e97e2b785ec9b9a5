"""The VNF as a whole: who made it, which version it is, and its flavours (SOL001 clauses 6.8 and 6.11)."""

from descriptors.fields import Field
from descriptors.hierarchy import VNF
from descriptors.sol001.flavours import read_flavour
from descriptors.sol001.modifiable import configurable_properties, extensions
from descriptors.sol001.topology import Node, Read, Topology, no_files
from descriptors.templates import Templates
from manoflow.domain.vnfd import Flavour, Vnfd


def read_vnfd(templates: Templates, read: Read = no_files) -> tuple[Vnfd, tuple[str, ...]]:
    """The VNFD and the warnings found on the way; `read` gives the files that it names.

    Raises `InvalidInputError` with file, line and what to do.
    """
    top = Topology(templates.entry, templates.types, templates.files)
    vnf = next(iter(top.nodes(VNF)), None)
    if vnf is None:
        raise top.root.refusal(f"has no node derived from {VNF}", "name the VNF's template in Entry-Definitions")
    topologies = [Topology(document, templates.types, templates.files, read=read) for document in templates.flavours]
    flavours = tuple(read_flavour(topology) for topology in topologies)
    _require_flavours(flavours, vnf)
    vnfd = Vnfd(
        id=vnf.prop("descriptor_id").identifier(),
        provider=vnf.prop("provider").text(),
        product_name=vnf.prop("product_name").text(),
        software_version=vnf.prop("software_version").text(),
        descriptor_version=vnf.prop("descriptor_version").text(),
        vnfm_info=vnf.prop("vnfm_info").texts(),
        product_info_name=vnf.prop("product_info_name").text("") or None,
        default_flavour=_default_flavour(vnf.prop("flavour_id"), flavours),
        flavours=flavours,
        configurable_properties=configurable_properties(vnf),
        extensions=extensions(vnf),
    )
    return vnfd, tuple(warning for topology in topologies for warning in topology.warnings)


def _require_flavours(flavours: tuple[Flavour, ...], vnf: Node) -> None:
    if not flavours:
        raise vnf.field.refusal(
            "has no deployment flavour: no template beside it has substitution_mappings", "add a flavour's template"
        )
    ids = [flavour.id for flavour in flavours]
    twice = next((flavour_id for flavour_id in ids if ids.count(flavour_id) > 1), None)
    if twice is not None:
        raise vnf.field.refusal(f"has two templates of the flavour {twice}", "give each flavour its own flavour_id")


def _default_flavour(stated: Field, flavours: tuple[Flavour, ...]) -> str | None:
    """The flavour_id that the VNF has by itself, where it is one of its flavours; or the only one."""
    ids = [flavour.id for flavour in flavours]
    if stated.given and stated.text() in ids:
        return stated.text()
    return ids[0] if len(ids) == 1 else None
