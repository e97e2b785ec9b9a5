"""A VIM connection in the SDK's words, and a cloud of a clouds.yaml in ours.

The keys are those that ETSI registers for Keystone v3 (``ETSINFV.OPENSTACK_KEYSTONE.V_3``), with application
credentials, ids in place of names, a CA file and the kind of endpoint added. A key that is not known is refused by
name: a misspelt ``skipCertificateVerification`` must not pass unseen.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from keystoneauth1.identity import Password, v3
from keystoneauth1.plugin import BaseAuthPlugin
from keystoneauth1.session import Session
from openstack.config import OpenStackConfig
from openstack.connection import Connection

from manoflow.domain.errors import InvalidInputError
from manoflow.domain.vim import VimConnection

AUTH = {
    "username": "username",
    "userId": "user_id",
    "password": "password",
    "userDomain": "user_domain_name",
    "userDomainId": "user_domain_id",
    "project": "project_name",
    "projectId": "project_id",
    "projectDomain": "project_domain_name",
    "projectDomainId": "project_domain_id",
    "applicationCredentialId": "application_credential_id",
    "applicationCredentialName": "application_credential_name",
    "applicationCredentialSecret": "application_credential_secret",
}
"""Keys of accessInfo, and what Keystone's plugins call them."""

REGION = "region"
"""In accessInfo by ETSI's registry; taken from interfaceInfo as well."""

INTERFACE = frozenset({"endpoint", "caFile", "skipCertificateVerification", "endpointInterface", REGION})
"""Keys of interfaceInfo: Keystone's URL, a PEM file, true or false, and public, internal or admin."""

DEFAULT_DOMAIN = "Default"


CALL_TIMEOUT = 60
"""Seconds after which a call without an answer is given up, unless `extra` says otherwise as ``callTimeout``."""


def sdk_connection(connection: VimConnection) -> Connection:
    """The SDK's connection; it logs in at its first call, and reads neither clouds.yaml nor environment.

    Raises `InvalidInputError` naming what is unknown or missing.
    """
    at = connection.interface_info
    access = {name: secret.get_secret_value() for name, secret in connection.access_info.items()}
    _refuse_unknown(connection, "interfaceInfo", at, INTERFACE)
    _refuse_unknown(connection, "accessInfo", access, {*AUTH, REGION})
    if "endpoint" not in at:
        raise InvalidInputError(f"cannot use VIM connection {connection.id}: interfaceInfo lacks 'endpoint'")
    auth = {AUTH[name]: value for name, value in access.items() if name in AUTH}
    trusted: str | bool = at.get("caFile") or True
    session = Session(
        auth=_login(connection, auth, str(at["endpoint"])),
        verify=False if at.get("skipCertificateVerification") else trusted,
        timeout=float(connection.extra.get("callTimeout", CALL_TIMEOUT)),
    )
    return Connection(
        session=session,
        region_name=access.get(REGION) or at.get(REGION),
        interface=at.get("endpointInterface", "public"),
        app_name="manoflow",
    )


def _login(connection: VimConnection, auth: dict[str, Any], endpoint: str) -> BaseAuthPlugin:
    if "application_credential_secret" in auth:
        return v3.ApplicationCredential(endpoint, **auth)
    for who in ("user", "project"):
        named = {f"{who}name", f"{who}_name"} & auth.keys()
        if not named and f"{who}_id" not in auth:
            raise InvalidInputError(f"cannot use VIM connection {connection.id}: accessInfo names no {who}")
        if named and f"{who}_domain_id" not in auth:
            auth.setdefault(f"{who}_domain_name", DEFAULT_DOMAIN)
    if "password" not in auth:
        raise InvalidInputError(f"cannot use VIM connection {connection.id}: accessInfo has no password")
    return Password(endpoint, **auth)


def _refuse_unknown(connection: VimConnection, where: str, given: Mapping[str, object], known: Iterable[str]) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise InvalidInputError(
            f"cannot use VIM connection {connection.id}: {where} has {', '.join(unknown)}; known are "
            f"{', '.join(sorted(known))}"
        )


def from_clouds_yaml(path: Path, cloud: str) -> dict[str, dict[str, Any]]:
    """The interfaceInfo and accessInfo of a cloud that a clouds.yaml describes (a secure.yaml beside it is read too).

    Raises `InvalidInputError` where the file or the cloud does not exist.
    """
    if not path.is_file():
        raise InvalidInputError(f"cannot read {path}: there is no such file")
    secure = [str(beside) for beside in [path.with_name("secure.yaml")] if beside.is_file()]
    config = OpenStackConfig(config_files=[str(path)], secure_files=secure, vendor_files=[], load_envvars=False)
    if cloud not in config.get_cloud_names():
        known = ", ".join(sorted(config.get_cloud_names())) or "none"
        raise InvalidInputError(f"cannot find cloud {cloud} in {path}: it has {known}")
    found = config.get_one(cloud, validate=False).config
    auth = found["auth"]
    interface = {
        "endpoint": auth.get("auth_url"),
        "caFile": found.get("cacert"),
        "skipCertificateVerification": None if found.get("verify", True) else True,
        "endpointInterface": found.get("interface"),
        REGION: found.get("region_name"),
    }
    access = {name: auth.get(keystone_name) for name, keystone_name in AUTH.items()}
    return {"interfaceInfo": _without_none(interface), "accessInfo": _without_none(access)}


def _without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
