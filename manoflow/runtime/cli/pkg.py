"""`manoflow pkg`: VNF packages (SOL005)."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from descriptors.packing import pack
from manoflow.domain.errors import InvalidInputError
from manoflow.runtime.cli.command import AsJson, api_of, command, described, errors, listed, out, show
from manoflow.runtime.client import PACKAGES, Json

app = typer.Typer(help="VNF packages.", no_args_is_help=True)

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


@app.command("list")
@command
async def list_(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List all packages."""
    async with api_of(context) as api:
        packages = await api.get(PACKAGES)
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
        "SHA-256": "checksum.hash",
        "failure": "onboardingFailureDetails.detail",
    }
    show(package, described(package, fields), as_json=as_json)
    _warn(package)


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


def _title(package: Json) -> str:
    return escape(f"{package['vnfProductName']} {package['vnfdVersion']}")


def _warn(package: Json) -> None:
    for warning in package.get("manoflowWarnings", ()):
        errors.print(f"[yellow]warning:[/yellow] {escape(warning)}")
