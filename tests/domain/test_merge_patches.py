"""Merge patches keep to RFC 7396, and the difference of two documents is the patch that leads from one to the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from manoflow.domain.merge_patch import MergePatch, difference, merged

NAMES = st.sampled_from(["a", "b", "c"])
SCALARS: st.SearchStrategy[JsonValue] = (
    st.none() | st.booleans() | st.integers(-1, 1) | st.sampled_from([0.0, 1.0, "", "text"])
)
VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=8
)
DOCUMENTS = st.dictionaries(NAMES, VALUES, max_size=3)


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_the_examples_of_the_rfc(
    target: dict[str, JsonValue], patch: dict[str, JsonValue], result: dict[str, JsonValue]
) -> None:
    assert merged(target, patch) == result


@given(DOCUMENTS, DOCUMENTS)
def test_a_patch_that_was_applied_changes_nothing_more(
    target: dict[str, JsonValue], patch: dict[str, JsonValue]
) -> None:
    once = merged(target, patch)
    assert repr(merged(once, patch)) == repr(once)


@given(DOCUMENTS, DOCUMENTS)
def test_the_difference_leads_from_before_to_after(target: dict[str, JsonValue], patch: dict[str, JsonValue]) -> None:
    after = merged(target, patch)
    assert _told_apart(merged(target, difference(target, after))) == _told_apart(after)


@given(DOCUMENTS)
def test_a_document_differs_from_itself_in_nothing(document: dict[str, JsonValue]) -> None:
    assert difference(document, document) == {}


@given(DOCUMENTS, DOCUMENTS)
def test_a_difference_names_only_what_differs(target: dict[str, JsonValue], patch: dict[str, JsonValue]) -> None:
    after = merged(target, patch)
    for name in difference(target, after):
        assert name not in target or name not in after or _told_apart(target[name]) != _told_apart(after[name])


def test_true_is_not_one() -> None:
    assert difference({"a": 1, "b": [0]}, {"a": True, "b": [False]}) == {"a": True, "b": [False]}


class Patch(MergePatch):
    """A patch of two attributes."""

    some_text: str | None = None
    other: str | None = None


@pytest.mark.parametrize("patch", [{}, {"someText": None}, {"other": "b"}, {"someText": None, "other": "b"}])
def test_a_patch_is_written_as_it_was_read(patch: dict[str, JsonValue]) -> None:
    read = Patch.model_validate(patch)
    assert read.model_dump(mode="json") == patch
    assert Patch.model_validate_json(read.model_dump_json()).model_fields_set == read.model_fields_set


def _told_apart(value: JsonValue) -> object:
    """A value in which true is not 1, and the order of an object's members does not count."""
    if isinstance(value, dict):
        return {name: _told_apart(part) for name, part in value.items()}
    return [_told_apart(part) for part in value] if isinstance(value, list) else (type(value), value)
