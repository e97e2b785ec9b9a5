"""Every package made by others gets the verdict of the table `samples.yaml`, by default and to the letter."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from descriptors.package import read_package
from descriptors.packing import pack
from manoflow.domain.errors import InvalidInputError
from manoflow.domain.package_security import DEFAULT_POLICY, InvalidSignatureError, PackagePolicy
from manoflow.domain.packages import PackageContent
from tests.packages import etsi_folder, foreign_package

PACKAGES = (".csar", ".zip")


@dataclass(frozen=True)
class Sample:
    """A row of the table."""

    file: str
    verdict: str
    why: str
    says: str
    security: str | None = None
    strict: str | None = None


SAMPLES = [Sample(**row) for row in yaml.safe_load(Path(__file__).with_name("samples.yaml").read_text())]
ACCEPTED = [sample for sample in SAMPLES if sample.verdict == "onboards"]


def read(sample: Sample, folder: Path, policy: PackagePolicy = DEFAULT_POLICY) -> PackageContent:
    source = etsi_folder() / "samples" / sample.file
    if source.is_file():
        return read_package(source, policy)
    if (source / "Definitions").is_dir():
        return read_package(foreign_package(sample.file, folder), policy)
    return read_package(pack(source, folder / "package.csar"), policy)


def test_the_table_has_every_sample() -> None:
    samples = etsi_folder() / "samples"
    found = set()
    for folder in filter(Path.is_dir, samples.iterdir()):
        files = [file for file in folder.iterdir() if file.suffix in PACKAGES]
        found |= {one.relative_to(samples).as_posix() for one in files or [folder]}
    assert {sample.file for sample in SAMPLES} == found


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.file)
def test_a_sample_gets_its_verdict(sample: Sample, tmp_path: Path) -> None:
    if sample.verdict == "onboards":
        content = read(sample, tmp_path)
        assert content.security.state.lower() == sample.security
        assert any(sample.says in warning for warning in content.warnings), content.warnings
        return
    with pytest.raises(InvalidInputError) as caught:
        read(sample, tmp_path)
    assert sample.says in caught.value.message
    assert isinstance(caught.value, InvalidSignatureError) == (sample.security == "invalid")


@pytest.mark.parametrize("sample", ACCEPTED, ids=lambda sample: sample.file)
def test_a_sample_that_is_accepted_is_refused_to_the_letter(sample: Sample, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read(sample, tmp_path, PackagePolicy(strict=True))
    assert sample.strict
    assert sample.strict in caught.value.message


def test_stale_hashes_are_all_named_and_a_laboratory_may_pass_them(tmp_path: Path) -> None:
    """free5GC's; what is then wrong with it is another matter."""
    (sample,) = (sample for sample in SAMPLES if sample.file == "tacker-free5gc-cnf")
    with pytest.raises(InvalidInputError) as caught:
        read(sample, tmp_path)
    assert caught.value.message.count("is not the file that was hashed") == 11
    with pytest.raises(InvalidInputError) as caught:
        read(sample, tmp_path, PackagePolicy(lenient_meta_hashes=True))
    assert "hashed" not in caught.value.message
