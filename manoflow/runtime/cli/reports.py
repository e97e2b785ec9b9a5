"""`manoflow reports`: operations that are out of order, as the workers' sweep found them."""

import typer

from manoflow.runtime.cli.command import AsJson, api_of, command, listed, show
from manoflow.runtime.client import REPORTS

COLUMNS = {
    "what": "anomaly",
    "operation": "lcmOpOccId",
    "VNF": "vnfInstanceId",
    "since": "since",
    "detail": "detail",
}


@command
async def reports(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List operations that are out of order, and what to do about them."""
    async with api_of(context) as api:
        found = await api.get(REPORTS)
    show(found, listed(found, COLUMNS, nothing="everything is in order"), as_json=as_json)
