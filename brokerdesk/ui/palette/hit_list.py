"""The list of the palette: group headings, hits with marked letters, key caps, reasons; unavailable ones last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from brokerdesk.ui.kit import Kit
from brokerdesk.ui.palette.provider import Hit, matches
from brokerdesk.ui.units import Type
from brokerdesk.ui.widgets import painting

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
HIT_ROLE = Qt.ItemDataRole.UserRole + 1


class HitModel(QAbstractListModel):
    """Headings (text) and hits in the order shown."""

    def __init__(self) -> None:
        """Empty."""
        super().__init__()
        self.lines: list[str | Hit] = []

    def set_hits(self, hits: Sequence[Hit]) -> None:
        """Group by heading in order of appearance; unavailable groups go last."""
        groups: dict[str, list[Hit]] = {}
        for hit in sorted(hits, key=lambda h: bool(h.reason)):
            groups.setdefault(hit.group, []).append(hit)
        self.beginResetModel()
        self.lines = []
        for heading, members in groups.items():
            self.lines += [heading, *members]
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        """Headings and hits."""
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The line, and its words for screen readers."""
        if not index.isValid():
            return None
        line = self.lines[index.row()]
        if role == HIT_ROLE:
            return line
        if role == Qt.ItemDataRole.DisplayRole:
            return line if isinstance(line, str) else line.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return line if isinstance(line, str) else " ".join(p for p in (line.title, line.remark, line.reason) if p)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Only available hits can be chosen."""
        line = self.lines[index.row()] if index.isValid() else ""
        if isinstance(line, str):
            return Qt.ItemFlag.NoItemFlags
        base = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return base if line.reason else base | Qt.ItemFlag.ItemIsEnabled


class _HitDelegate(QStyledItemDelegate):
    def __init__(self, kit: Kit, view: HitList) -> None:
        super().__init__(view)
        self._kit, self._view = kit, view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        heading = isinstance(index.data(HIT_ROLE), str)
        return QSize(self._kit.u(100), self._kit.u(28 if heading else 36))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line, box, kit = index.data(HIT_ROLE), QRectF(option.rect), self._kit
        painter.save()
        if isinstance(line, str):
            font = kit.units.font(Type.HINT, strong=True)
            painting.text(painter, box.adjusted(kit.u(10), 0, 0, 0), line, font, kit.colour("muted"))
        else:
            self._hit(painter, box, line, chosen=index.row() == self._view.currentIndex().row())
        painter.restore()

    def _hit(self, painter: QPainter, box: QRectF, hit: Hit, *, chosen: bool) -> None:
        kit, u = self._kit, self._kit.units.exact
        if chosen:
            painting.frame(painter, box, u(6), fill=kit.colour("hover" if hit.reason else "accent-fill"))
        chosen = chosen and not hit.reason
        ink = kit.colour("on-accent" if chosen else "ph" if hit.reason else "text")
        soft = kit.colour("on-accent" if chosen else "ph" if hit.reason else "muted")
        if hit.seed:
            top = painting.middle(box.top(), box.height(), u(22))
            painting.avatar(
                painter, kit, box.left() + u(10), top, 22, seed=hit.seed, letters=hit.letters, square=hit.square
            )
        else:
            top = painting.middle(box.top(), box.height(), u(16))
            kit.icons.paint(painter, hit.icon or "file", box.left() + u(13), top, u(16), soft)
        right = self._keys(painter, box, hit, chosen=chosen)
        area = QRectF(box.left() + u(42), box.top(), right - box.left() - u(50), box.height())
        used = self._title(painter, area, hit, ink=ink)
        rest = area.adjusted(used + u(10), 0, 0, 0)
        if rest.width() > u(30):
            painting.text(painter, rest, hit.reason or hit.remark, kit.units.font(), soft)

    def _title(self, painter: QPainter, area: QRectF, hit: Hit, *, ink: Any) -> float:
        """The title piece by piece, matched letters bold and underlined; the width it took."""
        plain, marked = self._kit.units.font(), QFont(self._kit.units.font(strong=True))
        marked.setUnderline(True)
        at, left = 0, area.left()
        spans = (matches(self._view.words, hit.title) or []) if self._view.words else []
        pieces: list[tuple[str, QFont]] = []
        for start, length in spans:
            if start >= at:
                pieces += [(hit.title[at:start], plain), (hit.title[start : start + length], marked)]
                at = start + length
        pieces.append((hit.title[at:], plain))
        for words, font in pieces:
            room = area.right() - left
            if words and room > 0:
                painting.text(painter, QRectF(left, area.top(), room, area.height()), words, font, ink)
                left += QFontMetricsF(font).horizontalAdvance(words)
        return min(left, area.right()) - area.left()

    def _keys(self, painter: QPainter, box: QRectF, hit: Hit, *, chosen: bool) -> float:
        """Key caps from the right edge; where they begin."""
        kit, u, right = self._kit, self._kit.units.exact, box.right() - self._kit.units.exact(10)
        font = kit.units.font(Type.BADGE)
        for key in reversed(hit.keys):
            width = QFontMetricsF(font).horizontalAdvance(key) + u(12)
            cap = QRectF(right - width, painting.middle(box.top(), box.height(), u(18)), width, u(18))
            ground = None if chosen else kit.colour("alt")
            painting.frame(painter, cap, u(4), fill=ground, line=kit.colour("on-accent" if chosen else "line"))
            ink = kit.colour("on-accent" if chosen else "muted")
            painting.text(painter, cap, key, font, ink, align=Qt.AlignmentFlag.AlignHCenter, elide=False)
            right -= width + u(5)
        return right


class HitList(QListView):
    """`run` is sent with the hit that was chosen."""

    run = Signal(object)

    def __init__(self, kit: Kit, parent: QWidget | None = None) -> None:
        """The palette's field keeps the keyboard focus."""
        super().__init__(parent)
        self._kit, self.words = kit, ""
        self._model = HitModel()
        self.setModel(self._model)
        self.setItemDelegate(_HitDelegate(kit, self))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.viewport().setAutoFillBackground(False)
        self.setStyleSheet("background: transparent;")
        kit.bind(self, self.setAccessibleName, "ui.palette.results")
        kit.sized(self, lambda units: self.setViewportMargins(units(8), units(6), units(8), units(6)))
        self.clicked.connect(self._clicked)

    def set_words(self, words: str) -> None:
        """Mark these words in the titles."""
        self.words = words

    def set_hits(self, hits: Sequence[Hit]) -> None:
        """Show them; the first one that can be run is current."""
        self._model.set_hits(hits)
        for row, line in enumerate(self._model.lines):
            if not isinstance(line, str):
                self.setCurrentIndex(self._model.index(row, 0))
                break

    def hits(self) -> list[Hit]:
        """The hits in the order shown."""
        return [line for line in self._model.lines if not isinstance(line, str)]

    def current(self) -> Hit | None:
        """The current hit."""
        line = self.currentIndex().data(HIT_ROLE) if self.currentIndex().isValid() else None
        return line if isinstance(line, Hit) else None

    def step(self, by: int) -> None:
        """Move over headings, stop at the ends."""
        rows = [row for row, line in enumerate(self._model.lines) if not isinstance(line, str)]
        if not rows:
            return
        here = self.currentIndex().row()
        at = rows.index(here) if here in rows else 0
        self.setCurrentIndex(self._model.index(rows[max(0, min(len(rows) - 1, at + by))], 0))
        self.scrollTo(self.currentIndex())
        self.viewport().update()

    def run_current(self) -> None:
        """Run the current hit if it is available."""
        hit = self.current()
        if hit is not None and not hit.reason:
            self.run.emit(hit)

    def _clicked(self, index: QModelIndex) -> None:
        self.setCurrentIndex(index)
        self.run_current()
