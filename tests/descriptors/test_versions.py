"""Which SOL001 version a package is read as: what a copy of ETSI's files or an import states, else what fits."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from descriptors.documents import Document, load
from descriptors.sol004.csar import open_csar
from descriptors.templates import Templates, read_templates
from descriptors.types.bundle import VERSIONS
from descriptors.versions import MAX_VALUES, fitting, nearest, version_in_name, version_in_text
from tests.descriptors.building import LINK_PROBE, META, META_PATH, VNFD_PATH, Tree, nodes, zipped
from tests.descriptors.rewriting import rewritten
from tests.packages import EXAMPLES

VNFD_TYPES = "Definitions/etsi_nfv_sol001_vnfd_types.yaml"
COMMON_TYPES = "Definitions/etsi_nfv_sol001_common_types.yaml"
PROBE = EXAMPLES / "single-vdu" / "Definitions" / "link_probe.yaml"


def read(folder: Path, vnfd: str, more: Mapping[str, str]) -> Templates:
    with open_csar(zipped(folder, {META_PATH: META, VNFD_PATH: vnfd, **more})) as csar:
        return read_templates(csar)


def stating(version: str) -> str:
    return f"metadata:\n  template_name: types\n  template_version: {version}\n"


@pytest.mark.parametrize("version", VERSIONS)
def test_the_version_of_the_packages_own_copy_is_used(version: str, tmp_path: Path) -> None:
    templates = read(tmp_path, LINK_PROBE, {VNFD_TYPES: stating(version)})
    assert templates.types.version == version
    assert templates.warnings == ()


def test_of_several_copies_that_of_the_vnfds_types_counts(tmp_path: Path) -> None:
    copies = {COMMON_TYPES: stating("2.6.1"), VNFD_TYPES: stating("2.7.1")}
    assert read(tmp_path, LINK_PROBE, copies).types.version == "2.7.1"


def test_a_copy_counts_more_than_an_import(tmp_path: Path) -> None:
    vnfd = LINK_PROBE.replace("- etsi_nfv_sol001_vnfd", "- https://forge.example/v3.3.1/etsi_nfv_sol001_vnfd")
    assert read(tmp_path, vnfd, {COMMON_TYPES: stating("2.7.1")}).types.version == "2.7.1"
    assert read(tmp_path, vnfd, {}).types.version == "3.3.1"


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("metadata:\n  template_version: 3.3.1\n", "3.3.1"),
        ("metadata:\n  template_version: 'v3.3.1'\n", "3.3.1"),
        ("description: types of a descriptor, version 2.5.1\n", "2.5.1"),
        ("description: version 2.5.1\nmetadata:\n  template_version: 2.6.1\n", "2.6.1"),
        ("node_types:\n  a:\n    description: version 2.5.1\n", None),
        ("metadata:\n  template_version: 1.0\n", None),
    ],
)
def test_a_copy_states_its_version_in_metadata_or_description(text: str, version: str | None) -> None:
    assert version_in_text(text.encode()) == version


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("etsi_nfv_sol001_vnfd_2_5_1_types.yaml", "2.5.1"),
        ("https://forge.example/raw/v3.3.1/etsi_nfv_sol001_vnfd_types.yaml", "3.3.1"),
        ("types/4.4.1/etsi_nfv_sol001_vnfd_types.yaml", "4.4.1"),
        ("etsi_nfv_sol001_vnfd_types.yaml", None),
        ("https://10.0.0.1/etsi_nfv_sol001_vnfd_types.yaml", None),
    ],
)
def test_an_import_states_a_version_in_its_name_or_folder(name: str, version: str | None) -> None:
    assert version_in_name(name) == version


@pytest.mark.parametrize(
    ("stated", "used"),
    [("2.4.1", "2.5.1"), ("3.1.1", "2.8.1"), ("3.4.1", "3.3.1"), ("3.10.1", "3.7.1"), ("5.1.1", "4.4.1")],
)
def test_a_version_without_types_is_read_as_the_nearest_older_one(stated: str, used: str, tmp_path: Path) -> None:
    assert nearest(stated) == used
    told = f"{VNFD_TYPES}: the types are SOL001 {stated}; they are read as {used}"
    assert read(tmp_path, LINK_PROBE, {VNFD_TYPES: stating(stated)}).warnings == (told,)


def test_a_number_without_end_is_no_version() -> None:
    assert version_in_text(b"metadata:\n  template_version: 2." + b"9" * 10_000 + b".1\n") is None


@pytest.mark.parametrize("version", VERSIONS)
def test_without_a_statement_the_newest_version_that_fits_is_used(version: str) -> None:
    """What each version writes of the smallest example fits these later ones too, and no others."""
    newest = {"2.5.1": "2.5.1", "2.6.1": "2.6.1", "2.7.1": "2.8.1", "2.8.1": "2.8.1"}.get(version, VERSIONS[-1])
    assert fitting([unstated(rewritten(PROBE, version))]) == newest


def unstated(tree: Tree) -> Document:
    return load("vnfd.yaml", yaml.safe_dump(tree).encode())


def test_a_type_that_is_new_decides_more_than_a_property_that_is_old() -> None:
    tree = rewritten(PROBE, "2.6.1")
    nodes(tree)["trunk"] = {"type": "tosca.nodes.nfv.VduSubCp", "properties": {"layer_protocols": ["ipv4"]}}
    assert fitting([unstated(tree)]) == "3.5.1"


def test_what_newer_versions_ask_for_speaks_for_an_older_one() -> None:
    """Since 4.3.1 a deployable unit needs mcio_identification_data."""
    tree = rewritten(PROBE, "4.4.1")
    profile = {"min_number_of_instances": 1, "max_number_of_instances": 1}
    unit: Tree = {"name": "pod", "description": "", "vdu_profile": profile}
    nodes(tree)["pod"] = {"type": "tosca.nodes.nfv.Vdu.OsContainerDeployableUnit", "properties": unit}
    assert fitting([unstated(tree)]) == "4.2.1"
    unit["mcio_identification_data"] = {"name": "pod", "type": "Deployment"}
    assert fitting([unstated(tree)]) == "4.4.1"


def test_templates_that_fit_no_version_are_read_as_the_one_they_fit_best() -> None:
    tree = rewritten(PROBE, "2.6.1")
    nodes(tree)["probe"]["properties"]["colour"] = "blue"
    assert fitting([unstated(tree)]) == "2.6.1"


@pytest.mark.timeout(20)
def test_great_types_and_many_nodes_take_no_great_time() -> None:
    """The time grows with the template, not with its types times its nodes (minutes, once)."""
    node_types: Tree = {"a.B": {"derived_from": "tosca.nodes.nfv.VNF", "properties": {}}}
    node_types["a.B"]["properties"] = {f"p{number}": {"type": "string"} for number in range(4000)}
    templates = {f"n{number}": {"type": "a.B"} for number in range(4000)}
    tree = {"node_types": node_types, "topology_template": {"node_templates": templates}}
    document = unstated(tree)
    assert len(document.lines) <= MAX_VALUES
    assert fitting([document]) == VERSIONS[-1]


def test_templates_too_large_to_be_tried_are_read_as_the_newest_version() -> None:
    tree = rewritten(PROBE, "2.6.1")
    tree["metadata"] = {f"key{number}": "value" for number in range(MAX_VALUES)}
    assert fitting([unstated(tree)]) == VERSIONS[-1]
