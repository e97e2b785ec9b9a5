"""Every template made by others: both readers see the same nodes, and what tosca-parser finds has a reason.

Each is read as the entry of a package made of the YAML files beside it, NSDs and loose files too. The samples are found
by MANOFLOW_ETSI; without it these tests are skipped, and the end of the report says so.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from zipfile import ZipFile

import pytest

from descriptors.sol001.topology import Topology
from descriptors.sol004.csar import open_csar
from descriptors.templates import Templates, read_templates
from descriptors.tosca import Parsed, parse
from descriptors.types.bundle import is_etsi_file
from tests.descriptors.building import META, META_PATH, zipped

LEAST_TEMPLATES = 29
BY_NAME_ONLY = "types of network services and PNFs are known by name only, so every property of theirs is unknown"
FINDINGS = {
    "TopologyNSD.yaml": BY_NAME_ONLY,
    "pnf_main_descriptor.yaml": BY_NAME_ONLY,
    "vcpe.yaml": f"vnfm_info is not as SOL001 2.6.1 has it, and {BY_NAME_ONLY}",
    "cnf.yaml": "it uses container types that are in no file of the package and in no version of SOL001",
}
"""The templates that tosca-parser finds fault with, and why that is right."""


def archives(sample: Path) -> Iterator[Mapping[str, bytes]]:
    """The files of a sample: of each archive in it, or of its folder."""
    packed = [path for path in sorted(sample.rglob("*")) if path.suffix in {".csar", ".zip"}]
    for path in packed:
        with ZipFile(path) as archive:
            yield {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    if not packed:
        yield {path.relative_to(sample).as_posix(): path.read_bytes() for path in sample.rglob("*") if path.is_file()}


def read(samples: Path, folder: Path) -> Iterator[tuple[str, Templates, Parsed]]:
    """The name, our reading and the parser's of every template with a topology."""
    for sample in sorted(samples.iterdir()):
        for files in archives(sample) if sample.is_dir() else ():
            definitions = {name: content for name, content in files.items() if name.endswith((".yaml", ".yml"))}
            for name, content in sorted(definitions.items()):
                if b"topology_template:" in content and not is_etsi_file(name):
                    meta = META.replace("Definitions/vnfd.yaml", name)
                    with open_csar(zipped(folder, {META_PATH: meta, **definitions})) as csar:
                        templates = read_templates(csar)
                    yield f"{sample.name}/{name}", templates, parse(templates.entry, templates.types)


@pytest.fixture(scope="module")
def readings(foreign_samples: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Templates, Parsed]]:
    found = read(foreign_samples, tmp_path_factory.mktemp("foreign"))
    return {name: (templates, parsed) for name, templates, parsed in found}


def test_both_readers_see_the_same_nodes_in_every_template(readings: dict[str, tuple[Templates, Parsed]]) -> None:
    assert len(readings) >= LEAST_TEMPLATES
    for name, (templates, parsed) in readings.items():
        assert parsed.nodes == frozenset(Topology(templates.entry, templates.types).every_node) != frozenset(), name


def test_the_parser_finds_fault_only_where_it_should(readings: dict[str, tuple[Templates, Parsed]]) -> None:
    found = {name.rpartition("/")[2]: parsed.problems for name, (_, parsed) in readings.items() if parsed.problems}
    assert set(found) == set(FINDINGS), found
    for problems in found.values():
        assert all(" line " in problem or "more findings" in problem for problem in problems)
