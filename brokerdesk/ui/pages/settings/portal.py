"""The connection with the portal: pair once by code, see with whom, unpair."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from brokerdesk.core.errors import DeskError
from brokerdesk.models.rows.exchange import ExchangeStatus
from brokerdesk.services import exchange
from brokerdesk.ui.forms.field import LineField
from brokerdesk.ui.forms.form import Form
from brokerdesk.ui.theme_tokens import Status
from brokerdesk.ui.widgets.buttons import Button, Look, button_row
from brokerdesk.ui.widgets.labels import PlainLabel
from brokerdesk.ui.widgets.notices import InfoBar
from brokerdesk.ui.widgets.status import StatusLabel
from brokerdesk.ui.workplace import Workplace


class PortalSection(QWidget):
    """Either the form for a pairing code, or who is connected with whom."""

    def __init__(self, place: Workplace) -> None:
        """Asks at once."""
        super().__init__()
        self._place, kit = place, place.kit
        self.state = StatusLabel(kit, Status.NEUTRAL, "")
        self.who = PlainLabel(kit, tone="muted", wrap=True)
        self.form = Form(kit)
        self.form.add_row(url=LineField(kit, "settings.portal.url", required=True))
        self.form.add_row(
            code=LineField(kit, "settings.portal.code", required=True, hint_key="settings.portal.code-hint")
        )
        self.problem = InfoBar(kit, Status.ERROR, "")
        self.problem.hide()
        self.pair = Button(kit, look=Look.PRIMARY)
        kit.bind(self.pair, self.pair.setText, "settings.portal.pair")
        self.pair.clicked.connect(lambda _=False: self._pair())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.state, self.who, self.form, self.problem):
            column.addWidget(widget)
        column.addLayout(button_row(self.pair, stretch_first=True))
        kit.on_language(self, self._ask)

    def _ask(self) -> None:
        self._place.read(lambda: exchange.status(self._place.desk.book), receiver=self, done=self._show)

    def _show(self, status: ExchangeStatus) -> None:
        say = self._place.text
        for widget in (self.form, self.pair):
            widget.setVisible(not status.paired)
        if not status.paired:
            self.state.set_status(Status.NEUTRAL, say("settings.portal.none"))
            self.who.setText(say("settings.portal.none-words"))
            return
        self.state.set_status(Status.OK, say("settings.portal.connected", office=status.tenant_name or "–"))
        self.who.setText(say("settings.portal.who", name=status.employee_name or "–", url=status.portal_url or "–"))

    def _pair(self) -> None:
        if not self.form.check():
            return
        values = self.form.values()
        self.pair.setEnabled(False)
        self.problem.hide()
        self._place.exchange.pair(values["url"], values["code"], done=self._paired, failed=self._failed)

    def _paired(self) -> None:
        self.pair.setEnabled(True)
        self._place.notices.toast(self._place.text("settings.portal.paired"))
        self._ask()

    def _failed(self, problem: DeskError) -> None:
        self.pair.setEnabled(True)
        self.problem.set_words(f"{self._place.sentence(problem)} ({problem.code})")
        self.problem.show()
