"""The three examples in every version of SOL001: one neutral model, one set of nodes, no finding."""

from pathlib import Path

import pytest

from descriptors.package import read_package
from descriptors.sol001.topology import Topology
from descriptors.sol004.csar import open_csar
from descriptors.templates import Templates, read_templates
from descriptors.tosca import parse
from descriptors.types.bundle import VERSIONS
from tests.descriptors.rewriting import twin
from tests.packages import EXAMPLE_NAMES, example_package

EXAMPLES_VERSION = "2.6.1"


def templates_of(name: str, version: str, folder: Path) -> Templates:
    with open_csar(twin(name, version, folder)) as csar:
        return read_templates(csar)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_a_twin_has_the_same_neutral_model(name: str, version: str, tmp_path: Path) -> None:
    example = read_package(example_package(name, tmp_path)).vnfd
    read = read_package(twin(name, version, tmp_path)).vnfd
    assert read.model_dump() == example.model_dump()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_both_readers_see_the_same_nodes_in_every_version(name: str, version: str, tmp_path: Path) -> None:
    templates = templates_of(name, version, tmp_path)
    assert templates.types.version == version
    for document in (templates.entry, *templates.flavours):
        parsed = parse(document, templates.types)
        assert parsed.nodes == frozenset(Topology(document, templates.types).every_node) != frozenset()
        assert parsed.problems == (), document.name


@pytest.mark.parametrize(("version", "other"), [("4.4.1", "2.6.1"), ("2.6.1", "4.4.1")])
def test_types_of_another_version_are_noticed(version: str, other: str, tmp_path: Path) -> None:
    """The parser's findings depend on the version, so an empty list of them says something."""
    (written,) = templates_of("three-vdus", version, tmp_path).flavours
    types = templates_of("three-vdus", other, tmp_path).types
    assert parse(written, types).problems


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_the_twins_are_written_otherwise(name: str, tmp_path: Path) -> None:
    example, newest = (templates_of(name, version, tmp_path) for version in (EXAMPLES_VERSION, VERSIONS[-1]))
    assert [document.tree for document in example.flavours] != [document.tree for document in newest.flavours]
