"""The policy for packages as the settings make it."""

from pathlib import Path

import pytest

from descriptors.package import read_package
from manoflow.domain.errors import InvalidInputError
from manoflow.domain.package_security import DEFAULT_POLICY, SecurityState
from manoflow.runtime.package_policy import PackageSettings
from manoflow.runtime.reading import policy_of, reader
from manoflow.runtime.settings import Settings
from tests.descriptors.building import META, META_PATH, VNFD_PATH
from tests.descriptors.sol004.packaging import packed, probe
from tests.descriptors.sol004.signers import root


def test_the_defaults_are_those_of_the_domain() -> None:
    assert policy_of(PackageSettings()) == DEFAULT_POLICY


def test_the_environment_makes_a_policy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(root().pem)
    monkeypatch.setenv("MANOFLOW_PACKAGES__STRICT", "true")
    monkeypatch.setenv("MANOFLOW_PACKAGES__LENIENT_META_HASHES", "true")
    monkeypatch.setenv("MANOFLOW_PACKAGES__TRUSTED_ROOTS", str(tmp_path / "root.pem"))
    monkeypatch.setenv("MANOFLOW_PACKAGES__ENABLE_STATES", '["VERIFIED"]')
    policy = policy_of(Settings.load().packages)
    assert (policy.strict, policy.lenient_meta_hashes, policy.trusted_roots) == (True, True, (root().pem,))
    assert policy.usable == {SecurityState.VERIFIED}
    ours = Settings.load()
    for name, value in ours.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings.load() == ours


def test_a_package_with_an_invalid_signature_can_never_be_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANOFLOW_PACKAGES__ENABLE_STATES", '["INVALID"]')
    with pytest.raises(InvalidInputError, match=r"cannot use MANOFLOW_PACKAGES__ENABLE_STATES=.*leave INVALID out"):
        Settings.load()


def test_a_state_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANOFLOW_PACKAGES__ENABLE_STATES", '["SIGNED"]')
    with pytest.raises(InvalidInputError, match="cannot use MANOFLOW_PACKAGES__ENABLE_STATES"):
        Settings.load()


def test_the_reader_of_the_processes_keeps_the_policy(tmp_path: Path) -> None:
    package = packed(tmp_path, {META_PATH: META, VNFD_PATH: probe()[VNFD_PATH]})
    assert reader(PackageSettings())(package) == read_package(package)
    with pytest.raises(InvalidInputError, match="the package has no manifest"):
        reader(PackageSettings(strict=True))(package)


def test_roots_that_are_no_certificates_are_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(b"text")
    with pytest.raises(InvalidInputError, match="cannot use the trusted roots: a file holds no certificate"):
        reader(PackageSettings(trusted_roots=tmp_path / "root.pem"))
