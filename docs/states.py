"""Draws the states of an operation from the code: ``make readme``. A test compares.

`manoflow.domain.state_machine` says which arrows there are and what leads along them; where states, arrows and words
stand is laid by hand below. A state or an arrow without a place here is an error, so that none is left out.
"""

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from textwrap import wrap
from typing import NamedTuple

from manoflow.domain.lcm import FINAL_STATES, LcmOperationState
from manoflow.domain.state_machine import TRANSITIONS, Transition

EXPLANATION = Path(__file__).parent / "explanation"
PICTURE = EXPLANATION / "states.svg"
PAGE = EXPLANATION / "states.md"
MARKS = ("<!-- transitions: written by `make readme` -->\n", "<!-- /transitions -->")

SIZE = (1100, 580)
BOX = (168, 54)
CORNER = 14
"""Radius of an arrow's bends."""
LINE = 18
"""Pixels from one line of words to the next."""


class Words(NamedTuple):
    """Where an arrow's words stand: the baseline of the first line, how the lines are aligned, and their length."""

    x: int
    y: int
    anchor: str = "middle"
    width: int = 40


class Route(NamedTuple):
    """An arrow's corners, from the edge of one state to the edge of the other, and its words."""

    corners: tuple[tuple[int, int], ...]
    words: Words


_S = LcmOperationState

PLACES: Mapping[LcmOperationState, tuple[int, int]] = {
    _S.STARTING: (170, 86),
    _S.PROCESSING: (560, 86),
    _S.COMPLETED: (928, 86),
    _S.FAILED_TEMP: (560, 270),
    _S.FAILED: (928, 270),
    _S.ROLLED_BACK: (170, 454),
    _S.ROLLING_BACK: (560, 454),
}
"""The middle of each state."""

ROUTES: Mapping[tuple[LcmOperationState, LcmOperationState], Route] = {
    (_S.STARTING, _S.PROCESSING): Route(((254, 86), (476, 86)), Words(365, 76)),
    (_S.STARTING, _S.ROLLED_BACK): Route(((140, 113), (140, 427)), Words(154, 340, "start", 20)),
    (_S.STARTING, _S.FAILED_TEMP): Route(((200, 113), (200, 270), (476, 270)), Words(338, 260)),
    (_S.PROCESSING, _S.COMPLETED): Route(((644, 86), (844, 86)), Words(744, 76)),
    (_S.PROCESSING, _S.FAILED_TEMP): Route(((530, 113), (530, 243)), Words(516, 164, "end", 23)),
    (_S.PROCESSING, _S.ROLLING_BACK): Route(
        ((626, 113), (626, 170), (1056, 170), (1056, 454), (644, 454)), Words(644, 160, "start")
    ),
    (_S.FAILED_TEMP, _S.PROCESSING): Route(((590, 243), (590, 113)), Words(604, 212, "start")),
    (_S.FAILED_TEMP, _S.ROLLING_BACK): Route(((530, 297), (530, 427)), Words(516, 348, "end", 23)),
    (_S.FAILED_TEMP, _S.FAILED): Route(((644, 270), (844, 270)), Words(744, 260)),
    (_S.ROLLING_BACK, _S.ROLLED_BACK): Route(((476, 454), (254, 454)), Words(365, 444)),
    (_S.ROLLING_BACK, _S.FAILED_TEMP): Route(((590, 427), (590, 297)), Words(604, 348, "start", 23)),
}

WAITING = frozenset({LcmOperationState.FAILED_TEMP})
"""A person is asked."""

STYLE = """
    :root { --panel: #ffffff; --edge: #d0d7de; --text: #1f2328; --soft: #59636e; --line: #57606a; --ours: #8250df;
            --running: #ddf4ff; --running-edge: #0969da; --waiting: #fff1c2; --waiting-edge: #9a6700;
            --final: #f6f8fa; --final-edge: #6e7781; }
    @media (prefers-color-scheme: dark) {
      :root { --panel: #0d1117; --edge: #30363d; --text: #e6edf3; --soft: #9198a1; --line: #9198a1; --ours: #bc8cff;
              --running: #10243e; --running-edge: #4493f8; --waiting: #2e2208; --waiting-edge: #d29922;
              --final: #161b22; --final-edge: #8b949e; }
    }
    text { font-family: system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; font-size: 14px;
           fill: var(--soft); }
    .state { font-size: 15px; font-weight: 600; letter-spacing: 0.4px; fill: var(--text); }
    .panel { fill: var(--panel); stroke: var(--edge); }
    .running { fill: var(--running); stroke: var(--running-edge); stroke-width: 1.5; }
    .waiting { fill: var(--waiting); stroke: var(--waiting-edge); stroke-width: 1.5; }
    .final { fill: var(--final); stroke: var(--final-edge); stroke-width: 1.5; }
    .inner { fill: none; stroke: var(--final-edge); }
    .arrow { fill: none; stroke: var(--line); stroke-width: 1.6; }
    .ours { stroke: var(--ours); stroke-dasharray: 6 4; }
    .head { fill: var(--line); }
    .ours-head { fill: var(--ours); }
    .ours-words { fill: var(--ours); }
"""


def picture() -> str:
    """The SVG."""
    width, height = SIZE
    told = "; ".join(f"{arrow.before} to {arrow.after}: {arrow.when}" for arrow in TRANSITIONS)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        "  <title>The states of an LCM operation occurrence</title>",
        f"  <desc>{escape(told)}</desc>",
        f"  <style>{STYLE}  </style>",
        f"  <defs>{_head('head')}{_head('ours-head')}</defs>",
        f'  <rect class="panel" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="12"/>',
        *_beginning(),
        *(line for arrow in TRANSITIONS for line in _arrow(arrow)),
        *(line for state in LcmOperationState for line in _state(state)),
        *_legend(),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _head(name: str) -> str:
    shape = '<path d="M0 0 L10 5 L0 10 Z"/>'
    box = 'viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse"'
    return f'<marker id="{name}" class="{name}" {box} orient="auto">{shape}</marker>'


def _beginning() -> Iterator[str]:
    x, y = PLACES[LcmOperationState.STARTING]
    left = x - BOX[0] // 2
    yield f'  <circle class="head" cx="{left - 48}" cy="{y}" r="6"/>'
    yield f'  <path class="arrow" marker-end="url(#head)" d="M{left - 42} {y} L{left} {y}"/>'


def _state(state: LcmOperationState) -> Iterator[str]:
    (x, y), (width, height) = PLACES[state], BOX
    final = state in FINAL_STATES
    kind = "final" if final else "waiting" if state in WAITING else "running"
    yield _box(kind, (x, y), width, height)
    if final:
        yield _box("inner", (x, y), width - 8, height - 8)
    yield f'  <text class="state" x="{x}" y="{y + 5}" text-anchor="middle">{state}</text>'


def _box(kind: str, middle: tuple[int, int], width: int, height: int) -> str:
    x, y = middle[0] - width // 2, middle[1] - height // 2
    return f'  <rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="{height // 5}"/>'


def _arrow(arrow: Transition) -> Iterator[str]:
    route = ROUTES[arrow.before, arrow.after]
    kind, head = ("arrow ours", "ours-head") if arrow.ours else ("arrow", "head")
    yield f'  <path class="{kind}" marker-end="url(#{head})" d="{_path(route.corners)}"/>'
    words = route.words
    of_kind = ' class="ours-words"' if arrow.ours else ""
    for number, line in enumerate(wrap(arrow.when, words.width)):
        place = f'x="{words.x}" y="{words.y + number * LINE}" text-anchor="{words.anchor}"'
        yield f"  <text{of_kind} {place}>{escape(line)}</text>"


def _path(corners: tuple[tuple[int, int], ...]) -> str:
    """Straight lines with round bends."""
    first, *bends, last = corners
    drawn = [f"M{first[0]} {first[1]}"]
    for before, bend, after in zip([first, *bends], bends, [*bends[1:], last], strict=False):
        into, out = _towards(bend, before), _towards(bend, after)
        drawn.append(f"L{into[0]} {into[1]} Q{bend[0]} {bend[1]} {out[0]} {out[1]}")
    return " ".join([*drawn, f"L{last[0]} {last[1]}"])


def _towards(corner: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """The point on the way from a corner to another at which the bend ends."""
    x, y = (_step(there - here) for here, there in zip(corner, other, strict=True))
    return corner[0] + x, corner[1] + y


def _step(distance: int) -> int:
    return max(-CORNER, min(CORNER, distance))


def _legend() -> Iterator[str]:
    y = SIZE[1] - 38
    samples = ((86, "arrow", "head", "SOL003 clause 5.6.2"), (316, "arrow ours", "ours-head", "our own"))
    for x, kind, head, meaning in samples:
        yield f'  <path class="{kind}" marker-end="url(#{head})" d="M{x} {y} L{x + 46} {y}"/>'
        yield f'  <text x="{x + 58}" y="{y + 5}">{meaning}</text>'
    boxes = ((470, "running", "goes on by itself"), (682, "waiting", "waits for a person"), (900, "final", "final"))
    for x, kind, meaning in boxes:
        yield _box(kind, (x + 17, y), 34, 22)
        if kind == "final":
            yield _box("inner", (x + 17, y), 28, 16)
        yield f'  <text x="{x + 46}" y="{y + 5}">{meaning}</text>'


def table() -> str:
    """One row for each arrow."""
    head = "| from | to | when | whose |\n| --- | --- | --- | --- |"
    rows = [
        f"| {arrow.before} | {arrow.after} | {arrow.when} | {'ours' if arrow.ours else 'ETSI'} |"
        for arrow in TRANSITIONS
    ]
    return "\n".join([head, *rows])


def written(page: str) -> str:
    """The page with its table as the code has it."""
    begin, end = MARKS
    before, _, rest = page.partition(begin)
    return f"{before}{begin}{table()}\n{end}{rest.partition(end)[2]}"


if __name__ == "__main__":
    PICTURE.write_text(picture())
    PAGE.write_text(written(PAGE.read_text()))
