"""Shapes shared by delegates and widgets: avatars, rings, bars, pills, status, frames, focus rings.

Plain functions that draw into a rectangle given in pixels; sizes come as arguments in units. They draw and nothing else:
whoever calls them gives the value as accessible text.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from brokerdesk.ui.icons import STATUS as STATUS_STROKE
from brokerdesk.ui.icons import TICK
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.units import Type


def middle(top: float, height: float, size: float) -> float:
    """Top of something `size` high, centred without rounding down."""
    return top + (height - size) / 2


def frame(
    painter: QPainter, rect: QRectF, radius: float, *, fill: QColor | None = None, line: QColor | None = None,
    width: float = 1.0, dashed: bool = False,
) -> None:  # fmt: skip
    """A rounded rectangle; the line lies inside `rect`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if fill is not None and line is None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(rect, radius, radius)
    elif line is not None:
        pen = QPen(line, width)
        if dashed:
            pen.setDashPattern([3, 2])
        painter.setPen(pen)
        painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
        half = width / 2
        painter.drawRoundedRect(rect.adjusted(half, half, -half, -half), radius - half, radius - half)
    painter.restore()


def text(
    painter: QPainter, rect: QRectF, words: str, font: QFont, colour: QColor,
    *, align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft, elide: bool = True,
) -> float:  # fmt: skip
    """One line of plain text, vertically centred; returns the width it took."""
    metrics = QFontMetricsF(font)
    width, shown = metrics.horizontalAdvance(words), words
    if elide and width > rect.width():
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, rect.width())
        width = metrics.horizontalAdvance(shown)
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(rect, int(align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)
    return width


def initials(name: str) -> str:
    """Up to two capitals for a name as spoken or as listed („Vries, Anna de"), without particles in lower case."""
    last, comma, first = name.partition(", ")
    if comma and last and first:
        return (first[0] + last[0]).upper()
    words = [w for w in name.replace("-", " ").replace(",", " ").split() if w[0].isalpha() and not w[0].islower()]
    words = words or name.split()
    if not words:
        return ""
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def avatar(
    painter: QPainter, kit: Kit, left: float, top: float, size: float, *, seed: str, letters: str, square: bool = False
) -> None:
    """Initials on the colour of a record; a circle for people, a rounded square for organisations. `size` in units."""
    pixels = kit.units.exact(size)
    ground, ink = kit.theme.avatar(seed)
    rect = QRectF(left, top, pixels, pixels)
    frame(painter, rect, kit.units.exact(6) if square else pixels / 2, fill=ground)
    painter.setFont(kit.units.initials_font(size))
    painter.setPen(ink)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, letters)


def tick_box(
    painter: QPainter, kit: Kit, rect: QRectF, state: Qt.CheckState, *, edge: str, enabled: bool = True
) -> None:
    """The 16 px box of check boxes and ticked rows; `edge` is the token of its border at rest."""
    radius = kit.units.exact(4)
    if state is Qt.CheckState.Unchecked:
        fill = kit.colour("base" if enabled else "sunken")
        frame(painter, rect, radius, fill=fill, line=kit.colour(edge if enabled else "line-strong"), width=1.25)
        return
    frame(painter, rect, radius, fill=kit.colour("accent-fill" if enabled else "line-strong"))
    ink = kit.colour("on-accent" if enabled else "ph")
    side = kit.units.exact(12)
    if state is Qt.CheckState.Checked:
        left, top = middle(rect.left(), rect.width(), side), middle(rect.top(), rect.height(), side)
        kit.icons.paint(painter, "check", left, top, side, ink, stroke=TICK)
        return
    bar = QRectF(0, 0, kit.units.exact(8), kit.units.exact(2))
    bar.moveCenter(rect.center())
    frame(painter, bar, bar.height() / 2, fill=ink)


def radio_dot(painter: QPainter, kit: Kit, rect: QRectF, *, checked: bool, enabled: bool = True) -> None:
    """The 16 px circle of a radio button."""
    radius = rect.width() / 2
    if not checked:
        frame(
            painter, rect, radius, fill=kit.colour("base" if enabled else "sunken"), line=kit.colour("ctl"), width=1.25
        )
        return
    frame(painter, rect, radius, fill=kit.colour("accent-fill" if enabled else "line-strong"))
    dot = QRectF(0, 0, kit.units.exact(6), kit.units.exact(6))
    dot.moveCenter(rect.center())
    frame(painter, dot, dot.width() / 2, fill=kit.colour("on-accent"))


def ring(
    painter: QPainter,
    kit: Kit,
    rect: QRectF,
    share: float,
    *,
    width: float,
    label: QFont | None = None,
    words: str = "",
) -> None:
    """An arc of `share` (0 to 1) from the top, clockwise, `width` units wide, on its track."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    stroke = kit.units.exact(width)
    inner = rect.adjusted(stroke / 2, stroke / 2, -stroke / 2, -stroke / 2)
    painter.setPen(QPen(kit.colour("pressed"), stroke))
    painter.drawEllipse(inner)
    painter.setPen(QPen(kit.colour("accent"), stroke, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawArc(inner, 90 * 16, -round(max(0.0, min(1.0, share)) * 360 * 16))
    painter.restore()
    if words and label is not None:
        text(painter, rect, words, label, kit.colour("text"), align=Qt.AlignmentFlag.AlignHCenter, elide=False)


def progress_bar(painter: QPainter, kit: Kit, rect: QRectF, share: float) -> None:
    """A bar filled to `share` (0 to 1) on its track."""
    radius = rect.height() / 2
    frame(painter, rect, radius, fill=kit.colour("pressed"))
    if share > 0:
        filled = QRectF(rect.left(), rect.top(), max(rect.height(), rect.width() * min(1.0, share)), rect.height())
        frame(painter, filled, radius, fill=kit.colour("accent"))


def status(  # noqa: PLR0917 - a drawing function, called in one way
    painter: QPainter, kit: Kit, rect: QRectF, kind: Status, words: str, font: QFont, *, icon: str = "", gap: float = 6
) -> None:
    """Icon and word of a status in its colour, from the left edge of `rect`. An ended one is struck through."""
    colours = kit.theme.status(kind)
    side = kit.units.exact(16)
    kit.icons.paint(
        painter, icon or colours.icon, rect.left(), middle(rect.top(), rect.height(), side), side, colours.text,
        stroke=STATUS_STROKE,
    )  # fmt: skip
    if kind is Status.ENDED:
        font = QFont(font)
        font.setStrikeOut(True)
    offset = side + kit.units.exact(gap)
    text(painter, rect.adjusted(offset, 0, 0, 0), words, font, colours.text)


def badge_width(kit: Kit, words: str) -> float:
    """Width in pixels of a badge: at least 20 units."""
    needed = QFontMetricsF(kit.units.font(Type.BADGE, strong=True)).horizontalAdvance(words) + kit.units.exact(12)
    return max(kit.units.exact(20), needed)


def badge(painter: QPainter, kit: Kit, rect: QRectF, words: str, *, failure: bool = False) -> None:
    """A count at the right edge of `rect`, 18 high; the error tint only for failures."""
    width, height = badge_width(kit, words), kit.units.exact(18)
    box = QRectF(rect.right() - width, middle(rect.top(), rect.height(), height), width, height)
    error = kit.theme.status(Status.ERROR)
    frame(painter, box, height / 2, fill=error.tint if failure else kit.colour("pressed"))
    ink = error.text if failure else kit.colour("text")
    font = kit.units.font(Type.BADGE, strong=True)
    text(painter, box, words, font, ink, align=Qt.AlignmentFlag.AlignHCenter, elide=False)


def focus_ring(painter: QPainter, kit: Kit, rect: QRectF, radius: float) -> None:
    """The 2 px accent line that marks keyboard focus, just inside `rect`."""
    frame(painter, rect, radius, line=kit.colour("accent"), width=2)


def shadow(painter: QPainter, rect: QRectF, radius: float, blur: int, drop: int, colour: QColor) -> None:  # noqa: PLR0917
    """A soft shadow below `rect`, `blur` pixels wide and `drop` pixels lower."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    layer = QColor(colour)
    for step in range(blur, 0, -2):
        layer.setAlphaF(colour.alphaF() * 2.2 / blur * (1 - step / (blur + 1)))
        painter.setBrush(layer)
        box = rect.adjusted(-step, -step, step, step).translated(0, drop)
        painter.drawRoundedRect(box, radius + step, radius + step)
    painter.restore()
