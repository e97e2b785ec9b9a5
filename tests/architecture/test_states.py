"""The picture and the table of the states are what the code has."""

import re

from manoflow.domain.lcm import LcmOperationState
from manoflow.domain.state_machine import TRANSITIONS
from tests.architecture.test_readme import ROOT, script

STATES = script("states")
FOLDER = ROOT / "docs" / "explanation"


def test_picture_and_table_are_up_to_date() -> None:
    page = (FOLDER / "states.md").read_text()
    assert STATES.written(page) == page, "write it anew: make readme"
    assert (FOLDER / "states.svg").read_text() == STATES.picture(), "draw it anew: make readme"


def test_everything_has_its_place_and_nothing_else_has() -> None:
    assert STATES.PLACES.keys() == set(LcmOperationState)
    assert STATES.ROUTES.keys() == {(arrow.before, arrow.after) for arrow in TRANSITIONS}


def test_every_state_and_every_word_is_drawn() -> None:
    drawn = re.findall("<text[^>]*>([^<]*)</text>", STATES.picture())
    assert set(LcmOperationState) <= set(drawn)
    words = " ".join(drawn)
    assert all(arrow.when in words for arrow in TRANSITIONS)
