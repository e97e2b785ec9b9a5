"""Content that is given out as it is, in whole or in part (RFC 9110 clause 14; SOL013 clause 4.4 has single ranges).

A payload knows its size and gives its bytes from any place; what answers with it reads it in a thread, piece by piece.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from fastapi import HTTPException, Request
from fastapi.responses import StreamingResponse

CHUNK = 1 << 20

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True)
class Payload:
    """Something to give out."""

    media_type: str
    size: int
    etag: str
    """Of these very bytes, without quotes."""
    chunks: Callable[[int, int], Iterator[bytes]]
    """The bytes from a place, so many. It blocks."""


class Part(NamedTuple):
    """Bytes from a place."""

    start: int
    length: int


def whole(payload: Payload) -> StreamingResponse:
    """200 with everything."""
    headers = {"Content-Type": payload.media_type, "Content-Length": str(payload.size)}
    return StreamingResponse(payload.chunks(0, payload.size), headers=headers)


def ranged(request: Request, payload: Payload) -> StreamingResponse:
    """200 with everything, or 206 with the range that was asked for. 416 where there is nothing in it."""
    etag = f'"{payload.etag}"'
    headers = {"Accept-Ranges": "bytes", "ETag": etag}
    part = _asked(request, payload.size, etag)
    if part is None:
        answer = whole(payload)
        answer.headers.update(headers)
        return answer
    return StreamingResponse(
        payload.chunks(part.start, part.length),
        status_code=206,
        headers={
            **headers,
            "Content-Type": payload.media_type,
            "Content-Range": f"bytes {part.start}-{part.start + part.length - 1}/{payload.size}",
            "Content-Length": str(part.length),
        },
    )


def file_chunks(path: Path, start: int, length: int) -> Iterator[bytes]:
    """Bytes of a file."""
    with path.open("rb") as file:
        file.seek(start)
        while length and (chunk := file.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk


def _asked(request: Request, size: int, etag: str) -> Part | None:
    """The range that was asked for; None for all: none was, or several, or it holds for other content (If-Range)."""
    asked = request.headers.get("Range", "").strip()
    read = _RANGE.fullmatch(asked)
    if read is None or asked == "bytes=-" or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = read[1], read[2]
    if first:
        start, end = int(first), min(int(last or size), size - 1)
        if last and int(last) < start:
            return None  # It means nothing, and is ignored.
    else:
        start, end = max(size - int(last), 0), size - 1
    if start > end:
        detail = f"cannot give the range {asked}: there are {size} bytes"
        raise HTTPException(416, detail, headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})
    return Part(start, end - start + 1)
