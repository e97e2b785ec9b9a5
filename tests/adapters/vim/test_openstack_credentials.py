"""A VIM connection becomes the SDK's connection, and a cloud of a clouds.yaml becomes a VIM connection."""

from pathlib import Path

import pytest
from keystoneauth1.identity import Password, v3
from pydantic import SecretStr

from manoflow.adapters.vim.openstack import connect, from_clouds_yaml
from manoflow.adapters.vim.openstack.credentials import sdk_connection
from manoflow.domain.errors import InvalidInputError, UnreachableError
from manoflow.domain.vim import VimConnection

NOBODY_LISTENS = "http://127.0.0.1:9/v3"

CLOUDS = """
clouds:
  edge:
    auth:
      auth_url: https://keystone.example/v3
      username: manoflow
      password: secret
      project_name: nfv
      user_domain_name: Operators
      project_domain_id: default
    region_name: north
    cacert: /etc/ssl/edge.pem
    interface: internal
  core:
    auth_type: v3applicationcredential
    auth:
      auth_url: https://core.example/v3
      application_credential_id: 5f5c
    verify: false
"""


def _connection(access: dict[str, str], **interface: object) -> VimConnection:
    return VimConnection(
        id="vim-1",
        vim_id="edge",
        driver="openstack",
        interface_info={"endpoint": NOBODY_LISTENS, **interface},
        access_info={name: SecretStr(value) for name, value in access.items()},
    )


def _member(**more: str) -> dict[str, str]:
    return {"username": "u", "password": "p", "project": "nfv", **more}


def test_a_password_logs_in_with_the_default_domains() -> None:
    login = sdk_connection(_connection(_member())).session.auth

    assert isinstance(login, Password)
    assert (login._user_domain_name, login._project_domain_name) == ("Default", "Default")


def test_a_domain_given_by_its_id_gets_no_name_beside_it() -> None:
    login = sdk_connection(_connection(_member(userDomainId="d1"))).session.auth

    assert isinstance(login, Password)
    assert (login._user_domain_id, login._user_domain_name) == ("d1", None)


def test_an_application_credential_needs_neither_user_nor_project() -> None:
    access = {"applicationCredentialId": "i", "applicationCredentialSecret": "s"}

    assert isinstance(sdk_connection(_connection(access)).session.auth, v3.ApplicationCredential)


@pytest.mark.parametrize(
    ("interface", "verify"),
    [
        ({}, True),
        ({"caFile": "/ca.pem"}, "/ca.pem"),
        ({"caFile": "/ca.pem", "skipCertificateVerification": True}, False),
    ],
)
def test_certificates_are_verified_unless_told_otherwise(interface: dict[str, object], verify: object) -> None:
    assert sdk_connection(_connection(_member(), **interface)).session.verify == verify


@pytest.mark.parametrize("region", [{"access": "north"}, {"interface": "north"}])
def test_the_region_is_taken_from_either_place(region: dict[str, str]) -> None:
    access = _member(region=region["access"]) if "access" in region else _member()
    interface = {"region": region["interface"]} if "interface" in region else {}

    assert sdk_connection(_connection(access, **interface)).config.region_name == "north"


@pytest.mark.parametrize(
    ("access", "interface", "named"),
    [
        (_member(pasword="x"), {}, "pasword"),
        (_member(), {"skipCertificateVerificaton": True}, "skipCertificateVerificaton"),
        ({"username": "u", "password": "p"}, {}, "no project"),
        ({"password": "p", "project": "nfv"}, {}, "no user"),
        ({"username": "u", "project": "nfv"}, {}, "no password"),
    ],
)
async def test_what_is_unknown_or_missing_is_named(
    access: dict[str, str], interface: dict[str, object], named: str
) -> None:
    with pytest.raises(InvalidInputError, match=f"^cannot use VIM connection vim-1: .*{named}"):
        await connect(_connection(access, **interface))


async def test_a_connection_without_an_endpoint_is_refused() -> None:
    nowhere = _connection(_member()).model_copy(update={"interface_info": {}})

    with pytest.raises(InvalidInputError, match="endpoint"):
        await connect(nowhere)


async def test_a_cloud_that_does_not_answer_is_a_temporary_error() -> None:
    driver = await connect(_connection(_member()))

    with pytest.raises(UnreachableError, match=r"^cannot log in to VIM edge: "):
        await driver.check()

    await driver.close()


def test_a_password_cloud_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "clouds.yaml").write_text(CLOUDS)

    found = from_clouds_yaml(tmp_path / "clouds.yaml", "edge")

    assert found["interfaceInfo"] == {
        "endpoint": "https://keystone.example/v3",
        "caFile": "/etc/ssl/edge.pem",
        "endpointInterface": "internal",
        "region": "north",
    }
    assert found["accessInfo"] == {
        "username": "manoflow",
        "password": "secret",
        "project": "nfv",
        "userDomain": "Operators",
        "projectDomainId": "default",
    }


def test_an_application_credential_may_have_its_secret_in_the_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "clouds.yaml").write_text(CLOUDS)
    secret = "{clouds: {core: {auth: {application_credential_secret: s}}}}"
    (tmp_path / "secure.yaml").write_text(secret)

    found = from_clouds_yaml(tmp_path / "clouds.yaml", "core")

    assert found["accessInfo"] == {"applicationCredentialId": "5f5c", "applicationCredentialSecret": "s"}
    assert found["interfaceInfo"]["skipCertificateVerification"] is True


def test_a_cloud_or_file_that_is_not_there_is_named_with_what_is(tmp_path: Path) -> None:
    file = tmp_path / "clouds.yaml"
    with pytest.raises(InvalidInputError, match="no such file"):
        from_clouds_yaml(file, "edge")
    file.write_text(CLOUDS)
    with pytest.raises(InvalidInputError, match=r"^cannot find cloud west .* core, edge$"):
        from_clouds_yaml(file, "west")
