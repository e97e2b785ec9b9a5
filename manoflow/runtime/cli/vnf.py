"""`manoflow vnf`: VNF instances and the operations on them (SOL003)."""

from pathlib import Path
from typing import Annotated

import typer

from manoflow.domain.errors import InvalidInputError
from manoflow.runtime.cli import drifting, operating, plan, scaling
from manoflow.runtime.cli.beginning import VnfId, Wait, begin, watch
from manoflow.runtime.cli.bodies import NamedValues, body_in, setting
from manoflow.runtime.cli.command import AsJson, api_of, command, described, listed, out, show
from manoflow.runtime.cli.operating import Graceful, Timeout, how, seconds
from manoflow.runtime.client import INSTANCES, PACKAGES, Api, Json

app = typer.Typer(help="VNF instances.", no_args_is_help=True)
app.command()(operating.start)
app.command()(operating.stop)
app.command()(scaling.scale)
app.command("scale-to-level")(scaling.scale_to_level)
app.command("plan")(plan.plan)
app.command()(drifting.drift)

DYNAMIC = {
    "layerProtocol": "IP_OVER_ETHERNET",
    "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "numDynamicAddresses": 1}]},
}


@app.command()
@command
async def create(
    context: typer.Context,
    *,
    vnfd: Annotated[str | None, typer.Option(help="Id of the VNFD.")] = None,
    package: Annotated[str | None, typer.Option(help="Id of the package that holds the VNFD.")] = None,
    name: Annotated[str | None, typer.Option(help="Names of its resources begin with it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Create the identifier of a VNF instance: nothing is built yet."""
    if (vnfd is None) == (package is None):
        raise InvalidInputError("cannot tell which VNFD is meant: give either --vnfd or --package")
    async with api_of(context) as api:
        request = {"vnfdId": vnfd or await _vnfd_of(api, str(package)), "vnfInstanceName": name}
        made = (await api.post(INSTANCES, {key: value for key, value in request.items() if value})).json()
    show(made, str(made["id"]), as_json=as_json)


@app.command()
@command
async def instantiate(  # noqa: PLR0913 - each is an option of the command line
    context: typer.Context,
    vnf_id: VnfId,
    *,
    flavour: Annotated[str | None, typer.Option(help="Id of the deployment flavour.")] = None,
    level: Annotated[str | None, typer.Option(help="Id of the instantiation level.")] = None,
    ext_net: Annotated[
        list[str], typer.Option(metavar="CPD=NETWORK", help="Connect an external CP; may be repeated.")
    ] = [],  # noqa: B006 - Typer reads it and does not change it
    vim: Annotated[str | None, typer.Option(help="Id of the VIM; the default one if not given.")] = None,
    request: Annotated[
        Path | None, typer.Option(help="File with an InstantiateVnfRequest (JSON); options are put into it.")
    ] = None,
    wait: Wait = False,
) -> None:
    """Build a VNF: every server, network, port and volume of the chosen flavour."""
    body = body_in(request) if request else {}
    body |= {
        key: value for key, value in (("flavourId", flavour), ("instantiationLevelId", level)) if value is not None
    }
    if ext_net:
        body["extVirtualLinks"] = ext_virtual_links(ext_net)
    if vim:
        body["vimConnectionInfo"] = {vim: {"vimId": vim}}
    await begin(context, vnf_id, "instantiate", body, wait=wait)


@app.command()
@command
async def modify(  # noqa: PLR0913 - each is an option of the command line
    context: typer.Context,
    vnf_id: VnfId,
    *,
    name: Annotated[str | None, typer.Option(help="Its new name.")] = None,
    description: Annotated[str | None, typer.Option(help="Its new description.")] = None,
    vnfd: Annotated[str | None, typer.Option(help="Id of another VNFD, while it is not instantiated.")] = None,
    metadata: NamedValues = [],  # noqa: B006 - Typer reads it and does not change it
    set_property: NamedValues = [],  # noqa: B006
    extension: NamedValues = [],  # noqa: B006
    request: Annotated[
        Path | None, typer.Option(help="File with a VnfInfoModificationRequest (JSON); options are put into it.")
    ] = None,
    wait: Wait = False,
) -> None:
    """Change what is said about a VNF: name, description, VNFD, metadata, configurable properties, extensions."""
    body = body_in(request) if request else {}
    texts = {"vnfInstanceName": name, "vnfInstanceDescription": description, "vnfdId": vnfd}
    body |= {attribute: text for attribute, text in texts.items() if text is not None}
    given = {"metadata": metadata, "vnfConfigurableProperties": set_property, "extensions": extension}
    for attribute, settings in given.items():
        if settings:
            body[attribute] = {**(body.get(attribute) or {}), **dict(map(setting, settings))}
    async with api_of(context) as api:
        await watch(api, await api.modify(vnf_id, body), "modify", wait=wait)


@app.command()
@command
async def terminate(
    context: typer.Context,
    vnf_id: VnfId,
    *,
    graceful: Graceful = False,
    within: Timeout = None,
    wait: Wait = False,
) -> None:
    """Remove everything that a VNF consists of; its identifier stays."""
    body = how("terminationType", graceful=graceful) | seconds("gracefulTerminationTimeout", within, graceful=graceful)
    await begin(context, vnf_id, "terminate", body, wait=wait)


@app.command("list")
@command
async def list_(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List all VNF instances."""
    async with api_of(context) as api:
        instances = await api.get(INSTANCES)
    columns = {
        "id": "id",
        "name": "vnfInstanceName",
        "product": "vnfProductName",
        "version": "vnfdVersion",
        "state": "instantiationState",
    }
    nothing = "no VNF instance yet: `manoflow vnf create --package ID` makes one"
    show(instances, listed(instances, columns, nothing=nothing), as_json=as_json)


@app.command("show")
@command
async def show_(context: typer.Context, vnf_id: VnfId, *, as_json: AsJson = False) -> None:
    """Show one VNF instance and its VNFCs."""
    async with api_of(context) as api:
        instance = await api.get(f"{INSTANCES}/{vnf_id}")
    fields = {
        "id": "id",
        "name": "vnfInstanceName",
        "product": "vnfProductName",
        "VNFD": "vnfdId",
        "state": "instantiationState",
        "flavour": "instantiatedVnfInfo.flavourId",
        "service": "instantiatedVnfInfo.vnfState",
    }
    show(instance, described(instance, fields), as_json=as_json)
    vnfcs = _vnfcs(instance.get("instantiatedVnfInfo", {}))
    if vnfcs and not as_json:
        columns = {"VNFC": "id", "VDU": "vduId", "state": "vnfcState", "VIM": "computeResource.vimConnectionId"}
        out.print(listed(vnfcs, {**columns, "server": "computeResource.resourceId"}, nothing=""))


@app.command()
@command
async def delete(context: typer.Context, vnf_id: VnfId) -> None:
    """Delete the identifier of a VNF that is not instantiated."""
    async with api_of(context) as api:
        await api.delete(f"{INSTANCES}/{vnf_id}")
    out.print(f"VNF instance {vnf_id} is deleted")


def _vnfcs(info: Json) -> list[Json]:
    """Each of vnfcInfo with its resource; the id is that of the VNFC, by which requests name it."""
    resources = {resource["id"]: resource for resource in info.get("vnfcResourceInfo", [])}
    return [{**resources.get(vnfc["vnfcResourceInfoId"], {}), **vnfc} for vnfc in info.get("vnfcInfo", [])]


def ext_virtual_links(connections: list[str]) -> list[Json]:
    """``CPD=NETWORK`` as extVirtualLinks: one link a network, dynamic addresses for every instance of its CPDs."""
    networks: dict[str, list[Json]] = {}
    for connection in connections:
        cpd, _, network = connection.partition("=")
        if not cpd or not network:
            raise InvalidInputError(f"cannot read --ext-net {connection}: give CPD=NETWORK, e.g. eth0=mgmt")
        networks.setdefault(network, []).append({"cpdId": cpd, "cpConfig": {"dynamic": {"cpProtocolData": [DYNAMIC]}}})
    return [{"id": network, "resourceId": network, "extCps": cps} for network, cps in networks.items()]


async def _vnfd_of(api: Api, package_id: str) -> str:
    package = await api.get(f"{PACKAGES}/{package_id}")
    if "vnfdId" not in package:
        raise InvalidInputError(f"cannot use package {package_id}: it is {package['onboardingState']}, not ONBOARDED")
    return str(package["vnfdId"])
