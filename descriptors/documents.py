"""A YAML file of a package as a tree that remembers its lines, so that every complaint can say where.

The text is a stranger's: nesting and aliases are bounded, because deep nesting overflows the C stack of libyaml's
composer and a few nested aliases unfold to gigabytes. Only YAML's own types are built; dates stay the text they were
written as. `descriptors.fields` gives typed access to a tree, `descriptors.templates` finds the files.
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import yaml
from yaml.constructor import SafeConstructor

from manoflow.domain.errors import InvalidInputError

Path = tuple[Hashable, ...]
"""Keys and indices from the root of a tree to a value."""

MAX_DEPTH = 64
"""Levels of nesting; the deepest SOL001 templates have about 15."""
MAX_NODES = 100_000
"""Values of one file after aliases are unfolded, and of all templates of a package; a large VNFD has a few thousand."""
MAX_INTEGER = 2**63 - 1
MAX_DIGITS = 64
"""Characters of a number; to make one of a text of millions takes hours."""
_PATH_LENGTH = 200
_SHOWN = 60
_TAG = "tag:yaml.org,2002:"
_MERGE = f"{_TAG}merge"
_AS_WRITTEN = {f"{_TAG}timestamp", f"{_TAG}value", _MERGE}
"""Tags of scalars that stay text: a date, ``=`` and ``<<`` as values."""
_NUMBERS = {f"{_TAG}int", f"{_TAG}float"}


class _Mark(Protocol):
    """A place in a text; PyYAML has two classes for it."""

    @property
    def line(self) -> int:
        """From 0."""


@dataclass(frozen=True)
class Document:
    """One YAML file whose root is a map."""

    name: str
    """Path inside the package."""
    tree: Mapping[Any, Any]
    lines: Mapping[Path, int] = field(default_factory=dict)
    """Line, from 1, of each key and list entry."""
    warnings: tuple[str, ...] = ()

    def at(self, path: Path) -> Any:  # noqa: ANN401 - YAML holds anything
        """The value at a path that has a line."""
        value: Any = self.tree
        for key in path:
            value = value[key]
        return value

    def where(self, path: Path = ()) -> str:
        """The file, line and path of a value, for people; of its nearest ancestor with a line where it has none."""
        near = path
        while near and near not in self.lines:
            near = near[:-1]
        line = f" line {self.lines[near]}" if near in self.lines else ""
        dotted = f" ({'.'.join(str(key) for key in path)[:_PATH_LENGTH]})" if path else ""
        return f"{self.name}{line}{dotted}"


def load(name: str, content: bytes) -> Document:
    """Parse a file. Raises `InvalidInputError` with the line for whatever is not a YAML map within the bounds."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refusal(name, None, "the file is not UTF-8 text; save it as UTF-8") from error
    try:
        _require_bounded(name, text)
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
        builder = _Builder(name)
        tree = builder.build(root, (), 1) if root is not None else None
    except yaml.MarkedYAMLError as error:
        line = _line(error.problem_mark)
        raise _refusal(name, line, f"it is not valid YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise _refusal(name, None, f"it is not valid YAML: {error}") from error
    if not isinstance(tree, dict):
        raise _refusal(name, 1, "the file has no map of keys and values at its top; is it the right file?")
    return Document(name=name, tree=tree, lines=builder.lines, warnings=tuple(builder.warnings))


def _require_bounded(name: str, text: str) -> None:
    """Refuse deep nesting and great numbers while only events are read, before libyaml composes nodes of them."""
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=yaml.CSafeLoader)):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise _refusal(name, _line(event.start_mark), f"more than {MAX_DEPTH} levels of nesting; flatten it")
        if number > MAX_NODES:
            raise _refusal(name, _line(event.start_mark), f"more than {MAX_NODES} values; split the file")


def _line(mark: _Mark | None) -> int | None:
    return mark.line + 1 if mark else None


def _refusal(name: str, line: int | None, problem: str) -> InvalidInputError:
    where = f"{name} line {line}" if line else name
    return InvalidInputError(f"cannot read the package: {where}: {problem}")


class _Decimal(float):
    """A number that is shown as it was written: version 1.10 is not version 1.1."""

    written: str

    def __str__(self) -> str:
        return self.written


class _Builder:
    """Builds plain Python values from YAML nodes and notes the line of each."""

    def __init__(self, name: str) -> None:
        self.lines: dict[Path, int] = {}
        self.warnings: list[str] = []
        self._name = name
        self._nodes = 0
        self._scalars = SafeConstructor()

    def build(self, node: yaml.Node, path: Path, line: int) -> Any:  # noqa: ANN401 - YAML holds anything
        self._count(line, len(path))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._entry(child, (*path, index)) for index, child in enumerate(node.value)]
        return self._scalar(node)

    def _count(self, line: int, depth: int) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES or depth > MAX_DEPTH:
            # Only aliases lead here: what is written out was counted before.
            raise _refusal(self._name, line, "its aliases unfold without end; write the values out")

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[Hashable, Any]:
        mapping: dict[Hashable, Any] = {}
        own: set[Hashable] = set()
        for key_node, value_node, merged in self._pairs(node, len(path)):
            line = key_node.start_mark.line + 1
            key = self._key(key_node, line)
            if not merged and key in own:
                shown = str(key)[:_SHOWN]
                self.warnings.append(f"{self._name} line {line}: the key {shown} is given twice; the later one counts")
            if not merged:
                own.add(key)
            self.lines[*path, key] = line
            mapping[key] = self.build(value_node, (*path, key), line)
        return mapping

    def _pairs(self, node: yaml.MappingNode, depth: int) -> Iterator[tuple[yaml.Node, yaml.Node, bool]]:
        """Keys and values, those of merged maps (``<<``) first, of which the first named counts most."""
        for key, value in node.value:
            if key.tag != _MERGE:
                continue
            bases = value.value if isinstance(value, yaml.SequenceNode) else [value]
            for base in reversed(bases):
                line = base.start_mark.line + 1
                if not isinstance(base, yaml.MappingNode):
                    raise _refusal(self._name, line, "'<<' merges something else than a map; name a map")
                self._count(line, depth + 1)
                yield from ((merged, inner, True) for merged, inner, _ in self._pairs(base, depth + 1))
        yield from ((key, value, False) for key, value in node.value if key.tag != _MERGE)

    def _key(self, node: yaml.Node, line: int) -> Hashable:
        if not isinstance(node, yaml.ScalarNode):
            raise _refusal(self._name, line, "a key is a list or a map; use a word")
        key: Hashable = self._scalar(node)
        return key

    def _entry(self, node: yaml.Node, path: Path) -> Any:  # noqa: ANN401 - YAML holds anything
        line = node.start_mark.line + 1
        self.lines[path] = line
        return self.build(node, path, line)

    def _scalar(self, node: yaml.Node) -> str | float | None:
        if node.tag in _AS_WRITTEN:
            return str(node.value)
        line, shown = _line(node.start_mark), node.value[:_SHOWN]
        if node.tag in _NUMBERS and len(node.value) > MAX_DIGITS:
            raise _refusal(
                self._name, line, f"{shown!r}... is a number of {len(node.value)} digits; is it a text? quote it"
            )
        try:
            value = self._scalars.construct_object(node)
        except (ArithmeticError, IndexError, KeyError, ValueError) as error:
            # A tag that the text does not fit: !!int of a word.
            raise _refusal(self._name, line, f"{shown!r} is not a {node.tag[:_SHOWN]}") from error
        if isinstance(value, int) and abs(value) > MAX_INTEGER:
            raise _refusal(self._name, line, f"a number above {MAX_INTEGER}; is it a text? quote it")
        if isinstance(value, float):
            value = _Decimal(value)
            value.written = node.value
        if value is not None and not isinstance(value, str | int | float):
            raise _refusal(self._name, line, f"{shown!r} is tagged as a {node.tag[:_SHOWN]}; leave the tag out")
        return value
