"""`manoflow pkg validate`: what onboarding would say of a package file, found out here, without an API."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from descriptors.packing import pack
from manoflow.domain.errors import InvalidInputError
from manoflow.domain.package_security import InvalidSignatureError, PackagePolicy, SecurityState
from manoflow.domain.packages import OnboardingState, PackageArtifact, PackageContent, SoftwareImageInfo
from manoflow.runtime.cli.command import AsJson, command, complain, errors, out, show
from manoflow.runtime.client import Json
from manoflow.runtime.settings import Settings

_SECURITY = {
    SecurityState.UNSIGNED: "unsigned",
    SecurityState.NOT_VERIFIED: "not verified",
    SecurityState.VERIFIED: "verified",
    SecurityState.INVALID: "invalid",
}


@command
def validate(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A CSAR, or a folder to make one of.")],
    *,
    strict: Annotated[bool, typer.Option("--strict", help="SOL004 to the letter.")] = False,
    trusted_roots: Annotated[
        Path | None, typer.Option(help="File of certificates that vouch for signers, or folder of such files.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read a package as onboarding would, offline: verdict, signatures, warnings, images, artifacts.

    The policy is that of the settings (MANOFLOW_PACKAGES__*), with what the options say. Exit code 1 for a refusal.
    """
    from descriptors.package import read_package  # noqa: PLC0415 - the TOSCA parser takes long to load
    from manoflow.runtime.reading import policy_of  # noqa: PLC0415 - see above

    settings = Settings.load().packages
    given = {"strict": strict or settings.strict, "trusted_roots": trusted_roots or settings.trusted_roots}
    policy = policy_of(settings.model_copy(update=given))
    if not path.exists():
        raise InvalidInputError(f"cannot validate {path}: there is no such file or folder")
    with tempfile.TemporaryDirectory(prefix="manoflow-") as folder:
        csar = pack(path, Path(folder) / f"{path.resolve().name}.csar") if path.is_dir() else path
        try:
            content = read_package(csar, policy)
        except InvalidInputError as error:
            _refused(error, as_json=as_json)
            raise typer.Exit(1) from error
    _accepted(content, policy, as_json=as_json)


def _refused(error: InvalidInputError, *, as_json: bool) -> None:
    security = error.security.state if isinstance(error, InvalidSignatureError) else None
    if as_json:
        answer: Json = {"onboardingState": OnboardingState.ERROR, "failure": error.message}
        show({**answer, **({"security": {"state": security}} if security else {})}, "", as_json=True)
        return
    complain(error)
    out.print("verdict: [red]refused[/red]" + (f"; security: {_SECURITY[security]}" if security else ""))


def _accepted(content: PackageContent, policy: PackagePolicy, *, as_json: bool) -> None:
    objection = policy.objection(content.security)
    if as_json:
        answer = content.model_dump(mode="json", exclude={"vnfd"}, exclude_none=True)
        answer |= {"onboardingState": OnboardingState.ONBOARDED, "vnfdId": content.vnfd.id}
        show({**answer, **({"notEnabled": objection} if objection else {})}, "", as_json=True)
        return
    for warning in content.warnings:
        errors.print(f"[yellow]warning:[/yellow] {escape(warning)}")
    title = f"{content.vnfd.product_name} {content.vnfd.descriptor_version} by {content.vnfd.provider}"
    out.print(f"verdict: [green]onboards[/green]: {escape(title)}, VNFD {content.vnfd.id}, SHA-256 {content.digest}")
    out.print(f"security: {_security(content)}")
    if objection:
        out.print(f"[yellow]it would not be enabled:[/yellow] {escape(objection)}")
    for image in content.images:
        out.print(f"image: {escape(_image(image))}")
    for artifact in content.artifacts:
        out.print(f"artifact: {escape(_artifact(artifact))}")


def _security(content: PackageContent) -> str:
    security = content.security
    said = (security.signer and f"signed by {security.signer}", security.reason)
    details = "; ".join(filter(None, said))
    return escape(f"{_SECURITY[security.state]}{f' ({details})' if details else ''}")


def _image(image: SoftwareImageInfo) -> str:
    if not image.present:
        return f"{image.name}, not in the package: looked up in the VIM by name"
    return f"{image.name}, {image.artifact}, {image.size} bytes, {image.checksum_algorithm} {image.checksum}"


def _artifact(artifact: PackageArtifact) -> str:
    if artifact.external_uri:
        return f"{artifact.external_uri}, outside the package"
    parts = [artifact.path, f"{artifact.size} bytes", f"{artifact.checksum_algorithm} {artifact.checksum}"]
    if artifact.non_mano_set:
        parts.append(f"non-MANO set {artifact.non_mano_set}")
    if artifact.signature_state is not SecurityState.UNSIGNED:
        parts.append(f"its signature {_SECURITY[artifact.signature_state]}")
    return ", ".join(parts)
