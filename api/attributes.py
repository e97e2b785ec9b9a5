"""The attributes of a representation, by their names on the wire: for filters and selectors (SOL013 clause 5)."""

from collections.abc import Iterator
from types import NoneType
from typing import Any, NamedTuple, get_args

from fastapi import HTTPException
from pydantic import BaseModel

ESCAPES = {"~1": "/", "~a": ",", "~b": "@", "~0": "~"}
"""How characters with a meaning are written in names (SOL013 clause 5.2.2)."""


class Attribute(NamedTuple):
    """What a path leads to."""

    path: tuple[str, ...]
    complex: bool
    """It is a structure, or an array."""
    structured: bool
    """It is a structure, or an array of such: nothing that a value can be compared with."""
    required: bool


def attribute(model: type[BaseModel], written: str, parameter: str) -> Attribute:
    """The attribute that a path names. 400 where the representation has none."""
    path = tuple(_plain(name) for name in written.split("/"))
    kind: Any = model
    required = True
    for name in path:
        owner = _structure(kind)
        if owner is None:
            if dict in _kinds(kind):  # Whatever is in there has names of its users' own.
                return Attribute(path, complex=False, structured=False, required=False)
            raise _unknown(written, parameter)
        field = next((one for key, one in owner.model_fields.items() if (one.alias or key) == name), None)
        if field is None:
            raise _unknown(written, parameter)
        kind, required = field.annotation, field.is_required()
    structured = _structure(kind) is not None or dict in _kinds(kind)
    return Attribute(path, structured or tuple in _kinds(kind), structured, required)


def _plain(name: str) -> str:
    for escaped, plain in ESCAPES.items():
        name = name.replace(escaped, plain)
    return name


def _structure(kind: Any) -> type[BaseModel] | None:  # noqa: ANN401 - an annotation
    """The model in an annotation: itself, or that of an array or of an optional attribute."""
    return next((one for one in _kinds(kind) if isinstance(one, type) and issubclass(one, BaseModel)), None)


def _kinds(kind: Any) -> Iterator[Any]:  # noqa: ANN401 - an annotation
    """Every type in an annotation, outermost first; not what is in a map, that has names of its own."""
    origin = getattr(kind, "__origin__", None)
    if origin is dict:
        yield dict
        return
    if origin is tuple:
        yield tuple
    arguments = [one for one in get_args(kind) if one not in (NoneType, Ellipsis)]
    if not arguments:
        yield kind
    for one in arguments:
        yield from _kinds(one)


def _unknown(written: str, parameter: str) -> HTTPException:
    return HTTPException(400, f"cannot use {parameter}: there is no attribute {written}")
