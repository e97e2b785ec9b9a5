"""Small packages made to measure: files to a ZIP, and the smallest example with one thing changed."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import yaml

from descriptors.package import read_package
from manoflow.domain.packages import PackageContent
from manoflow.domain.vnfd import Flavour
from tests.packages import EXAMPLES

META = "TOSCA-Meta-File-Version: 1.0\nCSAR-Version: 1.1\nCreated-By: test\nEntry-Definitions: Definitions/vnfd.yaml\n"
META_PATH = "TOSCA-Metadata/TOSCA.meta"
VNFD_PATH = "Definitions/vnfd.yaml"
LINK_PROBE = (EXAMPLES / "single-vdu" / "Definitions" / "link_probe.yaml").read_text()

Tree = dict[str, Any]
Edit = Callable[[Tree], None]


def zipped(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """A ZIP with these files."""
    path = folder / "package.csar"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def csar(folder: Path, vnfd: str, more: Mapping[str, str | bytes] | None = None) -> Path:
    """A CSAR with one template and what else is given."""
    return zipped(folder, {META_PATH: META, VNFD_PATH: vnfd, **(more or {})})


def edited(folder: Path, *edits: Edit, more: Mapping[str, str | bytes] | None = None) -> PackageContent:
    """What is read of the Link Probe after these edits of its template."""
    tree: Tree = yaml.safe_load(LINK_PROBE)
    for edit in edits:
        edit(tree)
    return read_package(csar(folder, yaml.safe_dump(tree, sort_keys=False), more))


def edited_flavour(folder: Path, *edits: Edit) -> Flavour:
    """The only flavour of the edited Link Probe."""
    (flavour,) = edited(folder, *edits).vnfd.flavours
    return flavour


def edited_flavour_with(folder: Path, files: Mapping[str, str | bytes], *edits: Edit) -> Flavour:
    """The same, with more files in the package."""
    (flavour,) = edited(folder, *edits, more=files).vnfd.flavours
    return flavour


def nodes(tree: Tree) -> Tree:
    """The node templates of a tree."""
    found: Tree = tree["topology_template"]["node_templates"]
    return found


def add_policies(tree: Tree, **policies: Tree) -> None:
    """Policies by name; types without ``tosca.policies.nfv.``."""
    listed = tree["topology_template"].setdefault("policies", [])
    for name, policy in policies.items():
        listed.append({name: {**policy, "type": f"tosca.policies.nfv.{policy['type']}"}})


def compute(tree: Tree) -> Tree:
    """The properties of the probe's virtual_compute."""
    found: Tree = nodes(tree)["probe"]["capabilities"]["virtual_compute"]["properties"]
    return found


def add_node(tree: Tree, name: str, kind: str, **sections: Any) -> None:  # noqa: ANN401 - any YAML
    """A node; its type without ``tosca.nodes.nfv.``."""
    nodes(tree)[name] = {"type": f"tosca.nodes.nfv.{kind}", **sections}


def add_link(tree: Tree, name: str = "core", **layer_3: object) -> None:
    """An internal link, with layer 3 data where any is given."""
    data = {"associated_layer_protocol": "ipv4", "l3_protocol_data": {"ip_version": "ipv4", **layer_3}}
    profile = {"max_bitrate_requirements": {"root": 1}, "min_bitrate_requirements": {"root": 1}}
    properties = {
        "connectivity_type": {"layer_protocols": ["ipv4"]},
        "vl_profile": {**profile, "virtual_link_protocol_data": [data] if layer_3 else []},
    }
    add_node(tree, name, "VnfVirtualLink", properties=properties)


def add_cp(tree: Tree, name: str, *requirements: object, **properties: object) -> None:
    """A VDU's connection point."""
    add_node(tree, name, "VduCp", properties={"layer_protocols": ["ipv4"], **properties}, requirements=[*requirements])
