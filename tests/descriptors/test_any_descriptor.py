"""Whatever stands in a descriptor's place, the answer is a VNFD or a clear refusal, never a crash."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from descriptors.package import read_package
from manoflow.domain.errors import InvalidInputError
from tests.descriptors.building import zipped
from tests.packages import EXAMPLES

FOLDER = EXAMPLES / "three-vdus"
FILES = {
    path.relative_to(FOLDER).as_posix(): path.read_text()
    for path in sorted(FOLDER.rglob("*"))
    if path.is_file() and path.suffix != ".mf"
}
FILES["TOSCA-Metadata/TOSCA.meta"] = FILES["TOSCA-Metadata/TOSCA.meta"].replace("ETSI-Entry-Manifest", "Was")
TEMPLATES = sorted(name for name in FILES if name.startswith("Definitions/"))
STRANGE: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    "",
    "word",
    [],
    ["word"],
    [[]],
    [None],
    {},
    {"a": 1},
    {"get_input": "a"},
    {1: {}},
]


def places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - any YAML
    """The path to every value of a tree."""
    yield path
    keys = tree if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    for key in keys:
        yield from places(tree[key], (*path, key))


PLACES = [(name, place) for name in TEMPLATES for place in places(yaml.safe_load(FILES[name])) if place]


def replaced(name: str, place: tuple[Any, ...], value: object) -> str:
    """The text of a template with one value replaced."""
    tree = yaml.safe_load(FILES[name])
    inner = tree
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return yaml.safe_dump(tree)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(where=st.sampled_from(PLACES), value=st.sampled_from(STRANGE))
def test_one_strange_value_gives_a_vnfd_or_a_refusal(where: tuple[str, tuple[Any, ...]], value: object) -> None:
    name, place = where
    with tempfile.TemporaryDirectory() as folder:
        package = zipped(Path(folder), {**FILES, name: replaced(name, place, value)})
        try:
            content = read_package(package)
        except InvalidInputError as error:
            assert error.message.startswith("cannot read the package: ")  # noqa: PT017 - either outcome is right
            assert len(error.message) <= 1000  # noqa: PT017
        else:
            assert content.vnfd.product_name
