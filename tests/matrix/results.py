"""What is known of the cells: one JSON object a line, the last one of a cell counts; and the code it is known of."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import TypeAdapter

from tests.matrix.processes import ROOT

CODE = ("api", "workflows", "activities", "descriptors", "manoflow", "tests/matrix")
"""Folders whose change makes every result an old one."""


@dataclass(frozen=True)
class Result:
    """What came of one cell."""

    cell: str
    operation: str
    boundary: str
    place: str
    strike: str
    ok: bool
    findings: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: float
    """Its share of the time that its batch took."""
    code: str
    at: str
    """RFC 3339."""


class Results:
    """The file of results."""

    def __init__(self, file: Path) -> None:
        """It is made when the first result comes."""
        self._file = file

    def add(self, results: Iterable[Result]) -> None:
        """Append."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a") as lines:
            lines.writelines(f"{json.dumps(asdict(result))}\n" for result in results)

    def last(self) -> dict[str, Result]:
        """The last result of every cell, by its id."""
        if not self._file.exists():
            return {}
        told = [TypeAdapter(Result).validate_json(line) for line in self._file.read_text().splitlines()]
        return {one.cell: one for one in told}


def code_version() -> str:
    """A digest of the product and of the matrix itself."""
    digest = sha256()
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(str(path.relative_to(ROOT)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
