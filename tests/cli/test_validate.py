"""`manoflow pkg validate`: the verdict that onboarding would give, without an API."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from manoflow.runtime.cli.app import app
from tests.descriptors.building import META, META_PATH, VNFD_PATH
from tests.descriptors.sol004.packaging import packed, probe, with_signed_manifest, wrapped
from tests.descriptors.sol004.signers import root, vendor
from tests.packages import EXAMPLES, example_package

IMAGE = "software image manoflow-demo-image is not in the package: it is looked up in the VIM by this name"


def validated(*arguments: str | Path, **environment: str) -> Result:
    return CliRunner().invoke(app, ["pkg", "validate", *map(str, arguments)], env=environment)


@pytest.fixture
def trusted(tmp_path: Path) -> Path:
    folder = tmp_path / "roots"
    folder.mkdir()
    (folder / "root.pem").write_bytes(root().pem)
    (folder / "README").write_text("passed over")
    return folder


@pytest.mark.parametrize("as_folder", [True, False])
def test_a_package_that_would_onboard_is_told_with_all_it_brings(as_folder: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter
    path = EXAMPLES / "single-vdu" if as_folder else example_package("single-vdu", tmp_path)
    result = validated(path)
    assert result.exit_code == 0
    assert result.stderr == f"warning: {IMAGE}\n"
    lines = result.stdout.splitlines()
    assert lines[0].startswith(
        "verdict: onboards: Link Probe 1.0 by Manoflow, VNFD 0c2b4f0e-6a53-4f0d-9b57-5d1a2f6c1001, "
    )
    assert lines[1] == "security: unsigned (it has no signature)"
    assert lines[2] == "image: manoflow-demo-image, not in the package: looked up in the VIM by name"
    assert [line.split(",")[0] for line in lines[3:]] == ["artifact: README.md", "artifact: instantiate.json"]


def test_what_the_artifacts_are_is_told(tmp_path: Path) -> None:
    said = "\nnon_mano_artifact_sets:\n  events:\n    Source: e.yaml\nSource: https://files.example/a.bin\n"
    lines = validated(packed(tmp_path, probe(said=said) | {"e.yaml": "e"})).stdout.splitlines()
    assert lines[-2].startswith("artifact: e.yaml, 1 bytes, SHA-256 3f79bb7b435b05321651daefd374cdc681dc06fa")
    assert lines[-2].endswith(", non-MANO set events")
    assert lines[-1] == "artifact: https://files.example/a.bin, outside the package"


def test_a_package_that_would_be_refused_is_told_with_exit_code_1(tmp_path: Path) -> None:
    result = validated(packed(tmp_path, {META_PATH: META}))
    assert (result.exit_code, result.stdout) == (1, "verdict: refused\n")
    assert result.stderr.startswith(f"cannot read the package: Entry-Definitions of {META_PATH} names {VNFD_PATH}")


def test_strict_refuses_what_is_a_warning_else(tmp_path: Path) -> None:
    package = packed(tmp_path, {META_PATH: META, VNFD_PATH: probe()[VNFD_PATH]})
    assert validated(package).exit_code == 0
    assert validated(package, "--strict").exit_code == 1
    assert validated(package, MANOFLOW_PACKAGES__STRICT="true").exit_code == 1


def test_trusted_roots_verify_a_signature(trusted: Path, tmp_path: Path) -> None:
    package = packed(tmp_path, with_signed_manifest(probe(), vendor()))
    unknown = "security: not verified (signed by CN=Vendor; no trusted roots are configured)"
    assert unknown in validated(package).stdout
    for roots in (trusted, trusted / "root.pem"):
        assert "security: verified (signed by CN=Vendor)" in validated(package, "--trusted-roots", roots).stdout
    by_setting = validated(package, MANOFLOW_PACKAGES__TRUSTED_ROOTS=str(trusted))
    assert "security: verified (signed by CN=Vendor)" in by_setting.stdout


def test_an_invalid_signature_is_told_as_such(tmp_path: Path) -> None:
    inner = packed(tmp_path, probe()).read_bytes()
    result = validated(packed(tmp_path, {"a.csar": inner, "a.cms": "text"}))
    assert (result.exit_code, result.stdout) == (1, "verdict: refused; security: invalid\n")
    answer = json.loads(validated(tmp_path / "package.csar", "--json").stdout)
    assert (answer["onboardingState"], answer["security"]) == ("ERROR", {"state": "INVALID"})
    assert answer["failure"].startswith("cannot read the package: a.cms, the signature of a.csar, cannot be read")


def test_a_package_that_the_policy_would_not_enable_is_told(tmp_path: Path) -> None:
    only = {"MANOFLOW_PACKAGES__ENABLE_STATES": '["VERIFIED"]'}
    objection = "its security state is UNSIGNED (it has no signature) and the policy enables VERIFIED"
    package = packed(tmp_path, probe())
    assert f"it would not be enabled: {objection}" in validated(package, **only).stdout
    assert json.loads(validated(package, "--json", **only).stdout)["notEnabled"] == objection


def test_json_has_what_is_recorded(tmp_path: Path) -> None:
    answer = json.loads(validated(wrapped(tmp_path, probe({"a": "a"}), vendor()), "--json").stdout)
    assert answer["onboardingState"] == "ONBOARDED"
    assert answer["security"]["signer"] == "CN=Vendor"
    assert [artifact["path"] for artifact in answer["artifacts"]] == ["a"]
    assert "vnfd" not in answer


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["gone.csar"], "cannot validate gone.csar: there is no such file or folder"),
        ([EXAMPLES, "--trusted-roots", "gone"], "cannot use the trusted roots: gone cannot be read (No such file"),
        ([EXAMPLES, "--trusted-roots", EXAMPLES], f"cannot use the trusted roots: {EXAMPLES} has no certificates"),
        ([EXAMPLES], f"cannot pack {EXAMPLES}: it has neither"),
    ],
)
def test_what_cannot_be_validated_is_one_sentence(arguments: list[str | Path], problem: str) -> None:
    result = validated(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(problem)
