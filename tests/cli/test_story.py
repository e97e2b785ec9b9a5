"""The command line from a package to a terminated VNF, on a running stack."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4
from zipfile import is_zipfile

import pytest

from manoflow.adapters.vim.fake.knobs import clear, fail
from manoflow.domain.errors import QuotaError
from tests.cli.conftest import EXAMPLE, REQUEST, Run, answered
from tests.packages import EXAMPLES
from tests.runtime.running import Up

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]

REFUSAL = "cannot make a server: quota exceeded"


@pytest.fixture
def refusing(up: Up) -> Iterator[None]:
    """The cloud refuses servers."""
    fail(up.settings.fake_world, "servers.create", QuotaError(REFUSAL), times=None)
    yield
    clear(up.settings.fake_world)


def parked(manoflow: Run, vnf: str) -> str:
    """An instantiation in FAILED_TEMP."""
    printed = manoflow("vnf", "instantiate", vnf, "--request", REQUEST, "--wait", code=1)
    assert "FAILED_TEMP" in printed
    assert REFUSAL in printed
    (operation,) = [one["id"] for one in answered(manoflow("op", "list", "--json")) if one["vnfInstanceId"] == vnf]
    assert f"manoflow op retry {operation}" in printed
    return str(operation)


def test_a_package_is_onboarded_with_its_warnings(manoflow: Run, package: str) -> None:
    shown = manoflow("pkg", "show", package)
    assert "warning: " in shown
    assert "ONBOARDED" in shown
    assert package in manoflow("pkg", "list")


def test_a_package_whose_vnfd_is_there_already_is_refused_and_removed(manoflow: Run, package: str) -> None:
    before = answered(manoflow("pkg", "list", "--json"))
    assert package in manoflow("pkg", "upload", str(EXAMPLE), code=1)
    assert answered(manoflow("pkg", "list", "--json")) == before


def test_a_package_is_disabled_enabled_and_written_to_a_file(manoflow: Run, package: str, tmp_path: Path) -> None:
    assert "is DISABLED" in manoflow("pkg", "disable", package)
    assert package in manoflow("pkg", "list", "--filter", "(eq,operationalState,DISABLED)")
    assert "is ENABLED" in manoflow("pkg", "enable", package)
    assert package not in manoflow("pkg", "list", "--filter", "(eq,operationalState,DISABLED)")
    assert "it is so already" in manoflow("pkg", "enable", package, code=1)
    whole, part = tmp_path / "a.csar", tmp_path / "README.md"
    manoflow("pkg", "download", package, str(whole))
    manoflow("pkg", "download", package, str(part), "--artifact", "README.md")
    assert is_zipfile(whole)
    assert part.read_bytes() == (EXAMPLE / "README.md").read_bytes()
    assert "cannot find artifact" in manoflow("pkg", "download", package, str(part), "--artifact", "none", code=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", "a.csar"]


def test_a_package_is_not_fetched_where_the_policy_forbids_it(manoflow: Run) -> None:
    before = answered(manoflow("pkg", "list", "--json"))
    assert "must be https" in manoflow("pkg", "fetch", "http://127.0.0.1/a.csar", code=1)
    assert "is not public" in manoflow("pkg", "fetch", "https://127.0.0.1/a.csar", code=1)
    assert answered(manoflow("pkg", "list", "--json")) == before


def test_a_vnf_is_built_shown_and_removed(manoflow: Run, vnf: str) -> None:
    built = manoflow(
        *("vnf", "instantiate", vnf, "--flavour", "default", "--vim", "fake"),
        *("--ext-net", "probe_mgmt=mgmt", "--wait"),
    )
    assert "INSTANTIATE COMPLETED" in built
    assert "create VNFCs" in built
    shown = manoflow("vnf", "show", vnf)
    assert "INSTANTIATED" in shown
    assert "probe" in shown
    assert "TERMINATE COMPLETED" in manoflow("vnf", "terminate", vnf, "--wait")
    assert "no orphans" in manoflow("vim", "orphans", "fake")
    assert "is deleted" in manoflow("vnf", "delete", vnf)
    assert vnf not in manoflow("vnf", "list")


def test_what_is_said_about_a_vnf_is_modified(manoflow: Run, vnf: str, tmp_path: Path) -> None:
    changes = ("--description", "of the south", "--metadata", "site=south", "--metadata", "rack=7")
    modified = manoflow("vnf", "modify", vnf, "--name", "renamed", *changes, "--wait")
    assert "MODIFY_INFO COMPLETED" in modified
    shown = answered(manoflow("vnf", "show", vnf, "--json"))
    assert (shown["vnfInstanceName"], shown["metadata"]) == ("renamed", {"site": "south", "rack": 7})
    request = tmp_path / "modify.json"
    request.write_text('{"vnfInstanceName": null, "metadata": {"site": null}}')
    assert "modify has begun" in (begun := manoflow("vnf", "modify", vnf, "--request", str(request)))
    assert "COMPLETED" in manoflow("op", "watch", begun.strip().rpartition(" ")[2].strip("`"))
    shown = answered(manoflow("vnf", "show", vnf, "--json"))
    assert ("vnfInstanceName" in shown, shown["metadata"]) == (False, {"rack": 7})
    assert "nothing that can be modified" in manoflow("vnf", "modify", vnf, code=1)
    assert "give NAME=VALUE" in manoflow("vnf", "modify", vnf, "--extension", "colour", code=1)


def test_an_operation_is_watched_after_it_was_begun(manoflow: Run, vnf: str) -> None:
    begun = manoflow("vnf", "instantiate", vnf, "--request", REQUEST)
    operation = begun.strip().rpartition(" ")[2].strip("`")
    assert "INSTANTIATE COMPLETED" in manoflow("op", "watch", operation)
    assert answered(manoflow("op", "show", operation, "--json"))["operationState"] == "COMPLETED"
    assert vnf in manoflow("op", "show", operation)
    manoflow("vnf", "terminate", vnf, "--graceful", "--timeout", "1", "--wait")


def test_a_vnf_is_stopped_and_started_again(manoflow: Run, vnf: str) -> None:
    manoflow("vnf", "instantiate", vnf, "--request", REQUEST, "--wait")
    stopped = manoflow("vnf", "stop", vnf, "--graceful", "--timeout", "5", "--wait")
    assert "OPERATE COMPLETED" in stopped
    assert "update VNFCs" in stopped
    info = answered(manoflow("vnf", "show", vnf, "--json"))["instantiatedVnfInfo"]
    assert info["vnfState"] == "STOPPED"
    vnfc = info["vnfcInfo"][0]["id"]
    assert vnfc in manoflow("vnf", "show", vnf)
    assert "operate has begun" in (begun := manoflow("vnf", "start", vnf, "--vnfc", vnfc))
    assert "COMPLETED" in manoflow("op", "watch", begun.strip().rpartition(" ")[2].strip("`"))
    shown = answered(manoflow("vnf", "show", vnf, "--json"))["instantiatedVnfInfo"]["vnfcInfo"]
    assert [one["vnfcState"] for one in shown if one["id"] == vnfc] == ["STARTED"]
    assert "cannot use --timeout without --graceful" in manoflow("vnf", "stop", vnf, "--timeout", "5", code=1)
    assert "TERMINATE COMPLETED" in manoflow("vnf", "terminate", vnf, "--graceful", "--wait")


@pytest.mark.usefixtures("refusing")
def test_what_failed_is_retried(manoflow: Run, vnf: str, up: Up) -> None:
    operation = parked(manoflow, vnf)
    clear(up.settings.fake_world)
    assert "retry is taken" in manoflow("op", "retry", operation)
    assert "INSTANTIATE COMPLETED" in manoflow("op", "watch", operation)
    manoflow("vnf", "terminate", vnf, "--wait")


@pytest.mark.usefixtures("refusing")
def test_what_failed_is_rolled_back(manoflow: Run, vnf: str) -> None:
    operation = parked(manoflow, vnf)
    assert "rollback is taken" in manoflow("op", "rollback", operation)
    assert "INSTANTIATE ROLLED_BACK" in manoflow("op", "watch", operation)
    assert "no orphans" in manoflow("vim", "orphans", "fake")
    assert f"cannot retry LCM operation occurrence {operation}" in manoflow("op", "retry", operation, code=1)


@pytest.mark.usefixtures("refusing")
def test_what_waits_shows_what_it_holds_back(manoflow: Run, vnf: str) -> None:
    operation = parked(manoflow, vnf)
    printed = manoflow("vim", "reservations", "fake")
    assert operation in printed
    assert "RESERVED" in printed
    held = [one for one in answered(manoflow("vim", "reservations", "--json")) if one["lcmOpOccId"] == operation]
    assert {one["state"] for one in held if one["key"].startswith("vnfc/")} == {"RESERVED"}
    manoflow("op", "rollback", operation)
    manoflow("op", "watch", operation)
    assert operation not in manoflow("vim", "reservations")
    assert "nowhere" in manoflow("vim", "reservations", "nowhere", code=1)


@pytest.mark.usefixtures("refusing")
def test_what_failed_is_given_up(manoflow: Run, vnf: str) -> None:
    operation = parked(manoflow, vnf)
    assert "the operation is FAILED" in manoflow("op", "fail", operation)
    assert "INSTANTIATE FAILED" in manoflow("op", "watch", operation, code=1)
    manoflow("vnf", "terminate", vnf, "--wait")


def test_what_is_unknown_is_named(manoflow: Run) -> None:
    unknown = str(uuid4())
    for command in (("vnf", "show"), ("pkg", "show"), ("op", "show"), ("op", "watch"), ("vnf", "terminate")):
        assert unknown in manoflow(*command, unknown, code=1)
    assert "nowhere" in manoflow("vim", "check", "nowhere", code=1)


def test_an_unused_package_is_deleted(manoflow: Run) -> None:
    package = answered(manoflow("pkg", "upload", str(EXAMPLES / "ten-vnfcs"), "--json"))["id"]
    assert "is deleted" in manoflow("pkg", "delete", package)
    assert package not in manoflow("pkg", "list")
