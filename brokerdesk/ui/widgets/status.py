"""Small signs: status with icon and word, pill, avatar, key cap, ring, progress.

Each has its value as accessible text; colour is never the only cue.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from brokerdesk.ui.icons import STATUS as STATUS_STROKE
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.units import Type
from brokerdesk.ui.widgets import painting


class _Sign(QWidget):
    """Base of painted signs: fixed size, accessible name, repaint with the theme."""

    def __init__(self, kit: Kit, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kit, self._words = kit, words
        self.setAccessibleName(words)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        kit.sized(self, lambda _: self.update())

    def set_words(self, words: str) -> None:
        """Change the words."""
        self._words = words
        self.setAccessibleName(words)
        self.updateGeometry()
        self.update()

    def minimumSizeHint(self) -> QSize:
        """As large as it needs to be."""
        return self.sizeHint()

    def _advance(self, font: QFont) -> int:
        return QFontMetrics(font).horizontalAdvance(self._words) + 1


class StatusLabel(_Sign):
    """Icon and word in the colour of a status."""

    def __init__(
        self, kit: Kit, status: Status, words: str, *, icon: str = "", type: Type = Type.BODY, strong: bool = False,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """`icon` overrides the usual icon of the status."""
        self._status, self._icon, self._type, self._strong = status, icon, type, strong
        super().__init__(kit, words, parent)

    def set_status(self, status: Status, words: str, *, icon: str = "") -> None:
        """Change status, words and icon."""
        self._status, self._icon = status, icon
        self.set_words(words)

    def sizeHint(self) -> QSize:
        """Icon 16, gap 6, words."""
        u = self._kit.u
        return QSize(u(16 + 6) + self._advance(self._kit.units.font(self._type, strong=self._strong)), u(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw."""
        font = self._kit.units.font(self._type, strong=self._strong)
        painting.status(
            QPainter(self), self._kit, QRectF(self.rect()), self._status, self._words, font, icon=self._icon
        )


class Pill(_Sign):
    """A status on its tint; used in heads and cards only."""

    def __init__(self, kit: Kit, status: Status, words: str, *, icon: str = "", parent: QWidget | None = None) -> None:
        """`icon` overrides the usual icon of the status."""
        self._status, self._icon = status, icon
        super().__init__(kit, words, parent)

    def set_status(self, status: Status, words: str, *, icon: str = "") -> None:
        """Change status, words and icon."""
        self._status, self._icon = status, icon
        self.set_words(words)

    def sizeHint(self) -> QSize:
        """22 high, padding 6 and 9."""
        u = self._kit.u
        return QSize(u(6 + 14 + 5 + 9) + self._advance(self._font()), u(22))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw."""
        kit, u, box = self._kit, self._kit.units.exact, QRectF(self.rect())
        painter, colours = QPainter(self), kit.theme.status(self._status)
        painting.frame(painter, box, box.height() / 2, fill=colours.tint)
        top = painting.middle(0, box.height(), u(14))
        kit.icons.paint(painter, self._icon or colours.icon, u(6), top, u(14), colours.text, stroke=STATUS_STROKE)
        painting.text(
            painter, box.adjusted(u(6 + 14 + 5), 0, 0, 0), self._words, self._font(), colours.text, elide=False
        )

    def _font(self) -> QFont:
        return self._kit.units.font(Type.HINT, strong=True)


class Avatar(_Sign):
    """Initials of a person (circle) or an organisation (rounded square)."""

    def __init__(
        self, kit: Kit, name: str, seed: str, *, size: int = 28, square: bool = False, letters: str = "",
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """`seed` is the record id, which picks the colour; `size` in units: 22, 24, 28, 44 or 48."""
        self._size, self._seed, self._square = size, seed, square
        self._letters = letters or painting.initials(name)
        super().__init__(kit, name, parent)

    def set_person(self, name: str, seed: str, *, square: bool = False, letters: str = "") -> None:
        """Show someone else."""
        self._seed, self._square, self._letters = seed, square, letters or painting.initials(name)
        self.set_words(name)

    def sizeHint(self) -> QSize:
        """Its diameter."""
        return QSize(self._kit.u(self._size), self._kit.u(self._size))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw."""
        painter = QPainter(self)
        painting.avatar(
            painter, self._kit, 0, 0, self._size, seed=self._seed, letters=self._letters, square=self._square
        )


class KeyCap(_Sign):
    """A key of a shortcut, such as „Strg+K“ in the search field."""

    def sizeHint(self) -> QSize:
        """18 high."""
        return QSize(self._kit.u(12) + self._advance(self._kit.units.font(Type.BADGE)), self._kit.u(18))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw."""
        kit, box = self._kit, QRectF(self.rect())
        painter = QPainter(self)
        painting.frame(painter, box, kit.units.exact(4), fill=kit.colour("alt"), line=kit.colour("line"))
        font = kit.units.font(Type.BADGE)
        painting.text(
            painter, box, self._words, font, kit.colour("muted"), align=Qt.AlignmentFlag.AlignHCenter, elide=False
        )


class IconDisc(_Sign):
    """An icon on a tinted disc: events of the app (28), empty states (52)."""

    def __init__(
        self, kit: Kit, icon: str, *, status: Status = Status.INFO, size: int = 28, name: str = "", square: bool = False,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """Decoration unless it is given a `name`."""
        self._icon, self._status, self._size, self._square = icon, status, size, square
        super().__init__(kit, name, parent)

    def set_icon(self, icon: str, status: Status) -> None:
        """Change icon and tint."""
        self._icon, self._status = icon, status
        self.update()

    def sizeHint(self) -> QSize:
        """Its diameter."""
        return QSize(self._kit.u(self._size), self._kit.u(self._size))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw."""
        kit, box, painter = self._kit, QRectF(self.rect()), QPainter(self)
        colours = kit.theme.status(self._status)
        painting.frame(painter, box, kit.units.exact(8) if self._square else box.width() / 2, fill=colours.tint)
        side = kit.units.exact(round(self._size * 0.5))
        kit.icons.paint(
            painter,
            self._icon,
            painting.middle(0, box.width(), side),
            painting.middle(0, box.height(), side),
            side,
            colours.text,
        )


class _Share(_Sign):
    """A share of something, told by its accessible name."""

    def __init__(self, kit: Kit, name: str, share: float, parent: QWidget | None) -> None:
        self._name = name
        super().__init__(kit, name, parent)
        self.set_share(share)

    def set_share(self, share: float, *, name: str = "") -> None:
        """Change the share, from 0 to 1, and of what it is if that is said in another language now."""
        self._share, self._name = share, name or self._name
        self.setAccessibleName(f"{self._name}: {round(share * 100)} %")
        self.update()


class Ring(_Share):
    """A share as a ring, 30 or 44 units; the large one shows its percentage inside."""

    def __init__(self, kit: Kit, name: str, share: float, *, size: int = 30, parent: QWidget | None = None) -> None:
        """`share` from 0 to 1; `name` says of what."""
        self._size = size
        super().__init__(kit, name, share, parent)

    def sizeHint(self) -> QSize:
        """Its diameter."""
        return QSize(self._kit.u(self._size), self._kit.u(self._size))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw."""
        large = self._size >= 40
        words = f"{round(self._share * 100)}%" if large else ""
        font = self._kit.units.font(Type.HINT, strong=True)
        box = QRectF(self.rect())
        painting.ring(QPainter(self), self._kit, box, self._share, width=5 if large else 4, label=font, words=words)


class Progress(_Share):
    """A thin bar; its value is also its accessible name."""

    def __init__(
        self, kit: Kit, name: str, share: float = 0.0, *, width: int = 110, parent: QWidget | None = None
    ) -> None:
        """`share` from 0 to 1, `width` in units."""
        self._width = width
        super().__init__(kit, name, share, parent)

    def sizeHint(self) -> QSize:
        """4 high."""
        return QSize(self._kit.u(self._width), self._kit.u(4))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw."""
        painting.progress_bar(QPainter(self), self._kit, QRectF(self.rect()), self._share)
