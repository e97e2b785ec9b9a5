"""The page of all settings, written from their descriptions: ``python -m manoflow.runtime.reference`` prints it.

A test compares it with `docs/reference/settings.md`.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from manoflow.runtime.settings import PREFIX, Settings

HEAD = """# Settings

Everything is set by environment variables; a value that cannot be used is refused at the start, by name. Two
underscores lead into a group. This page is written by `python -m manoflow.runtime.reference`.

| variable | default | meaning |
| --- | --- | --- |"""

TIMINGS = {
    "attempt": "Seconds that one attempt may take.",
    "budget": "Seconds that all attempts may take together; `null`: without end.",
    "first_retry": "Seconds before the second attempt; they double up to the longest.",
    "longest_retry": "Seconds between two attempts at most.",
    "heartbeat": "Without a heartbeat for so many seconds, an attempt is given to another worker.",
}
"""What the fields of `manoflow.domain.timing` mean; the domain describes them for its own readers."""


def page() -> str:
    """The whole page."""
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    rows = [f"| `{PREFIX}{name}` | {default} | {meaning} |" for name, default, meaning in _rows(Settings, defaults)]
    return "\n".join([HEAD, *rows]) + "\n"


def _rows(kind: type[BaseModel], defaults: Mapping[str, Any], group: str = "") -> Iterator[tuple[str, str, str]]:
    for name, field in kind.model_fields.items():
        default = defaults[name]
        variable = f"{group}{name}".upper()
        if isinstance(default, BaseModel):
            yield from _rows(type(default), dict(default), f"{variable}__")
        else:
            yield variable, _shown(default), field.description or TIMINGS[name]


def _shown(default: object) -> str:
    if isinstance(default, tuple):
        return f"`{json.dumps(default)}`"
    return "" if default in ("", None) else f"`{default}`"


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - that is what it is for
