"""JSON merge patch (RFC 7396): what PATCH means in ETSI's interfaces."""

from collections.abc import Mapping

from pydantic import JsonValue


def merged(target: Mapping[str, JsonValue], patch: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """`target` with the members of `patch`: null removes one, an object is merged, anything else replaces."""
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
