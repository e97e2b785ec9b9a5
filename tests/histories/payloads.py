"""The payloads in a history, wherever Temporal keeps one."""

from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload


def payloads_of(message: Message) -> Iterator[Payload]:
    """Every payload in a message of Temporal's: arguments, results, memos, search attributes, details of failures."""
    if isinstance(message, Payload):
        yield message
        return
    for field, value in message.ListFields():
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            for part in _parts(value):
                yield from payloads_of(part)


def _parts(value: Any) -> list[Message]:  # noqa: ANN401 - protobuf's containers
    """The messages in a field: one, a list or a map of them; a map of plain values has none."""
    if isinstance(value, Message):
        return [value]
    several = value.values() if hasattr(value, "values") else value
    return [part for part in several if isinstance(part, Message)]
