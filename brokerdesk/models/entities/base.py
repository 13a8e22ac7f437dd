"""What every mapped class shares: the declarative base, column types, and the columns of synced records.

Records refer to each other by their public id. The integer `key` exists for lists: an ordered list of 100 000 keys is an
array of 800 kB.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, MetaData, String, inspect
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from brokerdesk.core.clock import from_wire, to_wire

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time, stored as RFC 3339 text with milliseconds so that it sorts as text."""

    impl = String(24)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Aware time to text."""
        del dialect
        return None if value is None else to_wire(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Text to aware time."""
        del dialect
        return None if value is None else from_wire(value)


def refers_to(column: str) -> ForeignKey:
    """A foreign key that is checked at commit, so that a feed page may bring children before their parents."""
    return ForeignKey(column, deferrable=True, initially="DEFERRED")


class Base(DeclarativeBase):
    """Base of all mapped classes of the book."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcTime(),
        list[Any]: JSON(none_as_null=True),
        dict[str, Any]: JSON(none_as_null=True),
    }

    def __init__(self, **values: Any) -> None:
        """Set the given columns and, at once rather than at the first flush, the defaults of the others."""
        for attribute in inspect(type(self)).column_attrs:
            column = attribute.columns[0]
            default = column.default if isinstance(column, Column) else None
            if attribute.key in values or default is None:
                continue
            argument = getattr(default, "arg", None)
            values[attribute.key] = argument(None) if callable(argument) else argument
        for name, value in values.items():
            setattr(self, name, value)


class Synced:
    """Columns of every record that desk and portal share.

    `server_rev` is the portal's revision (0 = the portal does not know the record yet); a `stub` stands in for a parent
    that the feed has not brought yet and is never shown (protocol.md § 7.2).
    """

    __kind__: ClassVar[str]

    key: Mapped[int] = mapped_column(Integer, primary_key=True)
    id: Mapped[str] = mapped_column(String(36), unique=True)
    server_rev: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    stub: Mapped[bool] = mapped_column(Boolean, default=False, server_default="0")
    archived: Mapped[bool] = mapped_column(Boolean, default=False, server_default="0")
