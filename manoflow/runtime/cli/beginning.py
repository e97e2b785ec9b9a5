"""How commands of `manoflow vnf` begin an operation, and watch it where that is asked for."""

from typing import Annotated

import typer

from manoflow.domain.lcm import LcmOperationState
from manoflow.runtime.cli.command import api_of, out
from manoflow.runtime.cli.watching import follow
from manoflow.runtime.client import Api, Json

VnfId = Annotated[str, typer.Argument(metavar="ID", help="Id of the VNF instance.")]
Wait = Annotated[bool, typer.Option("--wait", help="Watch the operation until it ends or needs a decision.")]


async def begin(context: typer.Context, vnf_id: str, operation: str, body: Json, *, wait: bool) -> None:
    """Ask for an operation on a VNF instance."""
    async with api_of(context) as api:
        await watch(api, await api.begin(vnf_id, operation, body), operation, wait=wait)


async def watch(api: Api, lcm_op_occ_id: str, operation: str, *, wait: bool) -> None:
    """Say that an operation has begun, or watch it. One that does not complete is exit code 1."""
    if not wait:
        out.print(f"{operation} has begun: `manoflow op watch {lcm_op_occ_id}`")
        return
    ended = await follow(api, lcm_op_occ_id, out)
    if ended["operationState"] != LcmOperationState.COMPLETED:
        raise typer.Exit(1)
