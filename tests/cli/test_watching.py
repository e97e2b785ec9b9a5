"""The live view of an operation, as it is drawn."""

from io import StringIO
from typing import Any

from rich.console import Console

from manoflow.domain.diff import Action
from manoflow.domain.identity import Kind
from manoflow.runtime.cli.watching import picture, title_of

OPERATION = "3ed2cb93-ad89-4f89-8dc3-207a80ad1a7f"
STAGES = [{"name": "create port", "count": 8, "done": 8}, {"name": "create vnfc", "count": 4, "done": 3}]


def drawn(state: str, **more: Any) -> list[str]:  # noqa: ANN401 - JSON
    progress = {"id": OPERATION, "operation": "INSTANTIATE", "operationState": state, "stages": STAGES, **more}
    console = Console(file=StringIO(), width=80)
    console.print(picture(progress))
    assert isinstance(console.file, StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_stages_show_what_is_done_of_them() -> None:
    title, ports, vnfcs = drawn("PROCESSING")
    assert title == f"INSTANTIATE PROCESSING  {OPERATION}"
    assert ports.startswith("  ✓ create ports")
    assert ports.endswith(" 8/8")
    assert "create VNFCs" in vnfcs
    assert vnfcs.endswith(" 3/4")


def test_a_parked_operation_shows_its_reason_and_its_ways_out() -> None:
    reason = "cannot make server [x]: quota exceeded"
    lines = drawn("FAILED_TEMP", error={"status": 500, "detail": reason})
    assert reason in lines
    assert [line.strip().partition("  ")[0] for line in lines[-3:]] == [
        f"manoflow op {verdict} {OPERATION}" for verdict in ("retry", "rollback", "fail")
    ]


def test_a_running_operation_shows_what_it_waits_for() -> None:
    waits = "create_vnfc:vnfc/app/0 since 12 s, attempt 3, last error: cannot [reach] Nova"
    assert drawn("PROCESSING", waitingFor=waits)[-1] == f"  {waits}"
    assert waits not in "".join(drawn("COMPLETED", waitingFor=waits)), "it waits for nothing any more"


def test_an_operation_that_has_just_begun_shows_its_state() -> None:
    assert drawn("STARTING", stages=[]) == [f"INSTANTIATE STARTING  {OPERATION}"]


def test_every_stage_has_a_title() -> None:
    titles = {title_of(f"{action} {kind}") for action in Action for kind in Kind}
    assert len(titles) == len(Action) * len(Kind)
