"""The query parameters that say which complex attributes a list shows (SOL013 clause 5.3).

What is required is always shown, and what is neither a structure nor an array, too.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import HTTPException
from pydantic import BaseModel
from starlette.datastructures import QueryParams

from api.attributes import Attribute, attribute

ALL, FIELDS, EXCLUDED, DEFAULT = "all_fields", "fields", "exclude_fields", "exclude_default"
SELECTORS = (ALL, FIELDS, EXCLUDED, DEFAULT)

_TOGETHER = ({ALL}, {FIELDS}, {EXCLUDED}, {DEFAULT}, {FIELDS, DEFAULT}, set[str]())


class Selection:
    """Which attributes a request wants."""

    def __init__(self, query: QueryParams, model: type[BaseModel], by_default: Sequence[str]) -> None:
        """`by_default`: what a list leaves out where nothing else is said. 400 for what cannot be meant."""
        given = {name for name in SELECTORS if name in query}
        if given not in _TOGETHER:
            raise HTTPException(400, f"cannot use {' and '.join(sorted(given))} together")
        wanted = _named(query, FIELDS, model)
        if ALL in given:
            self._without: list[tuple[str, ...]] = []
        elif EXCLUDED in given:
            self._without = [one.path for one in _named(query, EXCLUDED, model)]
        else:
            kept = {one.path[0] for one in wanted}
            left_out = _optional(model) if given == {FIELDS} else by_default
            self._without = [(name,) for name in left_out if name not in kept]

    def of(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """What is shown of a representation."""
        shown = dict(document)
        for path in self._without:
            shown = _less(shown, path)
        return shown


def _named(query: QueryParams, parameter: str, model: type[BaseModel]) -> list[Attribute]:
    if parameter not in query:
        return []
    named = [attribute(model, name, parameter) for name in query[parameter].split(",")]
    required = next((one for one in named if one.required and parameter == EXCLUDED), None)
    if required:
        raise HTTPException(400, f"cannot use {parameter}: {'/'.join(required.path)} is always there")
    return named


def _optional(model: type[BaseModel]) -> list[str]:
    """The complex attributes that need not be there."""
    names = [field.alias or name for name, field in model.model_fields.items() if not field.is_required()]
    return [name for name in names if attribute(model, name, FIELDS).complex]


def _less(part: Any, path: Sequence[str]) -> Any:  # noqa: ANN401 - JSON
    """A part without what a path leads to."""
    if isinstance(part, list):
        return [_less(entry, path) for entry in part]
    if not isinstance(part, dict) or path[0] not in part:
        return part
    if len(path) == 1:
        return {name: value for name, value in part.items() if name != path[0]}
    return {**part, path[0]: _less(part[path[0]], path[1:])}
