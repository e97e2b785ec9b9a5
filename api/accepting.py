"""What a client accepts (RFC 9110 clause 12.5.1): the best of what can be given, or 406."""

from collections.abc import Sequence
from typing import NamedTuple

from fastapi import HTTPException, Request

ZIP = "application/zip"
TEXT = "text/plain"


class _Range(NamedTuple):
    kind: str
    quality: float


def chosen(request: Request, *offers: str) -> str:
    """The offer that the client likes best, of equals the first. 406 where it accepts none of them."""
    accept = request.headers.get("Accept", "").strip()
    if not accept:
        return offers[0]
    ranges = [_range(text) for text in accept.split(",")]
    best = max(offers, key=lambda offer: _quality(offer, ranges))
    if _quality(best, ranges) <= 0:
        raise HTTPException(406, f"cannot answer as {accept}: this is given as {' or '.join(offers)}")
    return best


def _quality(offer: str, ranges: Sequence[_Range]) -> float:
    """That of the most specific range that fits."""
    wildcards = (offer, f"{offer.partition('/')[0]}/*", "*/*")
    for kind in wildcards:
        found = [one.quality for one in ranges if one.kind == kind]
        if found:
            return max(found)
    return 0.0


def _range(text: str) -> _Range:
    kind, *parameters = (part.strip().lower() for part in text.split(";"))
    quality = next((value[2:] for value in parameters if value.startswith("q=")), "1")
    try:
        return _Range(kind, float(quality))
    except ValueError:
        return _Range(kind, 0.0)
