"""Full-text search over folded text: one index for parties, one for contracts.

The indexes hold no text of their own (contentless), only which row has which words; a row is found by the `key` of its
record. Folding happens in `models.values.folding`, when writing and when searching.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, text

from brokerdesk.models.values.folding import digits, fold, fold_expanded, search_text

_TABLES = {"party": "party_search", "contract": "contract_search"}

SCHEMA = [
    f"CREATE VIRTUAL TABLE {name} USING fts5(words, content='', contentless_delete=1, tokenize=\"unicode61 remove_diacritics 0\", prefix='1 2 3')"
    for name in _TABLES.values()
]


def match_expression(words: str) -> str | None:
    """An FTS5 expression that finds rows with a word beginning with each typed word, in any order; None when empty.

    A typed number is also looked for without its separators; digits in groups are one number.
    """
    parts = words.split()
    if len(parts) > 1 and all(part.strip("+-/()").isdigit() for part in parts):
        parts = ["".join(parts)]
    terms = []
    for word in parts:
        forms = {_plain(form) for form in (fold(word), fold_expanded(word))}
        if any(c.isdigit() for c in word):
            forms.add(digits(word))
        forms.discard("")
        if forms:
            terms.append(
                "(" + " OR ".join(" AND ".join(f'"{p}"*' for p in form.split()) for form in sorted(forms)) + ")"
            )
    return " AND ".join(terms) or None


def _plain(form: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in form).split())


def index(connection: Connection, kind: str, rows: Iterable[tuple[int, str]]) -> None:
    """Replace the words of the given `(key, text)` rows of one kind."""
    values = list(rows)
    if values:
        sql = f"INSERT OR REPLACE INTO {_TABLES[kind]}(rowid, words) VALUES (?, ?)"
        connection.exec_driver_sql(sql, values)


def remove(connection: Connection, kind: str, keys: Iterable[int]) -> None:
    """Forget the words of the given rows."""
    values = [{"key": key} for key in keys]
    if values:
        connection.execute(text(f"DELETE FROM {_TABLES[kind]} WHERE rowid = :key"), values)


def find(connection: Connection, kind: str, words: str, *, limit: int | None = None) -> list[int] | None:
    """Keys of the rows that match, unordered; None when `words` holds nothing to look for."""
    expression = match_expression(words)
    if expression is None:
        return None
    sql = f"SELECT rowid AS key FROM {_TABLES[kind]} WHERE words MATCH ?"
    if limit is not None:
        sql += f" LIMIT {int(limit)}"
    return keys(connection, sql, (expression,))


def keys(connection: Connection, sql: str, values: Sequence[Any]) -> list[int]:
    """The column `key` of a statement, unordered.

    SQLite writes all of them into one value: a broad search finds every record of a book, and a hundred thousand rows of
    one number each take the driver three times as long.
    """
    cursor = connection.connection.cursor()
    try:
        cursor.execute(f"SELECT group_concat(key) FROM ({sql})", values)
        (joined,) = cursor.fetchone() or (None,)
        found: list[int] = json.loads(f"[{joined or ''}]")
        return found
    finally:
        cursor.close()


def party_words(
    *, names: Iterable[str | None], city: str | None, zip_code: str | None, email: str | None, phones: Iterable[str | None],
    numbers: Iterable[str | None]
) -> str:  # fmt: skip
    """The indexed text of a party."""
    spellings = [form for phone in phones if phone for form in phone_spellings(phone)]
    return search_text(*names, city, zip_code, email, *spellings, *numbers)


def phone_spellings(phone: str) -> tuple[str, ...]:
    """A number as it may be typed: international, with the leading zero, and without."""
    plain = digits(phone)
    for country in ("49", "43", "31"):
        if phone.startswith("+" + country):
            return plain, "0" + plain[2:], plain[2:]
    return (plain,)


def contract_words(
    *, number: str | None, product: str | None, line_name: str | None, objects: Iterable[str | None]
) -> str:
    """The indexed text of a contract."""
    return search_text(number, product, line_name, *objects)
