"""A file in a form (RFC 7578), streamed: nothing of it is kept in memory but the piece that has just arrived."""

from collections.abc import AsyncIterator
from email.message import Message
from typing import TYPE_CHECKING

from fastapi import HTTPException, Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FIELD_LIMIT = 64 << 10
"""Bytes of headers and of fields that are no file: far more than any client needs."""


class _Form:
    """Takes what the parser finds."""

    def __init__(self) -> None:
        self.found: list[bytes] = []
        """Pieces of the file that have not been handed on."""
        self.files = 0
        self.complete = False
        self._in_file = False
        self._header = self._value = b""
        self._disposition = b""
        self._aside = 0

    @property
    def callbacks(self) -> "MultipartCallbacks":
        """For the parser."""
        return {
            "on_part_begin": self.on_part_begin,
            "on_header_field": self.on_header_field,
            "on_header_value": self.on_header_value,
            "on_header_end": self.on_header_end,
            "on_headers_finished": self.on_headers_finished,
            "on_part_data": self.on_part_data,
            "on_end": self.on_end,
        }

    def on_part_begin(self) -> None:
        self._disposition, self._in_file = b"", False

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]
        self._count(end - start)

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._count(end - start)

    def on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def on_headers_finished(self) -> None:
        disposition = Message()
        disposition["Content-Disposition"] = self._disposition.decode("utf-8", "replace")
        self._in_file = disposition.get_filename() is not None
        self.files += self._in_file
        if self.files > 1:
            raise HTTPException(400, "cannot take package content: the form has several files; send the package alone")

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self.found.append(data[start:end])
        else:
            self._count(end - start)

    def on_end(self) -> None:
        self.complete = True

    def _count(self, more: int) -> None:
        self._aside += more
        if self._aside > FIELD_LIMIT:
            raise HTTPException(
                400, f"cannot take package content: the form has more than {FIELD_LIMIT} bytes beside it"
            )


def file_in_form(request: Request) -> AsyncIterator[bytes]:
    """The bytes of the one file in a form. 400 where the form has no boundary; what else is wrong shows in reading."""
    header = Message()
    header["Content-Type"] = request.headers["Content-Type"]
    boundary = header.get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        raise HTTPException(400, "cannot take package content: Content-Type has no boundary for the parts of the form")
    return _file(request, boundary.encode())


async def _file(request: Request, boundary: bytes) -> AsyncIterator[bytes]:
    form = _Form()
    try:
        parser = MultipartParser(boundary, form.callbacks)
        async for chunk in request.stream():
            parser.write(chunk)
            pieces, form.found = form.found, []
            for piece in pieces:
                yield piece
    except FormParserError as error:
        raise HTTPException(400, f"cannot take package content: it is no multipart/form-data ({error})") from error
    if not form.complete:
        raise HTTPException(400, "cannot take package content: the form has no end; upload it again")
    if not form.files:
        raise HTTPException(400, "cannot take package content: the form has no file; add the package as one")
