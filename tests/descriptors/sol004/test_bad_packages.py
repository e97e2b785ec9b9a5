"""Every bad package is refused in the words of the table."""

from pathlib import Path

import pytest

from descriptors.package import read_package
from manoflow.domain.errors import InvalidInputError
from tests.descriptors.sol004.bad import Bad
from tests.descriptors.sol004.bad_archives import ARCHIVES
from tests.descriptors.sol004.bad_packages import FILES, STRUCTURE, TO_THE_LETTER
from tests.descriptors.sol004.bad_signatures import SIGNATURES

BAD_PACKAGES = [*ARCHIVES, *STRUCTURE, *FILES, *SIGNATURES, *TO_THE_LETTER]


def test_the_table_is_long_enough_and_each_kind_is_there_once() -> None:
    assert len({bad.name for bad in BAD_PACKAGES}) == len(BAD_PACKAGES) >= 40


@pytest.mark.parametrize("bad", BAD_PACKAGES, ids=lambda bad: bad.name)
def test_a_bad_package_is_refused_in_exact_words(bad: Bad, tmp_path: Path) -> None:
    package = bad.build(tmp_path)
    with pytest.raises(InvalidInputError) as caught:
        read_package(package, bad.policy)
    assert caught.value.message == f"cannot read the package: {bad.problem}"
