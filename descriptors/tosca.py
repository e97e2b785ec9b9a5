"""tosca-parser's view of a template: its nodes, and what it finds wrong. The only module that imports tosca-parser.

What the parser refuses is told as a warning: it knows TOSCA's grammar well and SOL001's meaning not at all, so it must
not alone decide an onboarding. `descriptors.sol001` reads the meaning and raises what is truly unreadable.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

from toscaparser.common.exception import ExceptionCollector, TOSCAException
from toscaparser.tosca_template import ToscaTemplate

from descriptors.documents import Document, Path
from descriptors.hierarchy import Hierarchy
from descriptors.normalise import for_parser

MAX_PROBLEMS = 20
"""Of one template; the rest is counted."""
MAX_VALUES = 10_000
"""Of a template that is checked; the parser's time grows with the square of what it finds."""
_TEXT_LENGTH = 240
_QUOTED = re.compile(r'"([^"]+)"')
_CRASHES = (
    TOSCAException,
    ArithmeticError,
    AttributeError,
    LookupError,
    NameError,
    RecursionError,
    TypeError,
    ValueError,
)
"""How the parser ends on what it does not expect: it takes most of a template's shapes for granted."""
_ELEMENT_DEPTH: Mapping[Path, int] = {("node_templates",): 3, ("groups",): 3, ("policies",): 4}
"""How long the path to a named element is in each section of a topology."""
_ONE_AT_A_TIME = Lock()
"""The parser collects its errors in a class attribute."""


@dataclass(frozen=True)
class Parsed:
    """What tosca-parser makes of a template."""

    nodes: frozenset[str]
    problems: tuple[str, ...]
    """Sentences with file, line and path where they can be told."""


class _Template(ToscaTemplate):  # type: ignore[misc]
    """A template that keeps what was parsed although there were errors."""

    def verify_template(self) -> None:
        """Errors are read from the collector."""


def parse(document: Document, types: Hierarchy) -> Parsed:
    """Let tosca-parser read one template; it sees neither files nor the network."""
    if len(document.lines) > MAX_VALUES:
        sentence = f"{document.name}: not checked by tosca-parser: it has more than {MAX_VALUES} values"
        return Parsed(nodes=frozenset(), problems=(sentence,))
    tree, places = for_parser(document, types), _Places(document)
    with _ONE_AT_A_TIME:
        try:
            template = _Template(yaml_dict_tpl=tree)
        except _CRASHES as error:
            # A gap of the parser, not an answer; the next template starts with an empty collector.
            sentence = f"tosca-parser cannot check this template ({type(error).__name__}: {error})"
            return Parsed(nodes=frozenset(), problems=(places.located(sentence),))
        errors = [str(error) for error in ExceptionCollector.getExceptions()]
    problems = [places.located(text) for text in errors[:MAX_PROBLEMS]]
    if len(errors) > MAX_PROBLEMS:
        problems.append(f"{document.name}: {len(errors) - MAX_PROBLEMS} more findings of tosca-parser are left out")
    nodes = getattr(template, "nodetemplates", None) or ()
    return Parsed(nodes=frozenset(node.name for node in nodes), problems=tuple(problems))


class _Places:
    """Finds what the parser's messages are about: they quote names and values, but know no lines."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def located(self, text: str) -> str:
        """The message after its place, cut short."""
        sentence = " ".join(text[: 2 * _TEXT_LENGTH].split())[:_TEXT_LENGTH]
        names = _QUOTED.findall(sentence)
        place = self._named(names) or next(filter(None, map(self._by_value.get, names)), ())
        return f"{self._document.where(place)}: {sentence}"

    def _named(self, names: list[str]) -> Path:
        """The path that names lead to as keys: a node, group or policy, then what is said of it."""
        elements = {path[-1] for path in self._topology if len(path) == _ELEMENT_DEPTH.get(path[1:2])}
        place: Path = ()
        for name in sorted(names, key=lambda name: name not in elements):
            inside = (path for path in self._topology if len(path) > len(place) and path[: len(place)] == place)
            place = min((path for path in inside if path[-1] == name), key=len, default=place)
        return place

    @cached_property
    def _topology(self) -> list[Path]:
        return [path for path in self._document.lines if path[0] == "topology_template"]

    @cached_property
    def _by_value(self) -> Mapping[str, Path]:
        """The first path to each text of the template, as for the type that a message calls unknown."""
        found: dict[str, Path] = {}
        for path in self._document.lines:
            value = self._document.at(path)
            if isinstance(value, str):
                found.setdefault(value, path)
        return found
