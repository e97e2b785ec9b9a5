"""The resources VNF package artifacts and Individual artifact (SOL005 clauses 9.4.5a and 9.4.7; SOL003 clause 10.4.6).

Artifacts are the files that are neither metadata nor definitions; software images are artifacts, but only as individual
ones. What is outside the package is fetched for whoever asks to include it (`api.external_artifacts`).
"""

from collections.abc import Iterator, Sequence
from mimetypes import MimeTypes
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import StreamingResponse

from api.accepting import ZIP, chosen
from api.external_artifacts import ExternalArtifacts
from api.named_packages import NamedPackage
from api.package_files import PackageFiles, files_of
from api.payloads import Payload, ranged, whole
from api.problems import documented
from api.requests import flags
from api.services import Injected
from descriptors.contents import Contents
from manoflow.domain.errors import NotFoundError
from manoflow.domain.packages import PackageArtifact, PackageContent

SIGNATURES = "include_signatures"
NO_MANO = "exclude_all_mano_artifacts"
NO_NON_MANO = "exclude_all_non_mano_artifacts"
SETS = "select_non_mano_artifact_sets"
EXTERNAL = "include_external_artifacts"
OCTETS = "application/octet-stream"
TYPES = MimeTypes()
"""By the ends of names, the same on every machine."""

router = APIRouter(tags=["VNF packages"], responses=documented(400, 404, 406, 409, 416))


@router.get(
    "/artifacts",
    response_class=StreamingResponse,
    dependencies=[Depends(flags(SIGNATURES, NO_MANO, NO_NON_MANO, EXTERNAL, values=(SETS,)))],
    summary="Read artifacts of a VNF package",
)
async def several(package: NamedPackage, services: Injected, request: Request) -> StreamingResponse:
    """A ZIP of those that are wanted, but for software images, where they are in the package; or a range of it.

    Those outside of it are in a folder of their own. 409 or 503 where one of them is wanted and cannot be fetched.
    """
    files = await files_of(package, services)
    chosen(request, ZIP)
    wanted = [artifact for artifact in files.content.artifacts if _wanted(artifact, request)]
    names = [artifact.path for artifact in wanted if artifact.external_uri is None]
    outside = [artifact for artifact in wanted if artifact.external_uri is not None]
    if SIGNATURES in request.query_params:
        names = await files.look(lambda contents: _with_signatures(contents, names, outside))
    return ranged(request, await files.archive(names, ExternalArtifacts(package, outside, services).add_to))


@router.get(
    "/artifacts/{artifactPath:path}",
    response_class=StreamingResponse,
    dependencies=[Depends(flags(SIGNATURES))],
    summary="Read an artifact of a VNF package",
)
async def one(
    package: NamedPackage,
    artifact_path: Annotated[str, Path(alias="artifactPath")],
    services: Injected,
    request: Request,
) -> StreamingResponse:
    """The file, or a range of it; with `include_signatures` a ZIP with what vouches for it."""
    files = await files_of(package, services)
    if artifact_path not in _individual(files.content):
        message = (
            f"cannot find artifact {artifact_path} in VNF package {package.id}: additionalArtifacts names them all"
        )
        raise NotFoundError(message)
    if SIGNATURES in request.query_params:
        chosen(request, ZIP)
        return whole(await _signed(files, artifact_path))
    return ranged(request, await files.file(artifact_path, chosen(request, _media_type(artifact_path))))


def _media_type(name: str) -> str:
    """By the end of the name. What is packed once more (.tar.gz) is not of the type of what is in it."""
    kind, packed = TYPES.guess_type(name)
    return OCTETS if packed or kind is None else kind


async def _signed(files: PackageFiles, name: str) -> Payload:
    return await files.archive(await files.look(lambda contents: _with_signatures(contents, [name])))


def _with_signatures(contents: Contents, names: Sequence[str], outside: Sequence[PackageArtifact] = ()) -> list[str]:
    """The files, those of their signatures and of those of files outside that are files, and the certificates."""
    signed = [*names, *(artifact.external_uri or "" for artifact in outside)]
    signatures = [contents.signatures[name] for name in signed if name in contents.signatures]
    return list(dict.fromkeys([*names, *signatures, *(contents.certificates if signatures else ())]))


def _wanted(artifact: PackageArtifact, request: Request) -> bool:
    """Whether a request's selection has an artifact (SOL005 table 9.4.5a.3.2-1)."""
    asked = request.query_params
    if artifact.external_uri is not None and EXTERNAL not in asked:
        return False
    if artifact.non_mano_set is None:
        return NO_MANO not in asked
    if SETS in asked:
        return artifact.non_mano_set in asked[SETS].split(",")
    return NO_NON_MANO not in asked


def _individual(content: PackageContent) -> frozenset[str]:
    return frozenset(_paths(content))


def _paths(content: PackageContent) -> Iterator[str]:
    yield from (artifact.path for artifact in content.artifacts if artifact.external_uri is None)
    yield from (image.artifact for image in content.images if image.present and image.artifact)
