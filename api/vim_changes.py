"""Changing a registered VIM: the merge patch of `api.vims`, held against the connection as it is.

Credentials are merged like everything else, by name: what is not named stays, null removes. Nothing of them is shown.
"""

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import SecretStr

from api.brought_vims import require_driver, require_public, secrets_of
from manoflow.domain.errors import InvalidInputError
from manoflow.domain.merge_patch import MergePatch, merged
from manoflow.domain.vim import VimConnection, driver_of


class VimPatch(MergePatch):
    """What changes of a registered VIM; null takes it away."""

    id: str | None = None
    """Known in order to be refused: resources are recorded under it."""
    vim_id: str | None = None
    driver: str | None = None
    vim_type: str | None = None
    default: bool | None = None
    interface_info: dict[str, Any] | None = None
    access_info: dict[str, Any] | None = None
    extra: dict[str, Any] | None = None


def default_of(vim_connection_id: str, asked: VimPatch) -> bool | None:
    """Whether it is to be the default, or no more; None where nothing is said of it."""
    if "default" not in asked.model_fields_set:
        return None
    if asked.default and "/" in vim_connection_id:
        message = (
            f"cannot make VIM {vim_connection_id} the default: a request brought it along for its VNF instance alone; "
            "register it under an id of its own"
        )
        raise InvalidInputError(message)
    return bool(asked.default)


def changed(connection: VimConnection, asked: VimPatch, drivers: Collection[str]) -> VimConnection:
    """The connection with what is asked for. `InvalidInputError` names what cannot be."""
    what = f"VIM {connection.id}"
    if "id" in asked.model_fields_set and asked.id != connection.id:
        message = f"cannot change the id of {what}: resources are recorded under it; register a second connection"
        raise InvalidInputError(message)
    changes: dict[str, Any] = {
        name: _merged(getattr(connection, name), getattr(asked, name))
        for name in asked.model_fields_set & {"interface_info", "extra"}
    }
    if "access_info" in asked.model_fields_set:
        changes["access_info"] = _credentials(connection, asked.access_info, what)
    if "vim_id" in asked.model_fields_set:
        changes["vim_id"] = asked.vim_id or connection.id
    after = connection.model_copy(update={**changes, "driver": _driver(connection, asked)})
    require_driver(after.driver, drivers, what)
    require_public(what, interfaceInfo=after.interface_info, extra=after.extra)
    return after


def _merged(before: Mapping[str, Any], patch: Mapping[str, Any] | None) -> dict[str, Any]:
    return {} if patch is None else merged(before, patch)


def _credentials(connection: VimConnection, patch: Mapping[str, Any] | None, what: str) -> dict[str, SecretStr]:
    if patch is None:
        return {}
    kept = {name: secret for name, secret in connection.access_info.items() if name not in patch}
    return {**kept, **secrets_of(patch, what)}


def _driver(connection: VimConnection, asked: VimPatch) -> str:
    """As `driver` or `vimType` names it."""
    named = {driver_of(getattr(asked, name) or "") for name in asked.model_fields_set & {"driver", "vim_type"}} or {
        connection.driver
    }
    if len(named) > 1 or not all(named):
        message = f"cannot change VIM {connection.id}: driver and vimType are to name one driver, either or both"
        raise InvalidInputError(message)
    return named.pop()
