"""`manoflow vnf start` and `stop` (SOL003, OperateVnfRequest), and how gracefully something is stopped."""

from typing import Annotated

import typer

from manoflow.domain.errors import InvalidInputError
from manoflow.runtime.cli.beginning import VnfId, Wait, begin
from manoflow.runtime.cli.command import command
from manoflow.runtime.client import Json

Vnfcs = Annotated[
    list[str], typer.Option("--vnfc", metavar="ID", help="This VNFC alone, by its id of vnfcInfo; may be repeated.")
]
Graceful = Annotated[bool, typer.Option("--graceful/--forceful", help="Let VNFCs end by themselves first.")]
Timeout = Annotated[
    int | None, typer.Option("--timeout", metavar="SECONDS", min=0, help="How long --graceful waits for that.")
]


@command
async def start(
    context: typer.Context,
    vnf_id: VnfId,
    *,
    vnfc: Vnfcs = [],  # noqa: B006 - Typer reads it and does not change it
    wait: Wait = False,
) -> None:
    """Start a VNF, or some of its VNFCs."""
    await begin(context, vnf_id, "operate", _chosen(vnfc) | {"changeStateTo": "STARTED"}, wait=wait)


@command
async def stop(  # noqa: PLR0913 - each is an option of the command line
    context: typer.Context,
    vnf_id: VnfId,
    *,
    vnfc: Vnfcs = [],  # noqa: B006 - Typer reads it and does not change it
    graceful: Graceful = False,
    within: Timeout = None,
    wait: Wait = False,
) -> None:
    """Stop a VNF, or some of its VNFCs. They stay, and can be started again."""
    body = how("stopType", graceful=graceful) | seconds("gracefulStopTimeout", within, graceful=graceful)
    await begin(context, vnf_id, "operate", _chosen(vnfc) | {"changeStateTo": "STOPPED"} | body, wait=wait)


def how(attribute: str, *, graceful: bool) -> Json:
    """The attribute that says how gracefully."""
    return {attribute: "GRACEFUL" if graceful else "FORCEFUL"}


def seconds(attribute: str, within: int | None, *, graceful: bool) -> Json:
    """The attribute that says how long, where it is given."""
    if within is not None and not graceful:
        raise InvalidInputError("cannot use --timeout without --graceful: what is stopped by force has no time")
    return {} if within is None else {attribute: within}


def _chosen(vnfcs: list[str]) -> Json:
    return {"vnfcInstanceId": vnfcs} if vnfcs else {}
