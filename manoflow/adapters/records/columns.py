"""What all tables share: names of constraints, types that mean the same in every database, the tenant."""

from datetime import UTC, datetime

from sqlalchemy import JSON, BigInteger, Column, DateTime, Integer, MetaData, Named, TypedColumns, TypeDecorator
from sqlalchemy.engine import Dialect

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Json = JSON(none_as_null=True)
"""A structure that a standard or a planner defines; None is NULL."""
Serial = BigInteger().with_variant(Integer, "sqlite")
"""Counts upwards by itself, in every database."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: goes in aware, comes out in UTC, also where the database keeps no time zone (SQLite)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Turn a moment into UTC."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Say that it is UTC."""
        return value.replace(tzinfo=UTC) if value else None


class OfTenant(TypedColumns):
    """What every table has."""

    tenant: Named[str]


class Listed(OfTenant):
    """What people list, in the order in which it was recorded."""

    serial: Named[int] = Column(Serial, primary_key=True)
