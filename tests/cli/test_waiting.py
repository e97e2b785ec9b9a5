"""What an operation waits for, on a running stack whose cloud is out of reach."""

import time
from collections.abc import Iterator

import pytest

from manoflow.adapters.vim.fake.knobs import clear, fail
from manoflow.domain.errors import UnreachableError
from tests.cli.conftest import REQUEST, Run, answered
from tests.runtime.running import Up

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]

TROUBLE = "cannot reach Nova: 503"


@pytest.fixture
def away(up: Up) -> Iterator[None]:
    """The cloud makes no servers, and nobody knows for how long."""
    fail(up.settings.fake_world, "servers.create", UnreachableError(TROUBLE), times=None)
    yield
    clear(up.settings.fake_world)


def in_trouble(manoflow: Run, operation: str) -> str:
    """What an operation waits for, once a step has failed."""
    deadline = time.monotonic() + 60
    while TROUBLE not in (shown := manoflow("op", "waiting", operation)):
        assert time.monotonic() < deadline, shown
    return shown


@pytest.mark.usefixtures("away")
def test_a_stuck_operation_says_what_it_waits_for(manoflow: Run, vnf: str, up: Up) -> None:
    operation = manoflow("vnf", "instantiate", vnf, "--request", REQUEST).strip().rpartition(" ")[2].strip("`")
    shown = in_trouble(manoflow, operation)
    assert shown.startswith("INSTANTIATE PROCESSING: create_vnfc:")
    assert "attempt" in shown
    assert str(up.pid("worker")) in shown
    told = manoflow("op", "show", operation)
    assert "waiting for" in told
    assert TROUBLE in told
    clear(up.settings.fake_world)
    assert "INSTANTIATE COMPLETED" in manoflow("op", "watch", operation)
    assert manoflow("op", "waiting", operation).startswith("INSTANTIATE COMPLETED: nothing: it has ended")
    manoflow("vnf", "terminate", vnf, "--wait")


def test_where_everything_is_in_order_nothing_is_reported(manoflow: Run) -> None:
    assert "everything is in order" in manoflow("reports")
    assert answered(manoflow("reports", "--json")) == []
