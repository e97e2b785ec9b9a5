"""`manoflow vim`: the clouds that VNFs are built in."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer
from rich.markup import escape

from manoflow.domain.errors import InvalidInputError
from manoflow.runtime.cli.command import AsJson, api_of, command, described, listed, out, show
from manoflow.runtime.client import RESERVATIONS, VIMS, Json

app = typer.Typer(help="VIMs: the clouds that VNFs are built in.", no_args_is_help=True)

VimId = Annotated[str, typer.Argument(metavar="ID", help="Id of the VIM.")]
Clouds = Annotated[
    Path | None, typer.Option(help="The clouds.yaml.", show_default="where OpenStack's tools look for it")
]
Interface = Annotated[list[str], typer.Option(metavar="KEY=VALUE", help="Attribute of interfaceInfo; may be repeated.")]

CLOUDS_YAML = (Path("clouds.yaml"), Path("~/.config/openstack/clouds.yaml"), Path("/etc/openstack/clouds.yaml"))
"""Where OpenStack's own tools look for it; the environment variable OS_CLIENT_CONFIG_FILE comes first."""


@app.command()
@command
async def add(  # noqa: PLR0913 - each is an option of the command line
    context: typer.Context,
    *,
    cloud: Annotated[str | None, typer.Option(help="A cloud of a clouds.yaml: an OpenStack.")] = None,
    file: Clouds = None,
    driver: Annotated[str | None, typer.Option(help="Name of the driver, for anything but --cloud.")] = None,
    interface: Interface = [],  # noqa: B006 - Typer reads it and does not change it
    vim_id: Annotated[
        str | None, typer.Option("--id", help="Id for it.", show_default="name of the cloud or driver")
    ] = None,
    default: Annotated[bool, typer.Option("--default", help="Use it where a request names no VIM.")] = False,
    as_json: AsJson = False,
) -> None:
    """Register a VIM. Its credentials are encrypted at rest and never shown again."""
    if (cloud is None) == (driver is None):
        raise InvalidInputError("cannot tell which VIM is meant: give either --cloud or --driver")
    name = vim_id or cloud or driver
    body: Json = {"id": name, "vimId": name, "driver": driver or "openstack", "default": default}
    body |= connection_of_cloud(file, cloud) if cloud else {"interfaceInfo": dict(_pair(one) for one in interface)}
    async with api_of(context) as api:
        vim = (await api.post(VIMS, body)).json()
    show(vim, f"VIM {vim['id']} is registered: `manoflow vim check {vim['id']}` tries it", as_json=as_json)


@app.command("list")
@command
async def list_(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List all VIMs."""
    async with api_of(context) as api:
        vims = await api.get(VIMS)
    columns = {"id": "id", "VIM": "vimId", "driver": "driver", "default": "default"}
    nothing = "no VIM yet: `manoflow vim add --cloud NAME` registers one"
    show(vims, listed(vims, columns, nothing=nothing), as_json=as_json)


@app.command("show")
@command
async def show_(context: typer.Context, vim_id: VimId, *, as_json: AsJson = False) -> None:
    """Show one VIM, without its credentials."""
    async with api_of(context) as api:
        vim = await api.get(f"{VIMS}/{vim_id}")
    fields = {
        "id": "id",
        "VIM": "vimId",
        "driver": "driver",
        "default": "default",
        "interface": "interfaceInfo",
        "extra": "extra",
        "registered": "createdAt",
    }
    show(vim, described(vim, fields), as_json=as_json)


@app.command()
@command
async def modify(  # noqa: PLR0913 - each is an option of the command line
    context: typer.Context,
    vim_id: VimId,
    *,
    cloud: Annotated[str | None, typer.Option(help="Reach it as a cloud of a clouds.yaml says now.")] = None,
    file: Clouds = None,
    interface: Interface = [],  # noqa: B006 - Typer reads it and does not change it
    default: Annotated[
        bool | None, typer.Option("--default/--no-default", help="Use it where a request names no VIM, or no more.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change how a VIM is reached, its credentials, or whether it is the default. Running processes connect anew."""
    patch: Json = {} if default is None else {"default": default}
    if cloud:
        patch |= patch_of_cloud(file, cloud)
    if interface:
        patch["interfaceInfo"] = patch.get("interfaceInfo", {}) | dict(_pair(one) for one in interface)
    if not patch:
        raise InvalidInputError(
            f"cannot tell what is to change of VIM {vim_id}: give --cloud, --interface or --default"
        )
    async with api_of(context) as api:
        vim = (await api.patch(f"{VIMS}/{vim_id}", patch)).json()
    show(vim, f"VIM {escape(vim_id)} is changed: `manoflow vim check {escape(vim_id)}` tries it", as_json=as_json)


@app.command()
@command
async def delete(context: typer.Context, vim_id: VimId) -> None:
    """Forget a VIM that nothing uses, and its credentials."""
    async with api_of(context) as api:
        await api.delete(f"{VIMS}/{vim_id}")
    out.print(f"VIM {escape(vim_id)} is deleted")


@app.command()
@command
async def check(context: typer.Context, vim_id: VimId, *, as_json: AsJson = False) -> None:
    """See that every service of a VIM answers with these credentials."""
    async with api_of(context) as api:
        found = (await api.post(f"{VIMS}/{vim_id}/check")).json()
    show(found, escape(str(found["result"])), as_json=as_json)


@app.command()
@command
async def orphans(context: typer.Context, vim_id: VimId, *, as_json: AsJson = False) -> None:
    """List what bears our tag in a VIM and belongs to no VNF instance. Exit code 1 where there is anything."""
    async with api_of(context) as api:
        found = await api.get(f"{VIMS}/{vim_id}/orphans")
    columns = {"kind": "kind", "id": "vimId", "name": "name", "VNF": "vnfInstanceId", "uid": "uid"}
    show(found, listed(found, columns, nothing="no orphans"), as_json=as_json)
    if found:
        raise typer.Exit(1)


@app.command()
@command
async def reservations(
    context: typer.Context,
    vim_id: Annotated[str | None, typer.Argument(metavar="ID", help="Only those in this VIM.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List what open operations hold back, oldest first: RESERVED is still to be made, USED is made."""
    of_vim = f"?vimConnectionId={quote(vim_id, safe='')}" if vim_id else ""
    async with api_of(context) as api:
        found = await api.get(f"{RESERVATIONS}{of_vim}")
    columns = {
        "VIM": "vimConnectionId",
        "VNF": "vnfInstanceId",
        "operation": "lcmOpOccId",
        "place": "key",
        "state": "state",
        "age (s)": "ageSeconds",
        "amounts": "amounts",
    }
    rows = [{**one, "amounts": _summed_up(one["amounts"])} for one in found]
    show(found, listed(rows, columns, nothing="no open operation holds anything back"), as_json=as_json)


def _summed_up(amounts: Mapping[str, int]) -> str:
    return ", ".join(f"{amount} {measure}" for measure, amount in amounts.items())


def connection_of_cloud(file: Path | None, cloud: str) -> Json:
    """The interfaceInfo and accessInfo of a cloud in a clouds.yaml, found as OpenStack's own tools find it."""
    from manoflow.adapters.vim.openstack import from_clouds_yaml  # noqa: PLC0415 - the SDK is slow to import

    return from_clouds_yaml(file or _clouds_yaml(), cloud)


def patch_of_cloud(file: Path | None, cloud: str) -> Json:
    """The change that makes a VIM be reached as a cloud of a clouds.yaml says, and in no other way."""
    from manoflow.adapters.vim.openstack.credentials import (  # noqa: PLC0415 - the SDK is slow to import
        AUTH,
        INTERFACE,
        REGION,
    )

    found = connection_of_cloud(file, cloud)
    known: dict[str, Iterable[str]] = {"interfaceInfo": INTERFACE, "accessInfo": {*AUTH, REGION}}
    return {"driver": "openstack"} | {part: dict.fromkeys(names) | found[part] for part, names in known.items()}


def _clouds_yaml() -> Path:
    named = os.environ.get("OS_CLIENT_CONFIG_FILE")
    places = [Path(named)] if named else [place.expanduser() for place in CLOUDS_YAML]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        looked = ", ".join(str(place) for place in places)
        raise InvalidInputError(f"cannot find a clouds.yaml (looked for {looked}): name it by --file")
    return found


def _pair(option: str) -> tuple[str, str]:
    key, equals, value = option.partition("=")
    if not key or not equals:
        raise InvalidInputError(f"cannot read --interface {option}: give KEY=VALUE")
    return key, value
