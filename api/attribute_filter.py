"""The query parameter `filter`: attribute-based filtering (SOL013 clause 5.2).

``(eq,onboardingState,ONBOARDED);(in,vnfProvider,one,'another, inc.')``: all of the expressions must hold. Of an array,
it is enough that one entry fits; of an attribute that is not there, nothing is said but that it is not equal.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import ge, gt, le, lt
from typing import Any

from fastapi import HTTPException
from pydantic import BaseModel

from api.attributes import attribute

Json = Mapping[str, Any]

_VALUE = r"(?:'(?:[^']|'')*'|[^,()';]*)"
_EXPRESSION = re.compile(rf"\((?P<op>[a-z]+),(?P<path>[^,()';]+)(?P<values>(?:,{_VALUE})+)\)")
_ONE = re.compile(rf",({_VALUE})")


def _equal(attribute: object, value: str) -> bool:
    if isinstance(attribute, bool):
        return value == ("true" if attribute else "false")
    if isinstance(attribute, int | float):
        return _number(value) == attribute
    return attribute == value


def _ordered(order: Callable[[Any, Any], bool]) -> Callable[[object, str], bool]:
    def compare(attribute: object, value: str) -> bool:
        if isinstance(attribute, int | float) and not isinstance(attribute, bool):
            number = _number(value)
            return number is not None and order(attribute, number)
        return isinstance(attribute, str) and order(attribute, value)

    return compare


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


_ONE_VALUE: Mapping[str, Callable[[object, str], bool]] = {
    "eq": _equal,
    "gt": _ordered(gt),
    "gte": _ordered(ge),
    "lt": _ordered(lt),
    "lte": _ordered(le),
}
_MANY_VALUES: Mapping[str, Callable[[object, str], bool]] = {
    "in": _equal,
    "cont": lambda attribute, value: isinstance(attribute, str) and value in attribute,
}
_OPPOSITES = {"neq": "eq", "nin": "in", "ncont": "cont"}
OPERATORS = (*_ONE_VALUE, *_MANY_VALUES, *_OPPOSITES)


@dataclass(frozen=True)
class Expression:
    """One expression in brackets."""

    path: tuple[str, ...]
    holds: Callable[[object, str], bool]
    opposite: bool
    values: tuple[str, ...]

    def fits(self, document: Json) -> bool:
        """Whether it holds for a representation."""
        found = list(_at(document, self.path))
        return any(self.holds(one, value) for one in found for value in self.values) is not self.opposite


class Filter:
    """All expressions of a request."""

    def __init__(self, text: str | None, model: type[BaseModel]) -> None:
        """Read it; nothing lets everything pass. 400 where it is no filter, or none for this representation."""
        self._expressions = [] if text is None else _read(text, model)

    def fits(self, document: Json) -> bool:
        """Whether a representation, with all of its attributes, passes."""
        return all(expression.fits(document) for expression in self._expressions)


def _read(text: str, model: type[BaseModel]) -> list[Expression]:
    expressions, place = [], 0
    while found := _EXPRESSION.match(text, place):
        expressions.append(_expression(found, model))
        place = found.end()
        if place == len(text):
            return expressions
        if text[place] != ";":
            break
        place += 1
    raise HTTPException(
        400, f"cannot use filter: from character {place + 1} it is no (operator,attribute,value), joined by semicolons"
    )


def _expression(found: re.Match[str], model: type[BaseModel]) -> Expression:
    written = found["op"]
    operator = _OPPOSITES.get(written, written)
    holds = _ONE_VALUE.get(operator) or _MANY_VALUES.get(operator)
    if holds is None:
        raise HTTPException(400, f"cannot use filter: there is no operator {written}, they are {', '.join(OPERATORS)}")
    values = _values(found["values"])
    if operator in _ONE_VALUE and len(values) > 1:
        raise HTTPException(400, f"cannot use filter: {written} takes one value; put a value with a comma in quotes")
    named = attribute(model, found["path"], "filter")
    if named.structured:
        raise HTTPException(400, f"cannot use filter: {found['path']} is a structure, name an attribute in it")
    return Expression(named.path, holds, opposite=written in _OPPOSITES, values=values)


def _values(text: str) -> tuple[str, ...]:
    return tuple(one[1:-1].replace("''", "'") if one.startswith("'") else one for one in _ONE.findall(text))


def _at(part: object, path: Sequence[str]) -> Iterator[object]:
    """The values that a path leads to, through arrays."""
    if isinstance(part, list):
        for entry in part:
            yield from _at(entry, path)
    elif not path:
        yield part
    elif isinstance(part, Mapping) and path[0] in part:
        yield from _at(part[path[0]], path[1:])
