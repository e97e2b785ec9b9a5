"""The base of every model: immutable, camelCase on the wire, snake_case in Python.

Models of this package are also what travels in Temporal payloads and what JSON columns hold, so they only ever gain
optional fields: a reader ignores what it does not know (a newer writer may have added it), and a writer never renames.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer
from pydantic.alias_generators import to_camel


class Model(BaseModel):
    """An immutable value with ETSI's camelCase names on the wire."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )


def rfc3339(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC with milliseconds, e.g. ``2026-11-21T05:13:00.123Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _whole_milliseconds(moment: datetime) -> datetime:
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


Moment = Annotated[datetime, AfterValidator(_whole_milliseconds), PlainSerializer(rfc3339, when_used="json")]
"""A point in time: aware, UTC, whole milliseconds (SOL013 clause 4.3 asks for RFC 3339)."""
