"""`manoflow vnf drift`: what is there of a VNF, held against what is recorded of it."""

import json

import typer
from rich.console import Group, RenderableType
from rich.markup import escape

from manoflow.runtime.cli.beginning import VnfId
from manoflow.runtime.cli.command import AsJson, api_of, command, listed, show
from manoflow.runtime.client import DRIFT, Json

COLUMNS = {"drift": "drift", "place": "key", "name": "name", "in the VIM": "vimId", "how": "how"}


@command
async def drift(context: typer.Context, vnf_id: VnfId, *, as_json: AsJson = False) -> None:
    """Compare what is there of a VNF with what is recorded. It only looks. Exit code 1: there is a difference."""
    async with api_of(context) as api:
        found: Json = await api.get(DRIFT.format(vnf_instance_id=vnf_id))
    show(found, _rendered(vnf_id, found), as_json=as_json)
    if found["drifted"]:
        raise typer.Exit(1)


def _rendered(vnf_id: str, found: Json) -> RenderableType:
    rows = [{"key": "", **one, "how": _how(one)} for one in found["drifted"]]
    table = listed(rows, COLUMNS, nothing="no drift: what is there is what is recorded")
    return Group(table, *_ways_out(vnf_id, found)) if rows else table


def _how(one: Json) -> str:
    told = [f"{each['attribute']} is {each['observed']}, recorded {each['recorded']}" for each in one["differences"]]
    return "; ".join(told)


def _ways_out(vnf_id: str, found: Json) -> list[str]:
    left = [one for one in found["drifted"] if not one["healed"]]
    ways = []
    if "heal" in found:
        settings = " ".join(f"--set {name}={json.dumps(value)}" for name, value in found["heal"].items())
        ways.append(f"a heal mends {len(found['drifted']) - len(left)}: `manoflow vnf plan {vnf_id} heal {settings}`")
    if left:
        ways.append(f"no heal mends {len(left)}: settle that in the VIM")
    return ["", *(escape(way) for way in ways)]
