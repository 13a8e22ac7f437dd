"""Migrations: children survive a rebuilt parent, faults are caught and rolled back, the result equals the mapped schema."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from brokerdesk.core.errors import BugError, KnownError
from brokerdesk.core.ids import new_id
from brokerdesk.models.entities import Base, Claim
from brokerdesk.services import profiles
from brokerdesk.store import migrations
from brokerdesk.store.engine import connect
from brokerdesk.store.integrity import deep_check, row_counts
from brokerdesk.store.migrations import Step, runner
from tests.support.books import BookPlace, add_person, contract, make_profile, new_place


@pytest.fixture
def place(tmp_path: Path) -> BookPlace:
    place = new_place(tmp_path / "book")
    with place.open() as book:
        for number in range(5):
            owner = add_person(book, f"Person {number}")
            with book.work() as work:
                contracts = [contract(book, owner, number=f"{number}/{n}") for n in range(3)]
                work.add(*contracts, *(Claim(id=new_id(book.clock), contract_id=c.id) for c in contracts))
                work.commit()
    return place


def _raw(place: BookPlace) -> Any:
    return connect(place.file, place.key)


def _rebuild_parent(op: Any) -> None:
    """What Alembic does for every change SQLite cannot alter: copy the table, drop it, rename the copy."""
    with op.batch_alter_table("contract", recreate="always") as batch:
        batch.add_column(sa.Column("shoe_size", sa.Integer()))


def _cascading(place: BookPlace) -> None:
    """A pair of tables whose child would be deleted with its parent, as a naive migration does."""
    raw = _raw(place)
    raw.execute("CREATE TABLE parent(id INTEGER PRIMARY KEY, name VARCHAR)")
    raw.execute("CREATE TABLE child(id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent(id) ON DELETE CASCADE)")
    raw.execute("INSERT INTO parent VALUES (1, 'a'), (2, 'b')")
    raw.execute("INSERT INTO child VALUES (1, 1), (2, 1), (3, 2)")
    raw.close()


def _rebuild_cascading(op: Any) -> None:
    with op.batch_alter_table("parent", recreate="always") as batch:
        batch.add_column(sa.Column("extra", sa.String()))


def test_children_survive_a_rebuilt_parent(place: BookPlace) -> None:
    _cascading(place)
    raw = _raw(place)
    before = row_counts(raw)
    raw.close()
    steps = (Step(2, _rebuild_parent), Step(3, _rebuild_cascading))
    assert runner.migrate(place.file, place.key, steps=steps) == 2
    raw = _raw(place)
    assert row_counts(raw) == before
    assert raw.execute("SELECT schema_version FROM book_info").fetchone() == (3,)
    assert raw.execute("SELECT count(*), count(shoe_size) FROM contract").fetchone() == (15, 0)
    assert raw.execute("SELECT count(*) FROM child WHERE parent_id IN (SELECT id FROM parent)").fetchone() == (3,)
    assert deep_check(raw).whole
    raw.close()
    assert runner.migrate(place.file, place.key, steps=steps) == 0


def test_foreign_keys_switched_on_would_delete_children_and_is_caught(
    place: BookPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    _cascading(place)
    monkeypatch.setattr(runner, "connect", lambda path, key, foreign_keys: connect(path, key, foreign_keys=True))
    with pytest.raises(BugError, match="migration-failed"):
        runner.migrate(place.file, place.key, steps=(Step(2, _rebuild_cascading),))
    raw = _raw(place)
    assert raw.execute("SELECT count(*) FROM child").fetchone() == (3,)
    assert raw.execute("SELECT schema_version FROM book_info").fetchone() == (1,)
    raw.close()


def _lose_rows(op: Any) -> None:
    op.execute("DELETE FROM contract WHERE number LIKE '1/%'")


def _break_reference(op: Any) -> None:
    op.execute("UPDATE contract SET party_id = 'nobody' WHERE number = '1/1'")


def _rebuild_generated(op: Any) -> None:
    with op.batch_alter_table("party", recreate="always") as batch:
        batch.add_column(sa.Column("shoe_size", sa.Integer()))


def _raise(op: Any) -> None:
    op.add_column("party", sa.Column("shoe_size", sa.Integer()))
    op.execute("INSERT INTO nowhere VALUES (1)")


@pytest.mark.parametrize("fault", [_lose_rows, _break_reference, _rebuild_generated, _raise])
def test_a_faulty_step_leaves_the_old_state_and_can_be_repeated(place: BookPlace, fault: Any) -> None:
    raw = _raw(place)
    schema = raw.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
    before = raw.execute("SELECT id, number, party_id FROM contract ORDER BY id").fetchall()
    raw.close()
    for _ in range(2):
        with pytest.raises(BugError) as problem:
            runner.migrate(place.file, place.key, steps=(Step(2, fault),))
        assert problem.value.parameters == {"version": 2}
        raw = _raw(place)
        assert raw.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall() == schema
        assert raw.execute("SELECT id, number, party_id FROM contract ORDER BY id").fetchall() == before
        raw.close()
    assert runner.migrate(place.file, place.key, steps=(Step(2, _rebuild_parent),)) == 1


def test_a_declared_loss_is_allowed(place: BookPlace) -> None:
    step = Step(2, lambda op: op.execute("DELETE FROM claim"), changes_rows_of=frozenset({"claim"}))
    assert runner.migrate(place.file, place.key, steps=(step,)) == 1


def test_good_steps_stay_when_a_later_one_fails(place: BookPlace) -> None:
    with pytest.raises(BugError):
        runner.migrate(place.file, place.key, steps=(Step(2, _rebuild_parent), Step(3, _raise)))
    raw = _raw(place)
    assert raw.execute("SELECT schema_version FROM book_info").fetchone() == (2,)
    raw.close()


def test_a_newer_schema_is_refused(place: BookPlace) -> None:
    raw = _raw(place)
    raw.execute("UPDATE book_info SET schema_version = 9")
    raw.close()
    with pytest.raises(KnownError, match="book-newer"):
        runner.migrate(place.file, place.key, steps=(Step(2, _rebuild_parent),))


def test_an_older_book_is_backed_up_and_verified_before_it_is_migrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_profile(tmp_path)
    with made.unlock() as book:
        add_person(book, "Alt")
    monkeypatch.setattr(migrations, "STEPS", (Step(2, _rebuild_parent),))
    with made.unlock() as book, book.read() as connection:
        assert connection.exec_driver_sql("SELECT count(shoe_size) FROM contract").scalar_one() == 0
    (saved,) = profiles.list_backups(made.profile)
    assert (saved.reason, saved.schema_version) == ("migration", 1)
    assert saved.rows is not None
    assert saved.rows["party"] == 1


def test_a_failed_migration_leaves_a_book_that_the_old_program_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_profile(tmp_path)
    with made.unlock() as book:
        add_person(book, "Alt")
    monkeypatch.setattr(migrations, "STEPS", (Step(2, _raise),))
    with pytest.raises(BugError, match="migration-failed"):
        made.unlock()
    monkeypatch.undo()
    with made.unlock() as book:
        assert profiles.verify(made.profile, book).whole


def _differences(connection: Any) -> list[Any]:
    with runner.borrowed(connection) as wrapped:
        context = MigrationContext.configure(
            wrapped,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _parents: kind != "table" or "search" not in str(name),
            },
        )
        return list(compare_metadata(context, Base.metadata))


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_the_schema_of_a_book_equals_the_mapped_one(place: BookPlace) -> None:
    raw = _raw(place)
    try:
        assert _differences(raw) == []
        raw.execute("ALTER TABLE party ADD COLUMN planted INTEGER")
        assert _differences(raw), "the comparison can fail"
    finally:
        raw.close()


def test_a_new_book_has_every_table_and_index_of_the_schema(place: BookPlace) -> None:
    raw = _raw(place)
    there = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")}
    raw.close()
    wanted = {t.name for t in Base.metadata.sorted_tables}
    wanted |= {str(i.name) for t in Base.metadata.sorted_tables for i in t.indexes}
    assert wanted <= there
    extra = {n for n in there - wanted if not re.match(r"(party|contract)_search", n)}
    assert not extra
