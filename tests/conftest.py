"""What every test may use: the packages and interface files made by others, where this machine has them.

They are found by the environment variable MANOFLOW_ETSI, which names a folder with `samples/` (one folder for each VNF
package) and `openapi/`; they may not be part of this repository. A test that asks for them without it is skipped, and
the end of the report says how many were.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.postgres import MISSING

pytest_plugins = ("tests.databases", "tests.stand_fixtures", "tests.worker_processes")

UNSET = "MANOFLOW_ETSI is not set"


@pytest.fixture(scope="session")
def foreign() -> Path:
    """The folder of foreign inputs. Skips where there is none; a path that leads nowhere is an error, not a skip."""
    named = os.environ.get("MANOFLOW_ETSI")
    if not named:
        pytest.skip(UNSET)
    folder = Path(named)
    assert (folder / "samples").is_dir(), f"cannot find {folder}/samples: MANOFLOW_ETSI names the wrong folder"
    return folder


@pytest.fixture(scope="session")
def foreign_samples(foreign: Path) -> Path:
    """The VNF packages made by others, one folder each, not zipped."""
    return foreign / "samples"


@pytest.fixture(scope="session")
def foreign_openapi(foreign: Path) -> Path:
    """The OpenAPI files of the ETSI interfaces."""
    return foreign / "openapi"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a machine that has not all day try the longest laws in the course of some days."""
    told = "of the laws that only `make test-large` tries, try one in so many; every day others"
    parser.addoption("--one-in", type=int, default=1, help=told)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to other days what is theirs."""
    one_in = config.getoption("--one-in")
    today = datetime.now(UTC).date().toordinal()
    laws = [item for item in items if "laws" in item.path.parts and item.get_closest_marker("large")]
    left = [item for number, item in enumerate(laws) if (number + today) % one_in]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many steps the laws struck, and loudly what was not tried."""
    passed = terminalreporter.stats.get("passed", [])
    struck = [count for report in passed for name, count in report.user_properties if name == "steps struck"]
    if struck:
        terminalreporter.line(f"laws: {len(struck)} passed, {sum(struck)} steps struck")
    for what, why in (("foreign inputs", UNSET), ("PostgreSQL", MISSING)):
        skipped = [report for report in terminalreporter.stats.get("skipped", []) if why in str(report.longrepr)]
        if skipped:
            terminalreporter.section(what, yellow=True, bold=True)
            terminalreporter.line(f"{what}: {len(skipped)} tests skipped because {why}", yellow=True, bold=True)
