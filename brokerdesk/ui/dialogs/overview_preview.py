"""The contract overview as it will be printed: the real PDF, made in the background and kept in memory only.

Nothing is written to disk unless the user saves the file (no temporary files with personal data).
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPageLayout, QPageSize, QPainter
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPdfWidgets import QPdfView
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QFileDialog, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from brokerdesk.core.errors import KnownError, register
from brokerdesk.services.context import Outcome
from brokerdesk.ui.background.lanes import Job, Lane
from brokerdesk.ui.dialogs.base import Dialog
from brokerdesk.ui.kit import Kit
from brokerdesk.ui.units import Type
from brokerdesk.ui.widgets.buttons import Button, Look
from brokerdesk.ui.widgets.controls import CheckBox
from brokerdesk.ui.widgets.labels import PlainLabel, rule
from brokerdesk.ui.workplace import Workplace

DPI = 300
SAVE_FAILED = register("overview-not-saved")


class OverviewPreview(Dialog):
    """Preview with options; print and save. `pages()` says how many pages are shown."""

    def __init__(self, place: Workplace, party_id: str, *, name: str = "", parent: QWidget | None = None) -> None:
        """`name` is the customer's, for the title and the proposed file name."""
        super().__init__(place.kit, place.text("customer.preview.title"), parent=parent, width=940, height=640)
        self._place, self._party_id, self._name = place, party_id, name
        self.set_title(place.text("customer.preview.title"), name)
        self._job: Job | None = None
        self._bytes = QByteArray()
        self._buffer = QBuffer(self)
        self.document = QPdfDocument(self)
        self.view = PagesView(place.kit, self.document)
        self.without_premiums, self.household = CheckBox(place.kit), CheckBox(place.kit)
        self._count = PlainLabel(place.kit, type=Type.HINT, tone="muted")
        self._lay_out()
        self.save_button, self.print_button = (
            Button(place.kit, icon="download"),
            Button(place.kit, icon="printer", look=Look.PRIMARY),
        )
        close = Button(place.kit)
        for button, key, work in (
            (close, "ui.close", self.reject),
            (self.save_button, "customer.preview.save", self.save),
            (self.print_button, "customer.preview.print", self.print_pages),
        ):
            place.kit.bind(button, button.setText, key)
            button.clicked.connect(lambda _=False, work=work: work())
        self.set_buttons(self.print_button, close, self.save_button)
        self.refresh()

    def pages(self) -> int:
        """Pages of the document shown, 0 while it is being made."""
        return self.document.pageCount()

    def refresh(self) -> None:
        """Make the document anew with the chosen options."""
        if self._job is not None:
            self._job.cancel()
        self._enable(ready=False)
        overviews, party_id = self._place.desk.overviews, self._party_id
        bare, household = self.without_premiums.isChecked(), self.household.isChecked()
        self._job = self._place.background.run(
            Lane.WORK,
            lambda _job: overviews.render(party_id, without_premiums=bare, household=household),
            self,
            self._show,
            failed=self._place.failed,
        )

    def save(self) -> None:
        """Ask where to, then write the file."""
        proposed = self._place.text("customer.preview.file", name=self._name.replace("/", "-"))
        path, _ = QFileDialog.getSaveFileName(self, self._place.text("customer.preview.save"), proposed, "PDF (*.pdf)")
        if path:
            self.write_to(Path(path))

    def write_to(self, path: Path) -> None:
        """Write the document to a file off the GUI thread."""
        content = bytes(self._bytes.data())

        def work() -> Outcome[str]:
            try:
                path.write_bytes(content)
            except OSError as problem:
                raise KnownError(SAVE_FAILED) from problem
            return Outcome(path.name)

        told = self._place.text("customer.preview.saved", file=path.name)
        self._place.write(work, receiver=self, done=lambda _: self._place.notices.toast(told))

    def print_pages(self) -> None:
        """Ask for the printer, then print what is shown."""
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        chooser = QPrintDialog(printer, self)
        if chooser.exec() == QDialog.DialogCode.Accepted:
            self.print_on(printer)

    def print_on(self, printer: QPrinter) -> None:
        """Draw every page at 300 dpi; the page is the paper, margins are inside the document."""
        printer.setResolution(DPI)
        printer.setDocName(self._place.text("customer.preview.title"))
        printer.setFullPage(True)
        printer.setPageLayout(
            QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF())
        )
        painter = QPainter(printer)
        first = max(1, printer.fromPage()) - 1
        last = min(self.pages(), printer.toPage() or self.pages())
        for number in range(first, last):
            if number > first:
                printer.newPage()
            points = self.document.pagePointSize(number)
            size = QSize(round(points.width() * DPI / 72), round(points.height() * DPI / 72))
            painter.drawImage(QRectF(QPointF(0, 0), size.toSizeF()), self.document.render(number, size))
        painter.end()

    def done(self, result: int) -> None:
        """Let go of the document before the buffer dies."""
        if self._job is not None:
            self._job.cancel()
        self.document.close()
        self._buffer.close()
        super().done(result)

    def _lay_out(self) -> None:
        kit = self.kit
        row, side = QHBoxLayout(), QVBoxLayout()
        heading = PlainLabel(kit, strong=True)
        kit.bind(heading, heading.setText, "customer.preview.content")
        side.addWidget(heading)
        for box, key in ((self.without_premiums, "without"), (self.household, "household")):
            kit.bind(box, box.setText, f"customer.preview.{key}")
            box.toggled.connect(lambda _: self.refresh())
            side.addWidget(box)
        hint = PlainLabel(kit, type=Type.HINT, tone="muted", wrap=True)
        kit.bind(hint, hint.setText, "customer.preview.hint")
        side.addWidget(hint)
        side.addStretch(1)
        side.addWidget(self._count)
        row.addLayout(side, 2)
        row.addSpacing(kit.u(16))
        row.addWidget(rule("v"))
        row.addWidget(self.view, 5)
        row.setSpacing(0)
        kit.sized(self, lambda u: side.setSpacing(u(8)))
        self.body.addLayout(row, 1)

    def _show(self, content: bytes) -> None:
        self._job = None
        self.document.close()
        self._buffer.close()
        self._bytes = QByteArray(content)
        self._buffer.setData(self._bytes)
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self.document.load(self._buffer)
        self._enable(ready=self.pages() > 0)

    def _enable(self, *, ready: bool) -> None:
        self.save_button.setEnabled(ready)
        self.print_button.setEnabled(ready)
        self._count.setText(self._place.text("customer.preview.pages", n=self.pages()) if ready else "")


class PagesView(QPdfView):
    """The pages on the sunken desk, as wide as the dialog allows."""

    def __init__(self, kit: Kit, document: QPdfDocument) -> None:
        """All pages below each other."""
        super().__init__()
        self.setDocument(document)
        self.setPageMode(QPdfView.PageMode.MultiPage)
        self.setZoomMode(QPdfView.ZoomMode.FitToWidth)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        kit.bind(self, self.setAccessibleName, "customer.preview.pages-name")
        kit.sized(self, lambda u: self._colour(kit, u(8)))

    def _colour(self, kit: Kit, spacing: int) -> None:
        self.setPageSpacing(spacing)
        palette = self.palette()
        palette.setColor(palette.ColorRole.Dark, kit.colour("sunken"))
        self.setPalette(palette)
