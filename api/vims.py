"""The VIMs that Manoflow may use: our own resource, registered once, named by requests or used as default.

Credentials go in and never come out. What a change may be is in `api.vim_changes`; who uses a VIM, so that it cannot be
deleted, is looked for in the record.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, HTTPException, Path, Response
from pydantic import Field

from api.brought_vims import require_driver, require_public, secrets_of
from api.links import OWN_PREFIX
from api.problems import documented
from api.requests import JSON, MERGE_PATCH, require_merge_patch
from api.services import Injected, Services
from api.vim_changes import VimPatch, changed, default_of
from manoflow.domain.base import Model, Moment
from manoflow.domain.cloud import Tagged
from manoflow.domain.errors import InvalidInputError, PermanentError
from manoflow.domain.vim import Vim, VimConnection, driver_of, vim_type_of

router = APIRouter(
    prefix=f"{OWN_PREFIX}/vims",
    tags=["Manoflow: VIMs"],
    dependencies=list(JSON),
    responses=documented(400, 404, 409, 415, 422, 502, 503),
)

INDIVIDUAL = "/{vimConnectionId:path}"
"""Ids of connections that a request brought along have a slash in them."""


class RegisterVimRequest(Model):
    """A VIM to be registered. Its driver is named by `driver` or by ETSI's `vimType`."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")
    vim_id: str | None = None
    driver: str | None = None
    vim_type: str | None = None
    default: bool = False
    interface_info: dict[str, Any] = Field(default_factory=dict)
    access_info: dict[str, Any] = Field(default_factory=dict)
    extra: dict[str, Any] = Field(default_factory=dict)


class VimView(Model):
    """A registered VIM."""

    id: str
    vim_id: str
    driver: str
    vim_type: str
    default: bool
    interface_info: dict[str, Any]
    extra: dict[str, Any]
    created_at: Moment


class VimCheck(Model):
    """What a VIM answered."""

    vim_connection_id: str
    result: str


class Orphan(Tagged):
    """Something in a VIM that bears our tag and is not in the record."""

    open_lcm_op_occ_id: UUID | None = None
    """The operation that works on its VNF just now: then it may be about to be recorded, or about to go."""


VimConnectionId = Annotated[str, Path(alias="vimConnectionId")]


async def existing_vim(vim_connection_id: VimConnectionId, services: Injected) -> Vim:
    """The VIM that a path names."""
    return await services.records.vim(vim_connection_id)


ExistingVim = Annotated[Vim, Depends(existing_vim)]


@router.post("", status_code=201, summary="Register a VIM")
async def register(asked: RegisterVimRequest, services: Injected, response: Response) -> VimView:
    """Keep how it is reached. Nothing is asked of the VIM yet: that is what ``/check`` is for.

    A new default takes the place of the last.
    """
    connection = _connection(asked, services)
    vim = Vim(
        id=connection.id,
        vim_id=connection.vim_id,
        driver=connection.driver,
        default=asked.default,
        interface_info=connection.interface_info,
        extra=connection.extra,
        created_at=datetime.now(UTC),
    )
    await services.records.add_vim(vim, connection)
    response.headers["Location"] = services.links.vim(vim.id)
    return _view(vim)


@router.get("", summary="List the VIMs")
async def read_all(services: Injected) -> Sequence[VimView]:
    """All VIMs, also those that requests brought along."""
    return [_view(vim) for vim in await services.records.vims()]


@router.post(f"{INDIVIDUAL}/check", summary="Ask a VIM whether it can be used")
async def check(vim: ExistingVim, services: Injected) -> VimCheck:
    """Reach every service that the driver needs. 502: the VIM refuses us; 503: it does not answer."""
    with refusals_of_the_vim():
        result = await (await services.vims.driver(vim.id)).check()
    return VimCheck(vim_connection_id=vim.id, result=result)


@router.get(f"{INDIVIDUAL}/orphans", response_model_exclude_none=True, summary="What nobody owns in a VIM")
async def orphans(vim: ExistingVim, services: Injected) -> Sequence[Orphan]:
    """Everything in the VIM that bears our tag and that no record has."""
    with refusals_of_the_vim():
        tagged = await (await services.vims.driver(vim.id)).tagged()
    recorded = await services.records.recorded_uids(vim.id)
    unknown = [thing for thing in tagged if thing.uid not in recorded]
    working = await _open_occurrences(services, {thing.vnf_instance_id for thing in unknown})
    return [
        Orphan(**thing.model_dump(by_alias=False), open_lcm_op_occ_id=working.get(thing.vnf_instance_id))
        for thing in unknown
    ]


@router.get(INDIVIDUAL, summary="Read a VIM")
async def read(vim: ExistingVim) -> VimView:
    """One VIM, without credentials."""
    return _view(vim)


@router.patch(INDIVIDUAL, dependencies=[Depends(require_merge_patch)], summary="Change a VIM")
async def change(
    asked: Annotated[VimPatch, Body(media_type=MERGE_PATCH)],
    vim_connection_id: VimConnectionId,
    services: Injected,
) -> VimView:
    """Change how it is reached, by whom, or whether it is the default: every process connects anew at its next call.

    409 where driver or vimId change, which say what cloud it is, and somebody uses it. Nothing is asked of the VIM yet.
    """
    vim = await services.records.change_vim(
        vim_connection_id,
        lambda connection: changed(connection, asked, services.drivers),
        default=default_of(vim_connection_id, asked),
    )
    return _view(vim)


@router.delete(INDIVIDUAL, status_code=204, summary="Delete a VIM")
async def delete(vim_connection_id: VimConnectionId, services: Injected) -> None:
    """Forget it and its credentials. Where it was the default there is none then.

    409 names the VNF instances and the open operations that use it.
    """
    await services.records.delete_vim(vim_connection_id)


@contextmanager
def refusals_of_the_vim() -> Iterator[None]:
    """What a VIM refuses is no fault of the request: 502."""
    try:
        yield
    except PermanentError as error:
        raise HTTPException(502, error.message) from error


def _connection(asked: RegisterVimRequest, services: Services) -> VimConnection:
    what = f"VIM {asked.id}"
    named = {driver for driver in (asked.driver, driver_of(asked.vim_type or "")) if driver}
    if len(named) != 1:
        said = "driver and vimType name different drivers" if named else "driver or vimType is needed"
        message = f"cannot register {what}: {said}"
        raise InvalidInputError(message)
    driver = named.pop()
    require_driver(driver, services.drivers, what)
    require_public(what, interfaceInfo=asked.interface_info, extra=asked.extra)
    return VimConnection(
        id=asked.id,
        vim_id=asked.vim_id or asked.id,
        driver=driver,
        interface_info=asked.interface_info,
        access_info=secrets_of(asked.access_info, what),
        extra=asked.extra,
    )


async def _open_occurrences(services: Services, instances: set[UUID | None]) -> dict[UUID | None, UUID]:
    return {
        instance: occurrence.id
        for instance in instances
        if instance is not None
        for occurrence in await services.records.occurrences(instance)
        if occurrence.is_open
    }


def _view(vim: Vim) -> VimView:
    return VimView(
        id=vim.id,
        vim_id=vim.vim_id,
        driver=vim.driver,
        vim_type=vim_type_of(vim.driver),
        default=vim.default,
        interface_info=vim.interface_info,
        extra=vim.extra,
        created_at=vim.created_at,
    )
