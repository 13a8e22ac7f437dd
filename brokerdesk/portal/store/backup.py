"""Backup of a portal into one file and back: every table as JSON lines from one snapshot, with the portal's secret.

The same file restores into SQLite and PostgreSQL. It holds personal data and the secret in clear text: keeping it safe is the
operator's duty. A restore draws a new epoch, so that every desk compares its book anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Table, delete, insert, select

from brokerdesk.core.clock import Clock, to_wire
from brokerdesk.core.errors import KnownError, register
from brokerdesk.portal.domain.keys import secret_file
from brokerdesk.portal.store import witness
from brokerdesk.portal.store.engine import Database, create_schema
from brokerdesk.portal.store.tables import SCHEMA_VERSION, metadata, tenant

DAMAGED = register("portal-backup-damaged")
NOT_EMPTY = register("portal-restore-not-empty")
_MANIFEST = "manifest.json"
_SECRET = "portal.secret"  # noqa: S105 - the name of a file
_ROWS = 1_000
_LEFT_OUT = frozenset({"throttle", "web_session"})


@dataclass(frozen=True, slots=True)
class Report:
    """Rows per table of a backup or restore."""

    file: Path
    rows: dict[str, int]


def back_up(database: Database, data_dir: Path, folder: Path, clock: Clock) -> Report:
    """Write `portal-<time>.zip` into `folder`; readable by the operator alone, complete or absent."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stamp = to_wire(clock.now()).replace(":", "").replace("-", "").replace(".", "")
    target = folder / f"portal-{stamp}.zip"
    draft = target.with_suffix(".part")
    rows: dict[str, int] = {}
    sums: dict[str, str] = {}
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive, database.reading() as connection:
            for table in _tables():
                rows[table.name], sums[table.name] = _dump(archive, table, connection.execute(select(table)))
            secret = secret_file(data_dir).read_bytes()
            archive.writestr(_SECRET, secret)
            sums[_SECRET] = hashlib.sha256(secret).hexdigest()
            manifest = {"schema": SCHEMA_VERSION, "made_at": to_wire(clock.now()), "rows": rows, "sha256": sums}
            archive.writestr(_MANIFEST, json.dumps(manifest))
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(target)
    return Report(target, rows)


def _tables() -> list[Table]:
    return [t for t in metadata.sorted_tables if t.name not in _LEFT_OUT]


def _dump(archive: zipfile.ZipFile, table: Table, found: Any) -> tuple[int, str]:
    digest = hashlib.sha256()
    count = 0
    with archive.open(f"{table.name}.jsonl", "w") as member:
        for row in found:
            line = json.dumps(list(row), ensure_ascii=False).encode() + b"\n"
            digest.update(line)
            member.write(line)
            count += 1
    return count, digest.hexdigest()


def restore(database: Database, data_dir: Path, file: Path, clock: Clock, *, replace: bool = False) -> Report:
    """Fill an empty database (or, with `replace`, any) from a backup and draw a new epoch.

    Raises `KnownError` for a damaged file or a database that holds data; then nothing has changed.
    """
    rows = verify(file)
    create_schema(database, clock)
    with zipfile.ZipFile(file) as archive, database.writing() as connection:
        if connection.execute(select(tenant.c.id).limit(1)).first() and not replace:
            raise KnownError(NOT_EMPTY)
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))
        for table in _tables():
            for batch in _batches(archive, table):
                connection.execute(insert(table), batch)
        secret = archive.read(_SECRET)
    _write_secret(secret_file(data_dir), secret)
    witness.draw_epoch(database, data_dir, clock)
    return Report(file, rows)


def _write_secret(path: Path, secret: bytes) -> None:
    draft = path.with_suffix(".part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(secret)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)


def _batches(archive: zipfile.ZipFile, table: Table) -> Iterator[list[dict[str, Any]]]:
    names = [c.name for c in table.columns]
    batch: list[dict[str, Any]] = []
    with archive.open(f"{table.name}.jsonl") as member:
        for line in member:
            batch.append(dict(zip(names, json.loads(line), strict=True)))
            if len(batch) == _ROWS:
                yield batch
                batch = []
    if batch:
        yield batch


def verify(file: Path) -> dict[str, int]:
    """Check a backup against its manifest; rows per table. Raises `KnownError` when anything is missing or altered."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = json.loads(archive.read(_MANIFEST))
            names = {t.name: f"{t.name}.jsonl" for t in _tables()} | {_SECRET: _SECRET}
            found = {name: _digest(archive, member) for name, member in names.items()}
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise KnownError(DAMAGED) from error
    if manifest.get("schema") != SCHEMA_VERSION or found != manifest.get("sha256"):
        raise KnownError(DAMAGED)
    return {str(k): int(v) for k, v in manifest["rows"].items()}


def _digest(archive: zipfile.ZipFile, member: str) -> str:
    digest = hashlib.sha256()
    with archive.open(member) as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
