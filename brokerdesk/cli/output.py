"""What a command says: one JSON document on standard output, or sentences; messages always go to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from brokerdesk.core.clock import to_wire
from brokerdesk.core.errors import DeskError
from brokerdesk.core.texts import Texts


def as_json(value: Any) -> Any:
    """Dates and times as text, for `json.dumps`."""
    if isinstance(value, datetime):
        return to_wire(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


class Output:
    """Writes results, notes, progress and errors of one command."""

    def __init__(self, texts: Texts, *, json: bool) -> None:
        """`json` asks for one document and nothing else on standard output."""
        self.texts = texts
        self.json = json
        self._shows_progress = sys.stderr.isatty() and not json

    def document(self, value: Any) -> None:
        """Write the JSON document."""
        sys.stdout.write(json.dumps(value, ensure_ascii=False, default=as_json) + "\n")
        sys.stdout.flush()

    def result(self, value: Any, *lines: str) -> None:
        """The document in JSON mode, else the lines."""
        if self.json:
            self.document(value)
            return
        for line in lines:
            sys.stdout.write(line + "\n")

    def table(self, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """A plain table with columns as wide as needed."""
        cells = [[str(c) for c in head], *([("" if c is None else str(c)) for c in row] for row in rows)]
        widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
        for row in cells:
            sys.stdout.write("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() + "\n")

    def say(self, key: str, **values: object) -> str:
        """A text of the catalogue."""
        return self.texts(key, **values)

    def note(self, key: str, **values: object) -> None:
        """A sentence on standard error."""
        sys.stderr.write(self.texts(key, **values) + "\n")

    def error(self, problem: DeskError) -> None:
        """An error as sentence and code; as the JSON document in JSON mode."""
        text = self.sentence(problem)
        if self.json:
            self.document({"error": {"code": problem.code, "text": text, "parameters": problem.parameters}})
        else:
            sys.stderr.write(f"{text} ({problem.code})\n")

    def sentence(self, problem: DeskError) -> str:
        """The sentence of an error; a reason that is a text key is translated too."""
        values = {
            k: self.texts(v) if isinstance(v, str) and self.texts.has(v) else v for k, v in problem.parameters.items()
        }
        return self.texts(f"error.{problem.code}", **values)

    def progress(self, done: int, total: int) -> None:
        """A running percentage on a terminal, nothing elsewhere."""
        if self._shows_progress and total:
            sys.stderr.write(f"\r{100 * done // total:3d} %" + ("\n" if done >= total else ""))
            sys.stderr.flush()
