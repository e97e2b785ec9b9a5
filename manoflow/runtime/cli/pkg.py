"""`manoflow pkg`: VNF packages (SOL005)."""

import tempfile
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer
from rich.markup import escape

from descriptors.packing import pack
from manoflow.domain.errors import InvalidInputError
from manoflow.runtime.cli.command import AsJson, api_of, command, described, errors, listed, out, show
from manoflow.runtime.cli.validating import validate
from manoflow.runtime.client import PACKAGES, Json

app = typer.Typer(help="VNF packages.", no_args_is_help=True)
app.command()(validate)

PackageId = Annotated[str, typer.Argument(metavar="ID", help="Id of the package.")]


@app.command()
@command
async def upload(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="A CSAR, or a folder to make one of.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Onboard a package: create it, upload its content, wait until it is ONBOARDED."""
    with tempfile.TemporaryDirectory(prefix="manoflow-") as folder:
        csar = pack(path, Path(folder) / f"{path.resolve().name}.csar") if path.is_dir() else path
        if not csar.is_file():
            raise InvalidInputError(f"cannot upload {path}: there is no such file or folder")
        async with api_of(context) as api:
            package = await api.onboard(csar)
    _warn(package)
    show(package, f"{_title(package)} is onboarded: package {package['id']}, VNFD {package['vnfdId']}", as_json=as_json)


@app.command()
@command
async def fetch(
    context: typer.Context,
    uri: Annotated[str, typer.Argument(help="Where the package is.")],
    *,
    user: Annotated[str | None, typer.Option(help="User name there; the password is asked for.")] = None,
    as_json: AsJson = False,
) -> None:
    """Onboard a package that the API fetches: create it, have it fetched, wait until it is ONBOARDED."""
    source: Json = {"addressInformation": uri}
    if user is not None:
        source |= {"userName": user, "password": typer.prompt("Password", hide_input=True, err=True)}
    async with api_of(context) as api:
        package = await api.onboard_from(source)
    _warn(package)
    show(package, f"{_title(package)} is onboarded: package {package['id']}, VNFD {package['vnfdId']}", as_json=as_json)


@app.command("list")
@command
async def list_(
    context: typer.Context,
    *,
    chosen: Annotated[
        str | None, typer.Option("--filter", help="Only those, e.g. '(eq,operationalState,ENABLED)' (SOL013).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List packages."""
    async with api_of(context) as api:
        packages = await api.listed(PACKAGES, {"filter": chosen} if chosen else {})
    columns = {
        "id": "id",
        "VNFD": "vnfdId",
        "product": "vnfProductName",
        "version": "vnfdVersion",
        "onboarding": "onboardingState",
        "operational": "operationalState",
        "usage": "usageState",
    }
    nothing = "no package yet: `manoflow pkg upload PATH` onboards one"
    show(packages, listed(packages, columns, nothing=nothing), as_json=as_json)


@app.command("show")
@command
async def show_(context: typer.Context, package_id: PackageId, *, as_json: AsJson = False) -> None:
    """Show one package, with its warnings."""
    async with api_of(context) as api:
        package = await api.get(f"{PACKAGES}/{package_id}")
    fields = {
        "id": "id",
        "VNFD": "vnfdId",
        "product": "vnfProductName",
        "provider": "vnfProvider",
        "software version": "vnfSoftwareVersion",
        "VNFD version": "vnfdVersion",
        "onboarding": "onboardingState",
        "operational": "operationalState",
        "usage": "usageState",
        "security": "manoflowSecurity.state",
        "signer": "manoflowSecurity.signer",
        "SHA-256": "checksum.hash",
        "failure": "onboardingFailureDetails.detail",
    }
    show(package, described(package, fields), as_json=as_json)
    _warn(package)


@app.command()
@command
async def enable(context: typer.Context, package_id: PackageId) -> None:
    """Let new VNFs be made of a package."""
    await _operate(context, package_id, "ENABLED")


@app.command()
@command
async def disable(context: typer.Context, package_id: PackageId) -> None:
    """Let no new VNFs be made of a package. Those that are there go on."""
    await _operate(context, package_id, "DISABLED")


@app.command()
@command
async def download(
    context: typer.Context,
    package_id: PackageId,
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    *,
    artifact: Annotated[str | None, typer.Option(help="Path of an artifact inside, in place of the package.")] = None,
) -> None:
    """Write a package, or an artifact in it, to a file."""
    what = f"artifacts/{quote(artifact)}" if artifact else "package_content"
    async with api_of(context) as api:
        await api.download(f"{PACKAGES}/{package_id}/{what}", file)
    out.print(f"{escape(str(file))} is written")


@app.command()
@command
async def delete(context: typer.Context, package_id: PackageId) -> None:
    """Disable and delete a package that no VNF uses."""
    async with api_of(context) as api:
        package = await api.get(f"{PACKAGES}/{package_id}")
        if package["operationalState"] == "ENABLED" and package["usageState"] == "NOT_IN_USE":
            await api.patch(f"{PACKAGES}/{package_id}", {"operationalState": "DISABLED"})
        await api.delete(f"{PACKAGES}/{package_id}")
    out.print(f"package {package_id} is deleted")


async def _operate(context: typer.Context, package_id: str, state: str) -> None:
    async with api_of(context) as api:
        await api.patch(f"{PACKAGES}/{package_id}", {"operationalState": state})
    out.print(f"package {package_id} is {state}")


def _title(package: Json) -> str:
    return escape(f"{package['vnfProductName']} {package['vnfdVersion']}")


def _warn(package: Json) -> None:
    for warning in package.get("manoflowWarnings", ()):
        errors.print(f"[yellow]warning:[/yellow] {escape(warning)}")
