"""What was parsed once is not parsed again, and is judged again all the same."""

from pathlib import Path
from shutil import copyfile

import pytest

import descriptors.description
from descriptors.description import Descriptions, describe
from descriptors.package import read_package
from descriptors.sol004.csar import Csar, open_csar
from descriptors.templates import Templates, read_templates
from manoflow.domain.errors import InvalidInputError
from manoflow.domain.package_security import PackagePolicy, SecurityState
from manoflow.runtime.package_policy import PackageSettings
from manoflow.runtime.reading import reader
from tests.descriptors.building import LINK_PROBE, csar
from tests.descriptors.sol004.packaging import packed, probe, with_signed_manifest
from tests.descriptors.sol004.signers import root, vendor
from tests.packages import EXAMPLE_NAMES, example_package

ABSENT = "      artifacts: {boot: {type: tosca.artifacts.File, file: absent.sh}}\n      capabilities:\n"


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The entries of the packages that are parsed."""
    entries: list[str] = []

    def noting(package: Csar) -> Templates:
        entries.append(package.entry)
        return read_templates(package)

    monkeypatch.setattr(descriptors.description, "read_templates", noting)
    return entries


@pytest.mark.parametrize("name", EXAMPLE_NAMES)
def test_a_process_parses_a_package_once_and_reads_the_same_again(name: str, parsed: list[str], tmp_path: Path) -> None:
    read = reader(PackageSettings())
    package = example_package(name, tmp_path)
    first = read(package)
    assert read(copyfile(package, tmp_path / "copy.csar")) == first
    assert len(parsed) == 1
    assert first == read_package(package)


def test_another_package_is_parsed(parsed: list[str], tmp_path: Path) -> None:
    known = Descriptions()
    for name in ("Link Probe", "Link Probe 2"):
        vnfd = LINK_PROBE.replace("product_name: Link Probe", f"product_name: {name}")
        assert read_package(csar(tmp_path, vnfd), known=known).vnfd.product_name == name
    assert len(parsed) == 2


def test_what_is_refused_is_refused_again(tmp_path: Path) -> None:
    known = Descriptions()
    for _ in range(2):
        with pytest.raises(InvalidInputError, match="and not a map"):
            read_package(csar(tmp_path, "topology_template: 1"), known=known)


def test_what_is_known_is_held_against_each_policy(parsed: list[str], tmp_path: Path) -> None:
    known = Descriptions()
    package = packed(tmp_path, probe(vnfd=LINK_PROBE.replace("      capabilities:\n", ABSENT, 1)))
    assert any("absent.sh, which is not in the package" in told for told in read_package(package, known=known).warnings)
    with pytest.raises(InvalidInputError, match=r"absent\.sh, which is not in the package"):
        read_package(package, PackagePolicy(strict=True), known)
    assert len(parsed) == 1


def test_the_signer_of_what_is_known_is_judged_again(parsed: list[str], tmp_path: Path) -> None:
    known = Descriptions()
    package = packed(tmp_path, with_signed_manifest(probe(), vendor()))
    assert read_package(package, known=known).security.state is SecurityState.NOT_VERIFIED
    trusting = PackagePolicy(trusted_roots=(root().pem,))
    assert read_package(package, trusting, known).security.state is SecurityState.VERIFIED
    assert len(parsed) == 1


def test_what_was_asked_for_longest_ago_goes_first(parsed: list[str], tmp_path: Path) -> None:
    packages = [copyfile(example_package(name, tmp_path), tmp_path / name) for name in EXAMPLE_NAMES]
    sizes = []
    for package in packages:
        with open_csar(package) as opened:
            sizes.append(describe(opened).size)
    parsed.clear()
    first, second, third = packages
    known = Descriptions(most_bytes=sum(sizes) - 1)
    for package in (first, second, first, third, first):
        read_package(package, known=known)
    assert len(parsed) == 3
    read_package(second, known=known)
    assert len(parsed) == 4
