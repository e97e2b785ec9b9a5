"""Whatever bytes stand in a template's place, the answer is a VNFD or a clear refusal, never a crash."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from descriptors.documents import MAX_NODES, load
from descriptors.package import read_package
from manoflow.domain.errors import InvalidInputError
from tests.descriptors.building import LINK_PROBE, csar

PIECES = [
    *(
        "&a ",
        "*a",
        "<<: *a",
        "!!int ",
        "!!set ",
        "!!binary ",
        "!!python/tuple ",
        "!x ",
        "? ",
        "- ",
        ": ",
        "{",
        "}",
        "[",
    ),
    *("]", ",", "|\n", ">-\n", "'", '"', "\\", "\n", "\n  ", "\t", "#", "---\n", "...\n", "%YAML 9.9\n", "\0", "\x85"),
    *("=", "~", "null", "1e999", ".nan", "0x", "9" * 70, "1:1:1", "2026-11-21", "\ufeff", "\ud7ff", "a" * 1000, "<<"),
    *(
        "imports:\n",
        "node_types:\n",
        "derived_from: ",
        "type: ",
        "properties:\n",
        "get_input: ",
        "topology_template:\n",
    ),
]
"""What means something to YAML or to TOSCA."""


def refused_or(read: Callable[[bytes], None], content: bytes) -> None:
    """Run a reader; only our own refusal may come out of it."""
    try:
        read(content)
    except InvalidInputError as error:
        assert error.message.startswith("cannot read the package: ")  # noqa: PT017 - either outcome is right
        assert len(error.message) <= 1000  # noqa: PT017


def loaded(content: bytes) -> None:
    document = load("vnfd.yaml", content)
    assert len(document.lines) <= MAX_NODES
    for path in document.lines:
        document.at(path)


def read_as_vnfd(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert read_package(csar(Path(folder), content.decode("utf-8", "surrogateescape"))).vnfd.product_name


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=st.binary(max_size=400) | st.lists(st.sampled_from(PIECES), max_size=40).map("".join).map(str.encode))
@example(content=b"a: &a {<<: *a}")
@example(content=b"? !!set x\n: y")
@example(content=b"a: 1" + b":1" * 100_000)
def test_any_bytes_are_a_document_or_a_refusal(content: bytes) -> None:
    refused_or(loaded, content)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), piece=st.sampled_from(PIECES), length=st.integers(0, 40))
def test_a_damaged_template_is_a_vnfd_or_a_refusal(data: st.DataObject, piece: str, length: int) -> None:
    place = data.draw(st.integers(0, len(LINK_PROBE)))
    refused_or(read_as_vnfd, (LINK_PROBE[:place] + piece + LINK_PROBE[place + length :]).encode())
