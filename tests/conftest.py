"""What every test may use: the packages and interface files made by others, where this machine has them.

They are found by the environment variable MANOFLOW_ETSI, which names a folder with `samples/` (one folder for each VNF
package) and `openapi/`; they may not be part of this repository. A test that asks for them without it is skipped, and
the end of the report says how many were.
"""

import os
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
