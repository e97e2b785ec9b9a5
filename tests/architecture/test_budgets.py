"""Budgets: how long a file and a function may be, and what a file may not be called.

Every exception is listed with its reason, and one that is no longer needed fails, so the lists only shrink. Docstrings,
complexity and arguments are ruff's to check; who may import whom is told by the contracts in `.importlinter`.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]

FILE_LINES = 300
OPERATION_LINES = 120
FUNCTION_LINES = 40
EMPTY_NAMES = frozenset({"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers"})

# path -> why it may be longer than its budget
LONG_FILES: dict[str, str] = {}
# path::qualified name -> why it may be longer than its budget
LONG_FUNCTIONS: dict[str, str] = {}


def sources() -> dict[str, str]:
    """The text of every Python file by its path, tests and laboratory included; tools keep to folders with a dot."""
    folders = (folder for folder in ROOT.iterdir() if folder.is_dir() and not folder.name.startswith("."))
    paths = (path for folder in folders for path in folder.rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in sorted(paths)}


def over_budget() -> dict[str, int]:
    """The lines of each file that is too long."""
    lines = {path: len(text.splitlines()) for path, text in sources().items()}
    return {path: count for path, count in lines.items() if count > budget(path)}


def budget(path: str) -> int:
    return OPERATION_LINES if Path(path).match("workflows/vnf/*.py") else FILE_LINES


def long_functions() -> dict[str, int]:
    """The lines of each function that is too long. Not in the laboratory: its scripts are read top to bottom."""
    return {
        f"{path}::{name}": lines
        for path, text in sources().items()
        if not path.startswith("lab/")
        for name, lines in functions(ast.parse(text))
        if lines > FUNCTION_LINES
    }


def functions(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, int]]:
    """The qualified name and the length, from `def` to the last line, of every function below `node`."""
    for child in ast.iter_child_nodes(node):
        name = prefix
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{prefix}.{child.name}".lstrip(".")
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield name, (child.end_lineno or child.lineno) - child.lineno + 1
        yield from functions(child, name)


def test_the_budgets_see_the_whole_repository() -> None:
    seen = {path.split("/")[0] for path in sources()}
    assert seen >= {"api", "workflows", "activities", "descriptors", "manoflow", "tests", "lab"}


def test_a_function_is_measured_where_it_is_nested() -> None:
    tree = ast.parse(
        "class Outer:\n    async def inner(self):\n        if self:\n            def deep():\n                pass\n"
    )
    assert dict(functions(tree)) == {"Outer.inner": 4, "Outer.inner.deep": 2}


def test_files_keep_their_budget() -> None:
    assert over_budget().keys() == LONG_FILES.keys(), over_budget()


def test_functions_keep_their_budget() -> None:
    assert long_functions().keys() == LONG_FUNCTIONS.keys(), long_functions()


def test_no_file_has_an_empty_name() -> None:
    assert [path for path in sources() if EMPTY_NAMES & {Path(path).stem, Path(path).parent.name}] == []
