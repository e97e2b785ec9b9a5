"""Typed access to a value of a document: what is not as expected is refused with its file, line and path.

The SOL001 readers see descriptors through `Field` only. ``get_input`` is followed to the default of the topology's
input, because the values that come with a request are not known when a package is read.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from descriptors.documents import Document, Path
from manoflow.domain.errors import InvalidInputError

T = TypeVar("T")
_WHOLE_NUMBER = re.compile(r"^[0-9]{1,9}$")
_IDENTIFIER = re.compile(r"^[^/\x00-\x1f\x7f]{1,128}$")
_IDENTIFIER_ADVICE = "use at most 128 characters without a slash or a line break"
_TEXT_LENGTH = 1000
"""Of an error, however long the values and paths it names."""


@dataclass(frozen=True)
class Field:
    """A value together with its place; `value` is None where nothing is given."""

    document: Document
    path: Path
    value: Any

    @classmethod
    def root(cls, document: Document) -> "Field":
        """The whole tree of a document."""
        return cls(document, (), document.tree)

    @property
    def given(self) -> bool:
        """Whether there is a value; an empty section (``requirements:``) is as good as none."""
        return self.value is not None

    @property
    def name(self) -> str:
        """The last key of the path: how a node, policy or property is called; ``imports[0]`` for a list's entry."""
        if len(self.path) > 1 and isinstance(self.path[-1], int):
            return f"{self.path[-2]}[{self.path[-1]}]"
        return str(self.path[-1]) if self.path else "the file"

    def at(self, *keys: str) -> "Field":
        """The value under these keys; a field without a value where a map on the way has no such key."""
        found = self
        for key in keys:
            found = found._at(key)
        return found

    def _at(self, key: str) -> "Field":
        if self.value is None:
            return Field(self.document, (*self.path, key), None)
        if not isinstance(self.value, Mapping):
            raise self.refusal(f"has no {key}, because it is {self.shown()} and not a map", "write it as a map")
        return _followed(Field(self.document, (*self.path, key), self.value.get(key)))

    def items(self) -> Iterator[tuple[str, "Field"]]:
        """Keys and values of a map; nothing where there is no value."""
        if self.value is None:
            return
        if not isinstance(self.value, Mapping):
            raise self.refusal(f"is {self.shown()}, not a map", "write it as a map of names to values")
        for key in self.value:
            yield str(key), _followed(Field(self.document, (*self.path, key), self.value[key]))

    def entries(self) -> Iterator["Field"]:
        """Entries of a list; nothing where there is no value."""
        if self.value is None:
            return
        if not isinstance(self.value, list):
            raise self.refusal(f"is {self.shown()}, not a list", "write it as a list")
        for index, entry in enumerate(self.value):
            yield _followed(Field(self.document, (*self.path, index), entry))

    def named_entries(self) -> Iterator[tuple[str, "Field"]]:
        """Names and values of a list of one-key maps, or of a map: TOSCA has both for requirements and policies."""
        if isinstance(self.value, Mapping):
            yield from self.items()
            return
        for entry in self.entries():
            yield from entry.items()

    def require_identifier(self) -> None:
        """Refuse a key that cannot be an id (see `identifier`)."""
        if not _IDENTIFIER.match(self.name):
            raise self.refusal("is not an id", _IDENTIFIER_ADVICE)

    def text(self, default: str | None = None) -> str:
        """The value as text; numbers and truths are accepted, because YAML makes them of unquoted words."""
        if self.value is None or (default is None and self.value == ""):
            return self._else(default)
        if isinstance(self.value, bool):
            return str(self.value).lower()
        if isinstance(self.value, str | int | float) and "\0" not in str(self.value):
            return str(self.value)
        raise self.refusal(f"is {self.shown()}, not text", "write one word or a quoted text")

    def identifier(self) -> str:
        """The value as an id, which goes into keys, names and URLs."""
        text = self.text()
        if not _IDENTIFIER.match(text):
            raise self.refusal(f"is {self.shown()}, not an id", _IDENTIFIER_ADVICE)
        return text

    def texts(self) -> tuple[str, ...]:
        """The entries of a list of texts; one text alone is as good as a list of it."""
        if isinstance(self.value, str):
            return (self.text(""),)
        return tuple(entry.text() for entry in self.entries())

    def integer(self, default: int | None = None) -> int:
        """The value as a whole number that is not negative."""
        if self.value is None:
            return self._else(default)
        text = str(self.value).strip()
        if isinstance(self.value, bool) or not _WHOLE_NUMBER.match(text):
            raise self.refusal(f"is {self.shown()}, not a whole number below a billion", "write a number such as 2")
        return int(text)

    def truth(self, *, default: bool) -> bool:
        """The value as true or false."""
        if self.value is None:
            return default
        if str(self.value).lower() not in {"true", "false"}:
            raise self.refusal(f"is {self.shown()}, neither true nor false", "write true or false")
        return str(self.value).lower() == "true"

    def _else(self, default: T | None) -> T:
        if default is None:
            raise self.refusal("is missing", "give it a value")
        return default

    def shown(self) -> str:
        """The value as people read it in a sentence, cut short."""
        if isinstance(self.value, Mapping):
            return "a map"
        if isinstance(self.value, list):
            return "a list"
        return "nothing" if self.value is None else repr(self.value)[:80]

    def refusal(self, problem: str, advice: str) -> InvalidInputError:
        """An error about this value: the problem as a clause whose subject is the value, then what to do."""
        where = self.document.where(self.path)
        return InvalidInputError(f"cannot read the package: {where}: {self.name} {problem}; {advice}"[:_TEXT_LENGTH])

    def warning(self, problem: str) -> str:
        """A sentence about this value, for the package's warnings."""
        return f"{self.document.where(self.path)}: {self.name} {problem}"


def _followed(field: Field) -> Field:
    """The default of the input that ``{get_input: name}`` names; a field without a value where it has none."""
    if not (isinstance(field.value, Mapping) and set(field.value) == {"get_input"}):
        return field
    path = ("topology_template", "inputs", str(field.value["get_input"]), "default")
    value: Any = field.document.tree
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return Field(field.document, field.path if value is None else path, value)
