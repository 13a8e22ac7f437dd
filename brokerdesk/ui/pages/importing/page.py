"""The import page: a file is first counted and checked without writing, then imported in one step that can be cancelled.

Everything slow runs on the work lane with progress in the status bar; the page only shows reports.
"""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from brokerdesk.core.errors import BUG, BugError, DeskError, KnownError
from brokerdesk.services import profiles
from brokerdesk.services.gdv_import import GdvImport
from brokerdesk.services.gdv_import.report import ImportReport
from brokerdesk.services.gdv_import.run import IMPORT_CANCELLED
from brokerdesk.ui.background.lanes import Job, Lane, Progress
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.pages.importing.alike import AlikeList
from brokerdesk.ui.tables.columns import Cell, Column, Kind
from brokerdesk.ui.tables.static_model import StaticTableModel
from brokerdesk.ui.tables.view import TableView
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.widgets.buttons import Button, Look, button_row
from brokerdesk.ui.widgets.cards import Emptiness, EmptyState, Figure, FigureStrip, Heading
from brokerdesk.ui.widgets.notices import InfoBar
from brokerdesk.ui.widgets.page_head import PageHead
from brokerdesk.ui.widgets.status import Progress as ProgressBar
from brokerdesk.ui.workplace import Workplace

_BACKUP_FROM_BYTES = 256_000
_SEVERITY = {"info": Status.INFO, "warning": Status.WARNING, "error": Status.ERROR}
Finding = dict[str, Any]


def _severity(row: Finding, texts: Translator) -> Cell:
    return Cell(text=texts(f"importing.severity.{row['severity']}"), status=_SEVERITY[row["severity"]])


def _place_of(row: Finding, _texts: Translator) -> Cell:
    return Cell(text=str(row["record"] or "–"), muted=True)


def _text(row: Finding, _texts: Translator) -> Cell:
    return Cell(text=row["text"])


COLUMNS: tuple[Column[Finding], ...] = (
    Column(key="severity", title_key="importing.severity-title", kind=Kind.STATUS, cell=_severity, width=130),
    Column(key="record", title_key="importing.record", cell=_place_of, width=80, align="right"),
    Column(key="text", title_key="importing.finding", cell=_text, stretch=True),
)


class ImportPage(QWidget):
    """Choose a file or drop it here; the report of the dry run decides."""

    def __init__(self, place: Workplace) -> None:
        """Nothing chosen yet."""
        super().__init__()
        self._place, kit = place, place.kit
        self._file: Path | None = None
        self._job: Job | None = None
        self._stop = Event()
        self._report: ImportReport | None = None
        self.setAcceptDrops(True)
        self.choose = Button(kit, icon="file-import")
        kit.bind(self.choose, self.choose.setText, "importing.choose")
        self.choose.clicked.connect(lambda _=False: self._ask_file())
        self.head = PageHead(kit, "importing.title", self.choose)
        self.outcome = InfoBar(kit, Status.INFO, "")
        self.outcome.hide()
        self.figures = FigureStrip(kit)
        self.figures.hide()
        self.progress = ProgressBar(kit, place.text("importing.progress"), width=260)
        self.progress.hide()
        self.cancel = Button(kit)
        kit.bind(self.cancel, self.cancel.setText, "importing.cancel")
        self.cancel.clicked.connect(lambda _=False: self._cancel())
        self.cancel.hide()
        self.start = Button(kit, look=Look.PRIMARY)
        kit.bind(self.start, self.start.setText, "importing.start")
        self.start.clicked.connect(lambda _=False: self._run(dry_run=False))
        self.start.hide()
        self.empty = EmptyState(
            kit, Emptiness.NOTHING_YET, title="", words="", icon="file-import", action=place.text("importing.choose"),
            on_action=self._ask_file,
        )  # fmt: skip
        self.findings_title = Heading(kit, "")
        kit.bind(self.findings_title, self.findings_title.label.setText, "importing.findings")
        self.model: StaticTableModel[Finding] = StaticTableModel(kit, COLUMNS, self)
        self.table = TableView(kit, self.model, name_key="importing.findings")
        self.alike = AlikeList(place)
        self._arrange()
        for widget in (self.findings_title, self.table):
            widget.hide()
        kit.on_language(self, self._rewrite)

    def _rewrite(self) -> None:
        say = self._place.text
        self.empty.set_words(say("importing.empty"), say("importing.hint"), say("importing.choose"))
        if self._report is not None and self._job is None:
            self._show(self._report)

    def _arrange(self) -> None:
        kit = self._place.kit
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        inner = QVBoxLayout()
        kit.sized(self, lambda units: inner.setContentsMargins(units(16), units(6), units(14), units(14)))
        kit.sized(self, lambda units: inner.setSpacing(units(12)))
        for widget in (self.outcome, self.figures):
            inner.addWidget(widget)
        row = button_row(self.progress, self.cancel, self.start)  # type: ignore[arg-type]
        row.addStretch(1)
        inner.addLayout(row)
        inner.addWidget(self.findings_title)
        inner.addWidget(self.table, 1)
        inner.addWidget(self.empty, 1)
        inner.addWidget(self.alike, 1)
        column.addLayout(inner, 1)
        column.addStretch(0)

    def entered(self) -> None:
        """Proposals may have come by another import."""
        self.alike.read()

    def _ask_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, self._place.text("importing.choose"))
        if name:
            self.open_file(Path(name))

    def open_file(self, path: Path) -> None:
        """Count and check a file without writing anything."""
        self._file = path
        self._run(dry_run=True)

    def _run(self, *, dry_run: bool) -> None:
        path = self._file
        if path is None or self._job is not None:
            return
        desk, profile = self._place.desk, self._place.extras.get("profile")
        stop = self._stop = Event()

        def work(job: Job) -> ImportReport:
            large = path.exists() and path.stat().st_size > _BACKUP_FROM_BYTES
            if large and not dry_run and profile is not None:
                profiles.automatic_backup(profile, desk.book, reason="import", force=True)
            return GdvImport(desk.context).run(
                path,
                dry_run=dry_run,
                progress=lambda done, total: job.report(done, total),
                cancelled=lambda: job.cancelled or stop.is_set(),
            )

        self._report = None
        self._working(working=True)
        self.empty.hide()
        self._job = self._place.background.run(
            Lane.WORK, work, self, self._show, failed=self._failed, progress=self._step, title_key="importing.progress"
        )

    def _cancel(self) -> None:
        """Only ask: the import says itself whether it stopped in time or was done already."""
        self._stop.set()
        self.cancel.setEnabled(False)

    def _step(self, step: Progress) -> None:
        self.progress.set_share(step.done / step.total if step.total else 0.0)

    def _working(self, *, working: bool) -> None:
        self.choose.setEnabled(not working)
        self.progress.setVisible(working)
        self.cancel.setVisible(working)
        self.cancel.setEnabled(working)
        if working:
            self.start.hide()
            self.outcome.hide()

    def _say(self, status: Status, words: str) -> None:
        self.outcome.hide()
        bar = InfoBar(self._place.kit, status, words)
        layout = self.layout()
        if layout is not None:
            self._replace(self.outcome, bar)
        self.outcome = bar

    def _replace(self, old: QWidget, new: QWidget) -> None:
        layout = self.layout()
        if layout is not None:
            layout.replaceWidget(old, new, Qt.FindChildOption.FindChildrenRecursively)
            old.deleteLater()
            new.show()

    def _failed(self, problem: BaseException) -> None:
        self._job = None
        self._working(working=False)
        if isinstance(problem, KnownError) and problem.code == IMPORT_CANCELLED:
            self._say(Status.NEUTRAL, self._place.text("importing.cancelled"))
            return
        known = problem if isinstance(problem, DeskError) else BugError(BUG, place="import")
        self._say(Status.ERROR, f"{self._place.sentence(known)} ({known.code})")

    def _show(self, found: ImportReport) -> None:
        self._job, self._report = None, found
        self._working(working=False)
        say, texts = self._place.text, self._place.kit.texts
        report = found.as_json(texts.formats.value)
        self.head.remark.setText(report["file"])
        self.figures.set_figures(
            (
                self._figure("importing.customers", report["customers"]),
                self._figure("importing.contracts", report["contracts"]),
                self._figure("importing.claims", report["claims"]),
                Figure(
                    label=say("importing.premium"),
                    value=texts.cents(report["net_per_year_cents"], unit=True),
                    remark=say("importing.records", n=sum(report["records"].values())),
                ),
            )
        )
        self.figures.show()
        findings = report["findings"]
        self.model.set_rows(findings)
        for widget in (self.findings_title, self.table):
            widget.setVisible(bool(findings))
        something = any(
            report[kind][what] for kind in ("customers", "contracts", "claims") for what in ("new", "changed")
        )
        if report["dry_run"]:
            self.start.setVisible(something)
            self._say(Status.INFO, say("importing.checked" if something else "importing.nothing-new"))
        else:
            self.start.hide()
            self._say(Status.OK, say("importing.done"))
            self.alike.read()

    def _figure(self, label: str, counts: dict[str, int]) -> Figure:
        remark = self._place.text("importing.changed", changed=counts["changed"], same=counts["same"])
        return Figure(label=self._place.text(label), value=str(counts["new"]), remark=remark)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may be dropped here."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """The first file is checked."""
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if files and self._job is None:
            self.open_file(Path(files[0]))
