"""The first schema on disk is the mapped one, and the field table speaks of columns that exist."""

from __future__ import annotations

import re

from brokerdesk.core.paths import resource
from brokerdesk.models.entities import SYNCED, Base
from brokerdesk.store import migrations
from brokerdesk.wire.kinds import KINDS, REFERENCES


def test_first_schema_file_equals_the_mapped_tables() -> None:
    from sqlalchemy.dialects import sqlite
    from sqlalchemy.schema import CreateIndex, CreateTable

    if migrations.STEPS:  # later schemas are compared after migration in tests/store
        return
    written = resource("schema/book_0001.sql").read_text(encoding="utf-8")
    squeezed = re.sub(r"\s+", " ", written)
    dialect = sqlite.dialect()  # type: ignore[no-untyped-call]
    for table in Base.metadata.sorted_tables:
        for element in (CreateTable(table), *(CreateIndex(i) for i in table.indexes)):
            statement = re.sub(r"\s+", " ", str(element.compile(dialect=dialect))).strip()
            assert statement in squeezed, f"resources/schema/book_0001.sql lacks: {statement[:90]}"


def test_every_field_of_the_table_is_a_column() -> None:
    for kind, spec in KINDS.items():
        columns = set(SYNCED[kind].__table__.columns.keys())  # type: ignore[attr-defined]
        for field in spec.fields:
            wanted = {m.name for m in field.members} or {field.name}
            assert wanted <= columns, f"{kind}.{field.name}"


def test_references_name_id_fields() -> None:
    for kind, fields in REFERENCES.items():
        for field, target in fields.items():
            assert field in KINDS[kind].by_name
            assert target in KINDS
