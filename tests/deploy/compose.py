"""docker-compose.yml as Docker Compose reads it: anchors merged, variables of `.env` put in."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
OURS = "manoflow:"
"""How the name of our image begins."""

_VARIABLE = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<name>[A-Z_]+)(?:(?P<kind>:?[-?])(?P<rest>[^}]*))?\})")


def variables() -> set[str]:
    """What is taken from `.env`."""
    return {found["name"] for found in _VARIABLE.finditer(FILE.read_text()) if found["name"]}


def compose(values: Mapping[str, str]) -> dict[str, Any]:
    """The whole file. A variable that is needed and not given fails, as it does in Compose."""
    read: dict[str, Any] = _filled(yaml.safe_load(FILE.read_text()), values)
    return read


def _filled(node: Any, values: Mapping[str, str]) -> Any:  # noqa: ANN401 - a part of a YAML file
    if isinstance(node, dict):
        return {name: _filled(inner, values) for name, inner in node.items()}
    if isinstance(node, list):
        return [_filled(inner, values) for inner in node]
    return _put_in(node, values) if isinstance(node, str) else node


def _put_in(text: str, values: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        if found["dollar"]:
            return "$"
        given, kind = values.get(found["name"]), found["kind"] or ""
        if given is None or (kind.startswith(":") and not given):
            assert not kind.endswith("?"), f"{found['name']}: {found['rest']}"
            return found["rest"] or ""
        return given

    return _VARIABLE.sub(value, text)
