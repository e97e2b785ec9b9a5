"""Plans and drift on the command line: a person sees what would happen, decides, and is told what differs."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from manoflow.adapters.vim.fake.knobs import vanish
from manoflow.runtime.cli.app import app
from tests.cli.conftest import REQUEST, Run, answered
from tests.runtime.running import Up

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]


def test_an_instantiation_is_planned_decided_on_and_executed(manoflow: Run, vnf: str, up: Up) -> None:
    environment = {"MANOFLOW_URL": up.settings.address}
    asked = ("vnf", "plan", vnf, "instantiate", "--request", "-", "--execute")
    body = Path(REQUEST).read_text(encoding="utf-8")
    refused = CliRunner().invoke(app, asked, env=environment, input=f"{body}")
    assert "Execute it?" in refused.output
    assert vnf not in manoflow("op", "list", "--json")
    printed = manoflow(*asked[:-2], REQUEST, "--execute", "--yes", "--wait")
    for said in ("INSTANTIATE of VNF instance", "create vnfc", "it fits into VIM", "none", "from everywhere"):
        assert said in printed, printed
    assert "INSTANTIATE COMPLETED" in printed
    manoflow("vnf", "terminate", vnf, "--wait")


def test_a_plan_is_shown_again_and_executed_once(manoflow: Run, vnf: str) -> None:
    manoflow("vnf", "instantiate", vnf, "--request", REQUEST, "--wait")
    asked = ("vnf", "plan", vnf, "terminate", "--set", "terminationType=FORCEFUL")
    planned = answered(manoflow(*asked, "--json"))
    shown = manoflow("plan", "show", planned["id"])
    for said in ("delete vnfc", "irreversible", "none from stage 'delete vnfc' on", "1 of 1 VNFCs do not run"):
        assert said in shown, shown
    assert f"manoflow plan execute {planned['id']}" in shown
    assert "TERMINATE COMPLETED" in manoflow("plan", "execute", planned["id"], "--wait")
    assert "was executed" in manoflow("plan", "show", planned["id"])
    assert "cannot execute plan" in manoflow("plan", "execute", planned["id"], code=1)


def test_what_is_planned_wrongly_is_refused(manoflow: Run, vnf: str) -> None:
    assert "cannot read the request" in manoflow("vnf", "plan", vnf, "dance", code=1)
    assert "needs it INSTANTIATED" in manoflow("vnf", "plan", vnf, "heal", code=1)


def test_drift_is_told_by_the_exit_code(manoflow: Run, vnf: str, up: Up) -> None:
    manoflow("vnf", "instantiate", vnf, "--request", REQUEST, "--wait")
    assert "no drift" in manoflow("vnf", "drift", vnf)
    planned = answered(manoflow("vnf", "show", vnf, "--json"))
    (vnfc,) = planned["instantiatedVnfInfo"]["vnfcResourceInfo"]
    vanish(up.settings.fake_world, vnfc["id"])
    printed = manoflow("vnf", "drift", vnf, code=1)
    assert "MISSING" in printed
    assert f"manoflow vnf plan {vnf} heal --set cause=" in printed
    found = answered(manoflow("vnf", "drift", vnf, "--json", code=1))
    assert json.dumps(found["heal"]) == '{"cause": "drift"}'
    assert "HEAL COMPLETED" in manoflow("vnf", "plan", vnf, "heal", "--execute", "--yes", "--wait")
    assert "no drift" in manoflow("vnf", "drift", vnf)
    manoflow("vnf", "terminate", vnf, "--wait")
