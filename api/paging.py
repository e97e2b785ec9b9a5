"""Lists in pages (SOL013 clause 5.4.2.1, alternative 2): the link to the next page is in the header Link.

The marker says behind which entry the next page begins, by its place in an order that stays while entries come and go.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from fastapi import HTTPException
from starlette.datastructures import QueryParams

MARKER = "nextpage_opaque_marker"
PAGE = 100
"""Entries."""

Place = tuple[str, ...]
"""Where an entry is in the order."""
T = TypeVar("T")


def page(
    entries: Sequence[T], place: Callable[[T], Place], query: QueryParams, here: str
) -> tuple[Sequence[T], Mapping[str, str]]:
    """The page that a request asks for, and the headers that lead to the one behind it. `here`: URL of the list."""
    ordered = sorted(entries, key=place)
    marker = query.get(MARKER)
    if marker is not None:
        after = _place(marker)
        ordered = [entry for entry in ordered if place(entry) > after]
    shown = ordered[:PAGE]
    if len(ordered) <= PAGE:
        return shown, {}
    others = [(name, value) for name, value in query.multi_items() if name != MARKER]
    behind = urlencode([*others, (MARKER, _marker(place(shown[-1])))])
    return shown, {"Link": f'<{here}?{behind}>; rel="next"'}


def _marker(place: Place) -> str:
    return urlsafe_b64encode(json.dumps(place).encode()).decode()


def _place(marker: str) -> Place:
    try:
        read = json.loads(urlsafe_b64decode(marker.encode()))
    except (Error, ValueError, RecursionError):
        read = None
    if not isinstance(read, list) or not all(isinstance(part, str) for part in read):
        raise HTTPException(400, f"cannot use {MARKER}: it is none of ours; take it from the header Link of a page")
    return tuple(read)
