"""`manoflow plan`, and `manoflow vnf plan` which makes one: what an operation would do, before it begins."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from manoflow.runtime.cli.beginning import VnfId, Wait, watch
from manoflow.runtime.cli.bodies import body_in, setting
from manoflow.runtime.cli.command import AsJson, api_of, command, show
from manoflow.runtime.client import PLANS, Json

app = typer.Typer(help="Plans: what operations would do.", no_args_is_help=True)

PlanId = Annotated[str, typer.Argument(metavar="ID", help="Id of the plan.")]

NAMES = {"MODIFY": "MODIFY_INFO"}
"""Operations that the command line names otherwise than ETSI."""


@command
async def plan(  # noqa: PLR0913 - each is an option of the command line
    context: typer.Context,
    vnf_id: VnfId,
    operation: Annotated[str, typer.Argument(help="instantiate, scale, scale-to-level, heal, operate, terminate, ...")],
    *,
    request: Annotated[
        Path | None, typer.Option(help="File with the body of the operation's request (JSON); - is stdin.")
    ] = None,
    set_: Annotated[
        list[str],
        typer.Option("--set", metavar="NAME=VALUE", help="An attribute of it, text or JSON; may be repeated."),
    ] = [],  # noqa: B006 - Typer reads it and does not change it
    execute: Annotated[bool, typer.Option("--execute", help="Ask, and let it begin.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    wait: Wait = False,
    as_json: AsJson = False,
) -> None:
    """Show what an operation on a VNF would do: changes in their order, grant, disruption, ways back."""
    body = (body_in(request) if request else {}) | dict(map(setting, set_))
    wanted = operation.upper().replace("-", "_")
    async with api_of(context) as api:
        planned = await api.plan(vnf_id, NAMES.get(wanted, wanted), body)
        show(planned, rendered(planned), as_json=as_json)
        if execute and (yes or typer.confirm("Execute it?")):
            await watch(api, await api.execute(planned["id"]), operation, wait=wait)


@app.command("show")
@command
async def show_(context: typer.Context, plan_id: PlanId, *, as_json: AsJson = False) -> None:
    """Show a plan again."""
    async with api_of(context) as api:
        planned = await api.get(f"{PLANS}/{plan_id}")
    show(planned, rendered(planned), as_json=as_json)


@app.command()
@command
async def execute(context: typer.Context, plan_id: PlanId, *, wait: Wait = False) -> None:
    """Let what was planned begin, if the world is still the one that it was planned for."""
    async with api_of(context) as api:
        await watch(api, await api.execute(plan_id), f"plan {plan_id}", wait=wait)


def rendered(planned: Json) -> RenderableType:
    """A plan as people decide on it."""
    return Group(_head(planned), "", _changes(planned), "", *_judged(planned), "", _end(planned))


def _head(planned: Json) -> str:
    made = f"made {planned['createdAt']}, expires {planned['expiresAt']}"
    return f"[bold]{planned['operation']}[/bold] of VNF instance {planned['vnfInstanceId']} [dim]({made})[/dim]"


def _changes(planned: Json) -> RenderableType:
    said = planned["modification"]
    if not planned["stages"]:
        told = [f"{escape(name)} becomes {escape(str(value))}" for name, value in said.items()]
        return "\n".join(told) or "Nothing is to be done."
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("", "stage", "place", "name", "undo"):
        table.add_column(title, overflow="fold")
    for number, stage in enumerate(planned["stages"], 1):
        first = [str(number), stage["name"]]
        for change in stage["changes"] or [{}]:
            table.add_row(*first, escape(change.get("key", "")), escape(_name(change)), change.get("undoClass", ""))
            first = ["", ""]
    return table


def _name(change: Json) -> str:
    name = str(change.get("name", ""))
    if "replaces" in change:
        return f"{name} (replaces {change['replaces']})"
    return f"{name} ({change['power']})" if "power" in change else name


def _judged(planned: Json) -> Iterator[str]:
    grant = planned.get("grant")
    if grant is None:
        yield "[bold]Grant:[/bold] none is needed"
    elif grant["fits"]:
        yield f"[bold]Grant:[/bold] [green]it fits[/green] into VIM {escape(grant['vimConnectionId'])}"
    else:
        yield f"[bold]Grant:[/bold] [red]it would be refused[/red]: {escape(grant['reason'])}"
    for title, chosen in (("flavor", "flavors"), ("image", "images"), ("zone", "zones")):
        for what, which in (grant or {}).get(chosen, {}).items():
            yield f"  {title} of {escape(what)}: {escape(which)}"
    yield from _disrupted(planned["disruption"])
    end = planned.get("pointOfNoReturn")
    yield f"[bold]Way back:[/bold] {f'[yellow]none[/yellow] from stage {end!r} on' if end else 'from everywhere'}"
    for warning in [*planned["warnings"], *(grant or {}).get("warnings", [])]:
        yield f"[yellow]warning:[/yellow] {escape(warning)}"


def _disrupted(disruption: Json) -> Iterator[str]:
    vnfcs = disruption["vnfcs"]
    if not vnfcs:
        yield "[bold]Disruption:[/bold] none"
        return
    yield f"[bold]Disruption:[/bold] at worst {disruption['atOnce']} of {disruption['running']} VNFCs do not run"
    for vnfc in vnfcs:
        yield f"  {escape(vnfc['key'])} ({vnfc['vnfcInstanceId']}): {vnfc['effect']}"


def _end(planned: Json) -> str:
    if "lcmOpOccId" in planned:
        return f"It was executed: `manoflow op show {planned['lcmOpOccId']}`"
    return f"[dim]`manoflow plan execute {planned['id']}` lets it begin[/dim]"
