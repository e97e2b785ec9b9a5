"""Sizes with units: exact, rounded up, and refused where they are none."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from descriptors.documents import Document
from descriptors.fields import Field
from descriptors.sol001.units import GIB, MIB, gib, mib
from manoflow.domain.errors import InvalidInputError

FACTORS = {
    "B": 1,
    "kB": 2**10,
    "KiB": 2**10,
    "MB": 2**20,
    "MiB": 2**20,
    "GB": 2**30,
    "GiB": 2**30,
    "TB": 2**40,
    "TiB": 2**40,
}


def size(text: object) -> Field:
    return Field(Document("vnfd.yaml", {}), ("size",), text)


@pytest.mark.parametrize(
    ("text", "in_mib", "in_gib"),
    [
        ("512 MB", 512, 1),
        ("512 MiB", 512, 1),
        ("1 GB", 1024, 1),
        ("1 GiB", 1024, 1),
        ("3 GB", 3072, 3),
        ("200 GB", 204800, 200),
        ("0 GB", 0, 0),
        ("1 B", 1, 1),
        ("1.5 GiB", 1536, 2),
        ("2gib", 2048, 2),
    ],
)
def test_a_size_is_rounded_up_to_what_clouds_count_in(text: str, in_mib: int, in_gib: int) -> None:
    assert (mib(size(text)), gib(size(text))) == (in_mib, in_gib)


@given(amount=st.integers(0, 10**12), unit=st.sampled_from(sorted(FACTORS)))
def test_a_size_never_loses_a_byte_and_never_gains_a_whole_unit(amount: int, unit: str) -> None:
    wanted = amount * FACTORS[unit]
    for rounded, whole in ((mib(size(f"{amount} {unit}")), MIB), (gib(size(f"{amount} {unit}")), GIB)):
        assert rounded * whole >= wanted
        assert (rounded - 1) * whole < wanted


@given(
    whole=st.integers(0, 10**9),
    decimals=st.text("0123456789", min_size=1, max_size=9),
    unit=st.sampled_from(sorted(FACTORS)),
)
def test_a_decimal_size_is_exact(whole: int, decimals: str, unit: str) -> None:
    wanted = Fraction(f"{whole}.{decimals}") * FACTORS[unit]
    rounded = mib(size(f"{whole}.{decimals} {unit}"))
    assert rounded * MIB >= wanted > (rounded - 1) * MIB


@given(smaller=st.integers(0, 10**9), more=st.integers(0, 10**9), unit=st.sampled_from(sorted(FACTORS)))
def test_a_larger_size_is_never_fewer_mib(smaller: int, more: int, unit: str) -> None:
    assert mib(size(f"{smaller} {unit}")) <= mib(size(f"{smaller + more} {unit}"))


@pytest.mark.parametrize("text", ["512", "MB", "-1 MB", "1 PB", "1,5 GB", "1e3 MB", "9" * 16 + " MB", 512, True])
def test_what_is_not_a_size_is_refused_with_an_example(text: object) -> None:
    with pytest.raises(InvalidInputError, match=r"not a size; write a number and a unit, such as 512 MiB"):
        mib(size(text))
