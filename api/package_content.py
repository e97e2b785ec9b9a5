"""The resource VNF package content (SOL005 clause 9.4.5, SOL003 clause 10.4.5): up in one piece, down by ranges too."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import StreamingResponse

from api.accepting import ZIP, chosen
from api.forms import file_in_form
from api.named_packages import NamedPackage
from api.onboarding import InjectedOnboarding
from api.package_files import files_of
from api.payloads import ranged
from api.problems import documented
from api.requests import PLAIN, flags, media_type
from api.services import Injected

CONTENT = "/package_content"
ZIP_TYPES = ("application/zip", "application/x-zip-compressed", "application/octet-stream", "application/binary")
"""What package content may say that it is; saying nothing is taken as well."""
FORM = "multipart/form-data"

_FILE = {"schema": {"type": "string", "format": "binary"}}
_FORM = {"schema": {"type": "object", "properties": {"file": _FILE["schema"]}}}

reading = APIRouter(
    tags=["VNF packages"],
    dependencies=[Depends(flags())],
    responses={**documented(400, 404, 406, 409, 416), 200: {"content": {ZIP: _FILE}}, 206: {"content": {ZIP: _FILE}}},
)
router = APIRouter(tags=["VNF packages"], dependencies=list(PLAIN), responses=documented(400, 404, 406, 409, 415))


@reading.get(CONTENT, response_class=StreamingResponse, summary="Read the content of a VNF package")
async def read(package: NamedPackage, services: Injected, request: Request) -> StreamingResponse:
    """The file as it was uploaded, or a range of it."""
    files = await files_of(package, services)
    chosen(request, ZIP)
    return ranged(request, files.everything())


def _content(request: Request) -> AsyncIterator[bytes]:
    """The bytes of the package in a request. 415 where there are none by what it says of itself."""
    given = media_type(request)
    if given == FORM:
        return file_in_form(request)
    if given and given not in ZIP_TYPES:
        raise HTTPException(
            415, f"cannot take package content as {given}: send the file itself, as {ZIP}, or as a part of a {FORM}"
        )
    return request.stream()


@router.put(
    CONTENT,
    status_code=202,
    response_class=Response,
    summary="Upload the content of a VNF package",
    openapi_extra={"requestBody": {"content": {ZIP: _FILE, FORM: _FORM}}},
)
async def upload(
    package: NamedPackage,
    onboarding: InjectedOnboarding,
    content: Annotated[AsyncIterator[bytes], Depends(_content)],
) -> Response:
    """The body is the CSAR file, or a form with it. It is read in the background: onboardingState tells how far."""
    await onboarding.upload(package.id, content)
    return Response(status_code=202)
