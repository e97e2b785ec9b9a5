"""The resources VNFD and Manifest in an individual VNF package (SOL005 clauses 9.4.4, 9.4.4b; SOL003 clause 10.4.4)."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from api.accepting import TEXT, ZIP, chosen
from api.named_packages import NamedPackage
from api.package_files import files_of
from api.payloads import whole
from api.problems import documented
from api.requests import flags
from api.services import Injected
from descriptors.contents import Contents
from manoflow.domain.errors import NotFoundError

TOSCA_META = "TOSCA-Metadata/TOSCA.meta"
"""It says which file to begin with; in a package without it that is the YAML file at the root."""
SIGNATURES = "include_signatures"
FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {TEXT: {}, ZIP: {"schema": {"type": "string", "format": "binary"}}}}
}

router = APIRouter(
    tags=["VNF packages"],
    dependencies=[Depends(flags(SIGNATURES))],
    responses={**documented(400, 404, 406, 409), **FILES},
)


@router.get("/vnfd", response_class=StreamingResponse, summary="Read the VNFD of a VNF package")
async def vnfd(package: NamedPackage, services: Injected, request: Request) -> StreamingResponse:
    """A VNFD of one file as text, or as a ZIP like one of several files: with what tells where to begin to read."""
    files = await files_of(package, services)
    signed = SIGNATURES in request.query_params
    names = await files.look(lambda contents: _vnfd_names(contents, signed=signed))
    parts = await files.look(lambda contents: contents.vnfd_files)
    as_text = len(parts) == 1 and not signed
    if chosen(request, *((TEXT, ZIP) if as_text else (ZIP,))) == TEXT:
        return whole(await files.file(parts[0], TEXT))
    return whole(await files.archive(names))


@router.get("/manifest", response_class=StreamingResponse, summary="Read the manifest of a VNF package")
async def manifest(package: NamedPackage, services: Injected, request: Request) -> StreamingResponse:
    """As text; with `include_signatures`, where the certificate is a file of its own, both in a ZIP."""
    files = await files_of(package, services)
    name = await files.look(lambda contents: contents.manifest)
    if name is None:
        message = f"cannot read the manifest of VNF package {package.id}: it has none"
        raise NotFoundError(message)
    certificates = await files.look(lambda contents: contents.certificates)
    if SIGNATURES in request.query_params and certificates:
        chosen(request, ZIP)
        return whole(await files.archive([name, *certificates]))
    chosen(request, TEXT)
    return whole(await files.file(name, TEXT))


def _vnfd_names(contents: Contents, *, signed: bool) -> Sequence[str]:
    """The files of the VNFD, and those that lead to them; with what vouches for them where that is wanted."""
    names = [*(name for name in (TOSCA_META,) if name in contents.names), *contents.vnfd_files]
    if signed:
        signatures = [contents.signatures[name] for name in contents.vnfd_files if name in contents.signatures]
        names += [*filter(None, [contents.manifest]), *contents.certificates, *signatures]
    return tuple(dict.fromkeys(names))
