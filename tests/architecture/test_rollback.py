"""The page about rollbacks knows every operation, and what it says of ways back is what the workflows do."""

import ast
import inspect
import re
import textwrap
from pathlib import Path

import pytest

from workflows.catalogue import Operation, operations

PAGE = (Path(__file__).parents[2] / "docs" / "explanation" / "rollback.md").read_text()
NAMES = {
    "INSTANTIATE": "instantiate",
    "SCALE": "scale, out",
    "SCALE_TO_LEVEL": "scale to level",
    "HEAL": "heal",
    "OPERATE": "operate",
    "MODIFY_INFO": "modify",
    "TERMINATE": "terminate",
}


def rows() -> dict[str, str]:
    """The last column, by operation."""
    cells = re.findall(r"^\| ([a-z ,]+) \| (.+) \| (.+) \|$", PAGE, re.MULTILINE)
    return {name: until for name, _, until in cells}


def stages_without_undo(operation: Operation) -> int:
    """How many lines of its list make or remove something that nothing undoes."""
    steps = next(inspect.getsource(vars(kind)["steps"]) for kind in operation.workflow.__mro__ if "steps" in vars(kind))
    calls = [node for node in ast.walk(ast.parse(textwrap.dedent(steps))) if isinstance(node, ast.Call)]
    stages = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "do_each"]
    return sum("undo" not in {keyword.arg for keyword in stage.keywords} for stage in stages)


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.name)
def test_every_operation_is_on_the_page_with_its_way_back(operation: Operation) -> None:
    until = rows()[NAMES[operation.operation.value]]
    assert until.startswith("always") is (stages_without_undo(operation) == 0), until
