"""JSON merge patch (RFC 7396): what PATCH means in ETSI's interfaces.

A patch names what changes: null removes a member, an object is merged into what is there, anything else replaces it.
"""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue, SerializerFunctionWrapHandler, model_serializer

from manoflow.domain.base import Model


class MergePatch(Model):
    """A model of which only what is set counts: None removes. It is written with what is set and nothing else."""

    @model_serializer(mode="wrap")
    def _only_what_is_set(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        known = type(self).model_fields
        names = {name for field in self.model_fields_set for name in (field, known[field].alias)}
        return {name: value for name, value in written(self).items() if name in names}


def merged(target: Mapping[str, JsonValue], patch: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """`target` with the members of `patch`."""
    result = dict(target)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            old = result.get(name)
            result[name] = merged(old if isinstance(old, dict) else {}, value)
        else:
            result[name] = value
    return result


def difference(before: Mapping[str, JsonValue], after: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The smallest patch that makes `after` of `before`, where a patch can make it."""
    patch: dict[str, JsonValue] = {name: None for name in before if name not in after}
    for name, value in after.items():
        old = before.get(name)
        if name in before and _same(old, value):
            continue
        patch[name] = difference(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return patch


def _same(one: JsonValue, other: JsonValue) -> bool:
    """As JSON has it: Python takes true for 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
