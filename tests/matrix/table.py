"""The matrix as a table: operation and boundary down, what struck it across; and the page of the docs that shows it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tests.matrix.cells import Cell, Strike, named
from tests.matrix.results import Result

COLUMNS = tuple(Strike)
HEADS = {
    Strike.KILLED: "worker killed",
    Strike.STOPPED: "worker stopped, overtaken, woken",
    Strike.OVERSLEPT: "worker stopped, woken at the end",
    Strike.SERVER: "Temporal killed",
    Strike.TERMINATED: "workflow terminated",
    Strike.API: "API killed",
}
WORDS = ("ok", "FAILED", "older", "not yet")
"""`older`: it passed, with code that has changed since."""

PAGE = """# The kill matrix

Every boundary of every operation, on a VNF of two VNFCs, and what was done to it there. The processes are real: two
workers, an API, a Temporal server with a file. A boundary is an activity; of a stage its first and its last. Where both
places (before its effect, after it) fared alike one word is shown. `make matrix` writes this page.

- **worker killed**: SIGKILL, while it stands there; another one goes on.
- **worker stopped, overtaken, woken**: SIGSTOP; another worker comes to the same point; SIGCONT, and both go on.
- **worker stopped, woken at the end**: SIGSTOP; another worker completes the operation; SIGCONT, before the effect.
- **Temporal killed**: SIGKILL of the server, then started again on the same file.
- **workflow terminated**: in Temporal, by a person; the sweep finds it, and retry, rollback or fail ends it.
- **API killed**: SIGKILL between commit and start, and around the passing on of a verdict.

A cell is ok where the operation ended by itself (after a termination: by one verdict), the cloud is what the record
says, nothing is there twice, notifications are in legal order, and nothing is left open; after a rollback all is as it
was before.

"""


def page(cells: Sequence[Cell], known: Mapping[str, Result], code: str) -> str:
    """The page of the docs."""
    times = sorted(result.at for cell in cells if (result := known.get(cell.id)) and result.code == code)
    when = f"{times[0]} to {times[-1]}" if times else "never"
    return f"{PAGE}{totals(cells, known, code)} Tried with code {code}: {when}.\n\n{table(cells, known, code)}\n"


def table(cells: Sequence[Cell], known: Mapping[str, Result], code: str) -> str:
    """A Markdown table: each field says how its two places fared."""
    rows: dict[tuple[str, str], dict[Strike, list[str]]] = {}
    for cell in cells:
        row = rows.setdefault((named(cell.operation), cell.boundary.name), {})
        row.setdefault(cell.strike, []).append(_word(known.get(cell.id), code))
    head = ["operation", "boundary", *(HEADS[strike] for strike in COLUMNS)]
    lines = [head, ["---"] * len(head)]
    lines += [[*which, *(_field(row.get(strike, [])) for strike in COLUMNS)] for which, row in rows.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def totals(cells: Iterable[Cell], known: Mapping[str, Result], code: str) -> str:
    """How many cells there are, and how they fared."""
    counted = Counter(_word(known.get(cell.id), code) for cell in cells)
    fared = ", ".join(f"{counted[word]} {word}" for word in WORDS if counted[word])
    return f"{counted.total()} cells: {fared}."


def _word(result: Result | None, code: str) -> str:
    if result is None:
        return "not yet"
    if not result.ok:
        return "FAILED"
    return "ok" if result.code == code else "older"


def _field(words: Sequence[str]) -> str:
    if not words:
        return ""
    return words[0] if len(set(words)) == 1 else " / ".join(words)
