"""tosca-parser beside our own reader: the same nodes, never alone in a decision, never off the machine."""

from pathlib import Path

import pytest

from descriptors.documents import MAX_NODES
from descriptors.package import MAX_WARNINGS, read_package
from descriptors.sol001.topology import Topology
from descriptors.sol004.csar import open_csar
from descriptors.templates import MAX_DOCUMENTS, read_templates
from descriptors.tosca import MAX_PROBLEMS, MAX_VALUES, parse
from manoflow.domain.errors import InvalidInputError
from tests.descriptors.building import LINK_PROBE, META, META_PATH, VNFD_PATH, Tree, csar, edited, nodes, zipped
from tests.packages import EXAMPLE_NAMES, FOREIGN_NAMES, example_package, foreign_package


@pytest.mark.parametrize("name", [*EXAMPLE_NAMES, *FOREIGN_NAMES])
def test_both_readers_see_the_same_nodes(name: str, tmp_path: Path) -> None:
    package = example_package(name, tmp_path) if name in EXAMPLE_NAMES else foreign_package(name, tmp_path)
    with open_csar(package) as opened:
        templates = read_templates(opened)
    for document in (templates.entry, *templates.flavours):
        ours = frozenset(Topology(document, templates.types).every_node)
        parsed = parse(document, templates.types)
        assert parsed.nodes == ours, document.name
        assert ours, document.name
        assert parsed.problems == (), document.name


def test_what_only_the_parser_refuses_is_a_warning_with_its_place(tmp_path: Path) -> None:
    def strange(tree: Tree) -> None:
        nodes(tree)["probe"]["properties"]["colour"] = "blue"
        nodes(tree)["probe_mgmt"]["properties"]["vnic_type"] = "direct"

    content = edited(tmp_path, strange)
    assert content.vnfd.flavours[0].cps[0].vnic_type == "direct"
    unknown = next(text for text in content.warnings if '"colour"' in text)
    assert "(topology_template.node_templates.probe.properties.colour): " in unknown
    assert 'contains unknown field "colour"' in unknown
    assert any('The value "direct" of property "vnic_type" is not valid' in text for text in content.warnings)


@pytest.mark.parametrize("version", ["tosca_simple_yaml_1_3", "tosca_simple_profile_for_nfv_1_0_0", "tosca_2_0"])
def test_another_tosca_version_is_read_and_does_no_harm_to_the_next(version: str, tmp_path: Path) -> None:
    package = csar(tmp_path, LINK_PROBE.replace("tosca_simple_yaml_1_2", version))
    assert read_package(package).vnfd.product_name == "Link Probe"
    assert len(edited(tmp_path).warnings) == 2


def test_a_crash_of_the_parser_is_a_warning(tmp_path: Path) -> None:
    def strange(tree: Tree) -> None:
        tree["topology_template"]["groups"] = {"pair": 5}

    content = edited(tmp_path, strange)
    assert any("tosca-parser cannot check this template (AttributeError" in text for text in content.warnings)
    assert len(edited(tmp_path).warnings) == 2


@pytest.mark.timeout(20)
def test_a_pattern_that_would_match_for_hours_is_not_tried(tmp_path: Path) -> None:
    def trap(tree: Tree) -> None:
        prop = {"type": "string", "constraints": [{"pattern": "(a+)+$"}], "default": "a" * 60 + "!"}
        tree["node_types"]["manoflow.examples.LinkProbe"]["properties"]["product_name"] = prop
        tree["topology_template"]["inputs"] = {"name": prop}
        nodes(tree)["link_probe"]["properties"]["product_name"] = "a" * 60 + "!"

    assert edited(tmp_path, trap).vnfd.product_name == "a" * 60 + "!"


def test_a_flood_of_findings_is_bounded(tmp_path: Path) -> None:
    def strange(tree: Tree) -> None:
        nodes(tree)["probe"]["properties"].update({f"colour_{number}": "blue" for number in range(500)})

    warnings = edited(tmp_path, strange).warnings
    assert len(warnings) == 2 + MAX_PROBLEMS + 1
    assert warnings[-1] == "Definitions/vnfd.yaml: 480 more findings of tosca-parser are left out"


def test_a_template_too_large_for_the_parser_is_read_all_the_same(tmp_path: Path) -> None:
    def grow(tree: Tree) -> None:
        nodes(tree)["probe"]["properties"].update({f"colour_{number}": "blue" for number in range(MAX_VALUES)})

    content = edited(tmp_path, grow)
    assert content.vnfd.flavours[0].vdus[0].name == "probe"
    assert content.warnings[-1] == "Definitions/vnfd.yaml: not checked by tosca-parser: it has more than 10000 values"


def test_templates_are_bounded_in_number_and_size(tmp_path: Path) -> None:
    chain = {f"Definitions/t{number}.yaml": f"imports: [t{number + 1}.yaml]" for number in range(MAX_DOCUMENTS)}
    vnfd = LINK_PROBE.replace("imports:\n", "imports:\n  - t0.yaml\n")
    with pytest.raises(InvalidInputError, match=r"Definitions/t199.yaml: the file is too much"):
        read_package(csar(tmp_path, vnfd, chain))
    large = "values: [" + "1," * (MAX_NODES * 2 // 3) + "]\nimports: [{}.yaml]"
    files = {f"Definitions/t{number}.yaml": large.replace("{}", f"t{number + 1}") for number in range(2)}
    with pytest.raises(InvalidInputError, match=r"Definitions/t1.yaml: the file is too much: .* 100000 values; leave"):
        read_package(csar(tmp_path, vnfd, files))


def test_a_flood_of_warnings_is_bounded(tmp_path: Path) -> None:
    def flood(tree: Tree) -> None:
        for number in range(500):
            nodes(tree)[f"cp_{number}"] = {
                "type": "tosca.nodes.nfv.VnfExtCp",
                "properties": {"layer_protocols": ["ipv4"]},
            }

    warnings = edited(tmp_path, flood).warnings
    assert len(warnings) == MAX_WARNINGS + 1
    assert warnings[-1].endswith("more warnings are left out")


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_an_example_is_read_without_the_network(name: str, tmp_path: Path) -> None:
    assert read_package(example_package(name, tmp_path)).vnfd.flavours


@pytest.mark.usefixtures("no_network")
def test_urls_of_etsi_files_repositories_and_artifacts_are_never_fetched(tmp_path: Path) -> None:
    vnfd = LINK_PROBE.replace(
        "  - etsi_nfv_sol001_common_types.yaml\n  - etsi_nfv_sol001_vnfd_types.yaml\n",
        "  - http://127.0.0.1:9/etsi_nfv_sol001_common_types.yaml\n"
        "  - types: {file: 'https://127.0.0.1:9/etsi_nfv_sol001_vnfd_types.yaml', repository: forge}\n"
        "repositories:\n  forge: {url: 'http://127.0.0.1:9/'}\n",
    ).replace(
        "      capabilities:\n",
        "      artifacts:\n        sw_image:\n          type: tosca.artifacts.nfv.SwImage\n"
        "          file: http://127.0.0.1:9/disk.img\n          repository: forge\n      capabilities:\n",
        1,
    )
    content = read_package(csar(tmp_path, vnfd))
    assert content.vnfd.product_name == "Link Probe"
    assert not content.images[0].present


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(
    "imported",
    [
        "http://127.0.0.1:9/vendor_types.yaml",
        "file:///etc/hostname",
        "../../../../etc/hostname",
        "/etc/hostname",
        "{file: 'http://127.0.0.1:9/vendor.yaml'}",
        "vendor: {file: 'http://127.0.0.1:9/vendor.yaml'}",
    ],
)
def test_an_import_from_outside_is_refused_and_not_fetched(imported: str, tmp_path: Path) -> None:
    vnfd = LINK_PROBE.replace("imports:\n", f"imports:\n  - {imported}\n")
    with pytest.raises(InvalidInputError, match=r"which is not in the package \(nothing is fetched from elsewhere\)"):
        read_package(csar(tmp_path, vnfd))


@pytest.mark.parametrize(
    "imported",
    ["vendor.yaml", "./vendor.yaml", "Definitions/vendor.yaml", "../Definitions/vendor.yaml", "v: {file: vendor.yaml}"],
)
def test_an_import_is_found_beside_its_file_or_from_the_root(imported: str, tmp_path: Path) -> None:
    vnfd = LINK_PROBE.replace("imports:\n", f"imports:\n  - {imported}\n").replace(
        "type: tosca.nodes.nfv.VduCp", "type: vendor.Cp"
    )
    vendor = (
        "tosca_definitions_version: tosca_simple_yaml_1_2\nimports:\n  - vnfd.yaml\n"
        "node_types:\n  vendor.Cp:\n    derived_from: tosca.nodes.nfv.VduCp\n"
    )
    content = read_package(csar(tmp_path, vnfd, {"Definitions/vendor.yaml": vendor}))
    assert [cp.id for cp in content.vnfd.flavours[0].cps] == ["probe_mgmt"]


def test_a_packages_own_copy_of_etsis_types_is_passed_over(tmp_path: Path) -> None:
    files = {
        META_PATH: META,
        VNFD_PATH: LINK_PROBE,
        "Definitions/etsi_nfv_sol001_vnfd_types.yaml": "metadata:\n  template_version: 2.6.1\nnode_types: [broken\n",
    }
    content = read_package(zipped(tmp_path, files))
    assert content.vnfd.product_name == "Link Probe"
    assert len(content.warnings) == 2
    assert content.artifacts == ()


def test_a_package_cannot_change_a_bundled_type(tmp_path: Path) -> None:
    def redefine(tree: Tree) -> None:
        tree["node_types"]["tosca.nodes.nfv.VduCp"] = {"derived_from": "tosca.nodes.Root"}

    assert [cp.id for cp in edited(tmp_path, redefine).vnfd.flavours[0].cps] == ["probe_mgmt"]


def test_a_type_that_two_files_define_otherwise_is_told(tmp_path: Path) -> None:
    vnfd = LINK_PROBE.replace("imports:\n", "imports:\n  - a.yaml\n  - b.yaml\n")
    defined = "node_types:\n  vendor.Node:\n    derived_from: tosca.nodes.nfv."
    files = {"Definitions/a.yaml": f"{defined}VduCp\n", "Definitions/b.yaml": f"{defined}VNF\n"}
    told = "Definitions/b.yaml line 2 (node_types.vendor.Node): vendor.Node is defined otherwise in Definitions/a.yaml"
    assert any(text.startswith(told) for text in read_package(csar(tmp_path, vnfd, files)).warnings)
