"""`manoflow vnf scale` and `scale-to-level` (SOL003, ScaleVnfRequest and ScaleVnfToLevelRequest)."""

from typing import Annotated

import typer

from manoflow.domain.errors import InvalidInputError
from manoflow.domain.scale_requests import ScaleType
from manoflow.runtime.cli.beginning import VnfId, Wait, begin
from manoflow.runtime.cli.command import command
from manoflow.runtime.client import Json


@command
async def scale(  # noqa: PLR0913 - each is an option of the command line
    context: typer.Context,
    vnf_id: VnfId,
    *,
    aspect: Annotated[str, typer.Option(help="Id of the scaling aspect.")],
    outwards: Annotated[bool, typer.Option("--out/--in", help="Add VNFCs, or remove the newest.")],
    steps: Annotated[int, typer.Option(min=1, help="How many scaling steps.")] = 1,
    wait: Wait = False,
) -> None:
    """Scale one aspect of a VNF out or in, by steps."""
    way = ScaleType.SCALE_OUT if outwards else ScaleType.SCALE_IN
    await begin(context, vnf_id, "scale", {"type": way, "aspectId": aspect, "numberOfSteps": steps}, wait=wait)


@command
async def scale_to_level(
    context: typer.Context,
    vnf_id: VnfId,
    *,
    level: Annotated[str | None, typer.Option(help="Id of the instantiation level.")] = None,
    scale: Annotated[
        list[str], typer.Option(metavar="ASPECT=LEVEL", help="Scale level of one aspect; may be repeated.")
    ] = [],  # noqa: B006 - Typer reads it and does not change it
    wait: Wait = False,
) -> None:
    """Bring a VNF to an instantiation level, or some of its aspects to scale levels."""
    if (level is None) == (not scale):
        raise InvalidInputError("cannot tell which size is meant: give either --level or --scale")
    body: Json = {"instantiationLevelId": level} if level else {"scaleInfo": [_scale_info(given) for given in scale]}
    await begin(context, vnf_id, "scale_to_level", body, wait=wait)


def _scale_info(given: str) -> Json:
    aspect, _, level = given.rpartition("=")
    if not aspect or not level.isdecimal():
        raise InvalidInputError(f"cannot read --scale {given}: give ASPECT=LEVEL, e.g. workers=2")
    return {"aspectId": aspect, "scaleLevel": int(level)}
