"""YAML from strangers: bounded, plain, and with the line of every value."""

import contextlib
import tracemalloc

import pytest

from descriptors.documents import MAX_DEPTH, MAX_NODES, load
from descriptors.fields import Field
from manoflow.domain.errors import InvalidInputError

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{inner}'] * 10)}]\n" for inner, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def merging(innermost: str) -> str:
    """Each map merges the one before ten times; the last has as many keys as the first, ten to the eighth times."""
    merges = (
        f"{name}: &{name} {{<<: [{', '.join([f'*{inner}'] * 10)}]}}\n"
        for inner, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    return f"a: &a {innermost}\n" + "".join(merges)


MERGES = merging("{x: 1}")
EMPTY_MERGES = merging("{}")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"a: [1, 2", "vnfd.yaml line 2: it is not valid YAML: did not find expected"),
        (b"a: 1\nb: {c: 1\nd: 2", "vnfd.yaml line 3: it is not valid YAML"),
        (b"a: 1\n---\nb: 2\n", "vnfd.yaml line 2: it is not valid YAML: but found another document"),
        (b"a: !!python/name:os.system ''", "vnfd.yaml line 1: it is not valid YAML: could not determine a constructor"),
        (b"a: 1\nb: !!int word", "vnfd.yaml line 2: 'word' is not a tag:yaml.org,2002:int"),
        (b"a: !!bool maybe", "'maybe' is not a tag:yaml.org,2002:bool"),
        (b"a: 0x" + b"f" * 32, "vnfd.yaml line 1: a number above 9223372036854775807; is it a text"),
        (b"a: " + b"9" * 10_000, "vnfd.yaml line 1: '9{60}'... is a number of 10000 digits; is it a text"),
        (b"a: 1" + b":1" * 1_000_000, "is a number of 2000001 digits; is it a text"),
        (b"a: " + b"9" * 10_000 + b".5", "is a number of 10002 digits; is it a text"),
        (b"a: !!set word", "vnfd.yaml line 1: 'word' is tagged as a tag:yaml.org,2002:set; leave the tag out"),
        (b"? !!map word\n: x", "vnfd.yaml line 1: 'word' is tagged as a tag:yaml.org,2002:map"),
        (b"a: !!binary aGk=", "'aGk=' is tagged as a tag:yaml.org,2002:binary"),
        (b"a: !mine word", "could not determine a constructor for the tag '!mine'"),
        (b"- a\n- b\n", "vnfd.yaml line 1: the file has no map of keys and values at its top"),
        (b"", "vnfd.yaml line 1: the file has no map"),
        (b"\xff\xfe", "vnfd.yaml: the file is not UTF-8 text"),
        (b"a: \x00", "vnfd.yaml: it is not valid YAML"),
        (b"? [a, b]\n: c\n", "vnfd.yaml line 1: a key is a list or a map"),
        (b"a: *nowhere", "vnfd.yaml line 1: it is not valid YAML: found undefined alias"),
        (b"a: &a\n  b: *a\n", "its aliases unfold without end"),
        (LAUGHS.encode(), "its aliases unfold without end"),
        (MERGES.encode(), "its aliases unfold without end"),
        (EMPTY_MERGES.encode(), "its aliases unfold without end"),
        (b"a: &a\n  <<: *a\n", "vnfd.yaml line 1: its aliases unfold without end"),
        (b"a: 1\nb:\n  <<: word\n", "vnfd.yaml line 3: '<<' merges something else than a map; name a map"),
        (b"b:\n  <<: [{a: 1}, word]\n", "vnfd.yaml line 2: '<<' merges something else than a map"),
        (b"a: " + b"[" * (MAX_DEPTH + 1), f"more than {MAX_DEPTH} levels of nesting"),
        (b"a: " + b"[" * 1_000_000, f"more than {MAX_DEPTH} levels of nesting"),
        (b"a: [" + b"1," * (MAX_NODES + 1) + b"]", f"more than {MAX_NODES} values"),
    ],
)
def test_a_file_that_is_no_plain_map_is_refused_with_its_line(content: bytes, problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem) as caught:
        load("vnfd.yaml", content)
    assert caught.value.message.startswith("cannot read the package: vnfd.yaml")
    assert len(caught.value.message) < 400


def test_every_value_knows_its_line() -> None:
    document = load("vnfd.yaml", b"\xef\xbb\xbfa:\n  b:\n    - one\n    - two: 2\n")
    assert document.where(("a", "b", 1, "two")) == "vnfd.yaml line 4 (a.b.1.two)"
    assert document.where(("a", "b", 0)) == "vnfd.yaml line 3 (a.b.0)"
    assert document.where(("a", "missing", "below")) == "vnfd.yaml line 1 (a.missing.below)"
    assert document.where() == "vnfd.yaml"


def test_a_key_given_twice_is_told() -> None:
    document = load("vnfd.yaml", b"a: 1\nb: 2\na: 3\n")
    assert document.tree == {"a": 3, "b": 2}
    assert document.warnings == ("vnfd.yaml line 3: the key a is given twice; the later one counts",)


def test_aliases_and_merge_keys_are_unfolded() -> None:
    document = load("vnfd.yaml", b"base: &base {x: 1, y: 2}\nsame: *base\nmore:\n  <<: *base\n  y: 3\n")
    assert document.tree["same"] == {"x": 1, "y": 2}
    assert document.tree["more"] == {"x": 1, "y": 3}
    assert document.warnings == ()


def test_of_merged_maps_the_first_counts_and_own_keys_count_most() -> None:
    text = b"""
a: &a {x: 1, y: 1, z: 1}
b: &b {x: 2, y: 2}
c: &c {<<: *a, y: 3}
d: {x: 4, <<: [*b, *c], z: 4}
e: {<<: *a, x: 5, x: 6}
"""
    document = load("vnfd.yaml", text)
    assert document.tree["d"] == {"x": 4, "y": 2, "z": 4}
    assert document.tree["e"] == {"x": 6, "y": 1, "z": 1}
    assert document.where(("d", "y")) == "vnfd.yaml line 3 (d.y)"
    assert document.warnings == ("vnfd.yaml line 6: the key x is given twice; the later one counts",)


def test_signs_that_yaml_has_a_meaning_for_stay_text_as_values() -> None:
    assert load("vnfd.yaml", b"a: =\nb: <<\nc: 2026-11-21\n").tree == {"a": "=", "b": "<<", "c": "2026-11-21"}


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param(LAUGHS.encode(), id="aliases"),
        pytest.param(MERGES.encode(), id="merges"),
        pytest.param(EMPTY_MERGES.encode(), id="empty merges"),
        pytest.param(b"a: " + b"[" * 100_000, id="depth"),
        pytest.param(b"a: [" + b"1," * 1_000_000 + b"]", id="number"),
        pytest.param(b"k: &k " + b"x" * 100_000 + b"\na: {" + b"*k : 1, " * 10_000 + b"}", id="a long key, repeated"),
        pytest.param(b"a: 1" + b":1" * 500_000, id="a long number"),
    ],
)
def test_a_bomb_is_refused_or_read_in_bounded_memory(bomb: bytes) -> None:
    tracemalloc.start()
    try:
        with contextlib.suppress(InvalidInputError):
            load("vnfd.yaml", bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 128 << 20


def test_a_text_with_a_null_character_is_refused_where_it_is_read() -> None:
    name = Field.root(load("vnfd.yaml", b'name: "a\\0b"')).at("name")
    with pytest.raises(InvalidInputError, match=r"line 1 \(name\): name is 'a\\x00b', not text"):
        name.text()


def test_a_tag_of_python_makes_no_python_object() -> None:
    assert load("vnfd.yaml", b"a: !!python/object/apply:os.system [id]").tree == {"a": ["id"]}


def test_versions_and_dates_stay_as_they_are_written() -> None:
    root = Field.root(load("vnfd.yaml", b"version: 1.10\nwhen: 2026-11-21\nyes_or_no: yes\n"))
    assert root.at("version").text() == "1.10"
    assert root.at("when").text() == "2026-11-21"
    assert root.at("yes_or_no").text() == "true"


def test_an_input_is_followed_to_its_default() -> None:
    text = b"""
topology_template:
  inputs:
    cpus: {type: integer, default: 4}
    open: {type: integer}
  cpus: {get_input: cpus}
  open: {get_input: open}
  unknown: {get_input: unknown}
"""
    topology = Field.root(load("vnfd.yaml", text)).at("topology_template")
    assert topology.at("cpus").integer() == 4
    assert not topology.at("open").given
    assert not topology.at("unknown").given
    with pytest.raises(InvalidInputError, match=r"line 7 \(topology_template.open\): open is missing; give it a value"):
        topology.at("open").integer()


@pytest.mark.parametrize("value", [b"-1", b"1.5", b"two", b"true", b"'1_000'", b"[1]", b"99999999999"])
def test_what_is_no_whole_number_is_refused(value: bytes) -> None:
    count = Field.root(load("vnfd.yaml", b"count: " + value)).at("count")
    with pytest.raises(InvalidInputError, match=r"line 1 \(count\): count is .*, not a whole number"):
        count.integer()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"a: word", "a has no b, because it is 'word' and not a map; write it as a map"),
        (b"a: [1]", "a has no b, because it is a list and not a map"),
    ],
)
def test_a_path_through_something_else_than_a_map_is_refused(text: bytes, problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem):
        Field.root(load("vnfd.yaml", text)).at("a", "b")
