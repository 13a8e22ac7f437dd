"""The page with the recovery code that the user prints and locks away. Never written to a folder by this module.

The code stands in groups of four; the QR code holds the same letters without separators.
"""

from __future__ import annotations

from itertools import islice

from brokerdesk.core.texts import Texts
from brokerdesk.documents.contexts.recovery_sheet import RecoverySheet
from brokerdesk.documents.overview_table import LEFT, RIGHT
from brokerdesk.documents.sheet import ACCENT, HEIGHT, LINE, LINE_STRONG, MUTED, TEXT, Document, Sheet, Style, bold
from brokerdesk.models.values.dates import format_date

_GROUP = 4
_PER_LINE = 4
_CODE = Style(22, face=bold(1).face, spacing=1.6)
_QR_SIZE = 110.0


def make_recovery_sheet(context: RecoverySheet) -> Document:
    """The PDF of one page. Raises `ValueError` for an empty code."""
    code = "".join(c for c in context.code.reveal() if c.isalnum())
    if not code:
        raise ValueError("a recovery sheet needs a code")
    texts = Texts(context.language.value)
    sheet = Sheet(context.language, texts("documents.recovery.title"))
    say = {key: sheet.ready(texts(f"documents.recovery.{key}")) for key in ("title", "what", "keep", "use", "foot")}
    sheet.text(LEFT, 76, say["title"], bold(22))
    body, muted = Style(10.5), Style(8, MUTED)
    y = 104.0
    for key in ("what", "keep"):
        for line in sheet.wrap(say[key], body, RIGHT - LEFT):
            sheet.text(LEFT, y, line, body)
            y += 15
        y += 5
    y = _facts(sheet, texts, context, y + 8)
    y = _code(sheet, texts, code, y + 36, with_qr=context.with_qr)
    for line in sheet.wrap(say["use"], body, RIGHT - LEFT):
        sheet.text(LEFT, y, line, body)
        y += 15
    sheet.rule(LEFT, RIGHT, HEIGHT - 45.7, LINE)
    sheet.text(LEFT, HEIGHT - 32.6, say["foot"], muted)
    return sheet.finish()


def _facts(sheet: Sheet, texts: Texts, context: RecoverySheet, y: float) -> float:
    sheet.rule(LEFT, RIGHT, y, LINE_STRONG)
    values = {"profile": context.profile_name, "created": format_date(context.created_on, context.language)}
    for x, (key, value) in zip((LEFT, 380.0), values.items(), strict=True):
        sheet.text(x, y + 16, sheet.ready(texts(f"documents.recovery.{key}")), Style(8, MUTED))
        lines = sheet.wrap(sheet.ready(value), bold(11), 300 if x == LEFT else 150, lines=1)
        sheet.text(x, y + 31, lines[0], bold(11))
    sheet.rule(LEFT, RIGHT, y + 42, LINE_STRONG)
    return y + 42


def _code(sheet: Sheet, texts: Texts, code: str, y: float, *, with_qr: bool) -> float:
    sheet.text(LEFT, y, sheet.ready(texts("documents.recovery.code")), bold(10, ACCENT))
    groups = iter([code[i : i + _GROUP] for i in range(0, len(code), _GROUP)])
    top, y = y, y + 38
    while line := list(islice(groups, _PER_LINE)):
        sheet.text(LEFT, y, sheet.ready("  ".join(line)), _CODE)
        y += 36
    if with_qr:
        _qr(sheet, code, RIGHT - _QR_SIZE, top - 8)
    return max(y, top + _QR_SIZE + 10) + 14


def _qr(sheet: Sheet, code: str, x: float, y: float) -> None:
    import segno

    rows = list(segno.make(code, error="m", micro=False).matrix)
    size = _QR_SIZE / len(rows)
    for number, row in enumerate(rows):
        start = None
        for column, dark in enumerate([*row, 0]):  # neighbouring modules become one box, so that no seam shows
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                sheet.box(x + start * size, y + number * size, ((column - start) * size, size), TEXT)
                start = None
