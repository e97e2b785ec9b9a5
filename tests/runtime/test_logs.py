"""Logs: a JSON object a line, with the ids that are known, and no secrets."""

import json
import logging
import os
from collections.abc import Iterator

import pytest
import structlog

from manoflow.runtime.logs import log_to_stderr


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_our_own_lines_bear_the_ids(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr("worker", "info")
    structlog.get_logger("activities").bind(vnfInstanceId="v", lcmOpOccId="o").info("step done", step="create")
    (line,) = lines(capsys)
    assert str(line.pop("timestamp")).endswith("Z")
    assert line == {
        "process": "worker",
        "logger": "activities",
        "level": "info",
        "event": "step done",
        "step": "create",
        "vnfInstanceId": "v",
        "lcmOpOccId": "o",
    }


def test_temporals_lines_name_the_vnf(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr("worker", "info")
    extra = {"temporal_workflow": {"workflow_id": "vnf/1234", "run_id": "r"}}
    logging.getLogger("temporalio.workflow").warning("it %s", "stands", extra=extra)
    (line,) = lines(capsys)
    assert (line["event"], line["vnfInstanceId"], line["process"]) == ("it stands", "1234", "worker")


def test_a_traceback_shows_no_values(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr("api", "info")
    password = os.urandom(8).hex()
    try:
        int("number", base=len(password))
    except ValueError:
        logging.getLogger("api").exception("broken")
    (line,) = lines(capsys)
    assert "ValueError: invalid literal" in str(line["exception"])
    assert password not in str(line)


def test_a_level_is_kept_and_libraries_are_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr("api", "info")
    structlog.get_logger("ours").debug("nobody asked")
    logging.getLogger("httpx").info("GET /")
    logging.getLogger("httpx").warning("odd")
    assert [line["event"] for line in lines(capsys)] == ["odd"]
