"""`manoflow op`: occurrences of lifecycle operations, and the decisions about those that failed (SOL003)."""

from typing import Annotated

import typer

from manoflow.domain.lcm import CancelMode, LcmOperationState, VerdictKind
from manoflow.runtime.cli.command import AsJson, api_of, command, described, listed, out, show
from manoflow.runtime.cli.waiting import details
from manoflow.runtime.cli.watching import follow
from manoflow.runtime.client import OCCURRENCES

app = typer.Typer(help="Operations: what was asked of VNFs and how far it has come.", no_args_is_help=True)

OpId = Annotated[str, typer.Argument(metavar="ID", help="Id of the operation occurrence.")]


@app.command("list")
@command
async def list_(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List all operations."""
    async with api_of(context) as api:
        occurrences = await api.get(OCCURRENCES)
    columns = {
        "id": "id",
        "VNF": "vnfInstanceId",
        "operation": "operation",
        "state": "operationState",
        "since": "stateEnteredTime",
    }
    nothing = "no operation yet: `manoflow vnf instantiate ID` begins one"
    show(occurrences, listed(occurrences, columns, nothing=nothing), as_json=as_json)


@app.command("show")
@command
async def show_(context: typer.Context, op_id: OpId, *, as_json: AsJson = False) -> None:
    """Show one operation."""
    async with api_of(context) as api:
        occurrence = await api.occurrence(op_id)
        waits = await api.waiting_for(op_id)
    fields = {
        "id": "id",
        "VNF": "vnfInstanceId",
        "operation": "operation",
        "state": "operationState",
        "since": "stateEnteredTime",
        "begun": "startTime",
        "error": "error.detail",
        "waiting for": "waitingFor",
    }
    show(occurrence, described({**occurrence, "waitingFor": waits["text"]}, fields), as_json=as_json)


@app.command()
@command
async def waiting(context: typer.Context, op_id: OpId, *, as_json: AsJson = False) -> None:
    """Show what an operation waits for: its pending steps, workers, and what is out of order."""
    async with api_of(context) as api:
        waits = await api.waiting_for(op_id)
    show(waits, details(waits), as_json=as_json)


@app.command()
@command
async def watch(context: typer.Context, op_id: OpId) -> None:
    """Watch an operation until it ends or needs a decision. Exit code 1 where it has failed."""
    async with api_of(context) as api:
        seen = await follow(api, op_id, out)
    if seen["operationState"] in {LcmOperationState.FAILED, LcmOperationState.FAILED_TEMP}:
        raise typer.Exit(1)


@app.command()
@command
async def retry(context: typer.Context, op_id: OpId) -> None:
    """Try again what has failed, and go on."""
    await _decide(context, op_id, VerdictKind.RETRY)


@app.command()
@command
async def rollback(context: typer.Context, op_id: OpId) -> None:
    """Undo what was done, newest first."""
    await _decide(context, op_id, VerdictKind.ROLLBACK)


@app.command()
@command
async def fail(context: typer.Context, op_id: OpId) -> None:
    """Give up: what was made stays, and stays recorded."""
    await _decide(context, op_id, VerdictKind.FAIL)


@app.command()
@command
async def cancel(
    context: typer.Context,
    op_id: OpId,
    *,
    forceful: Annotated[bool, typer.Option("--forceful", help="Stop running steps, too, and do not wait.")] = False,
) -> None:
    """Stop a running operation: no new step begins. It then waits for a decision; untouched, it is rolled back."""
    async with api_of(context) as api:
        await api.cancel(op_id, CancelMode.FORCEFUL if forceful else CancelMode.GRACEFUL)
    out.print("it is asked to stop; `manoflow op watch` tells when it has")


async def _decide(context: typer.Context, op_id: str, verdict: VerdictKind) -> None:
    async with api_of(context) as api:
        await api.decide(op_id, verdict)
        state = (await api.occurrence(op_id))["operationState"]
    out.print(f"{verdict} is taken: the operation is {state}")
