"""What the selection bar offers for ticked customers."""

from __future__ import annotations

from brokerdesk.ui.pages.customers.commands import CustomerCommands
from brokerdesk.ui.tables.view import TableView
from brokerdesk.ui.widgets.buttons import Button, Look
from brokerdesk.ui.widgets.controls import Menu
from brokerdesk.ui.widgets.notices import SelectionBar
from brokerdesk.ui.workplace import Workplace


def add_selection_buttons(
    place: Workplace, bar: SelectionBar, table: TableView, commands: CustomerCommands
) -> tuple[Button, Button, Button]:
    """Invite (with the number), archive, more; wired to what is ticked when they are pressed."""
    kit, checked = place.kit, table.cells.checked
    invite = Button(kit, icon="device-mobile", look=Look.ON_INVERSE)
    archive = Button(kit, icon="archive", look=Look.INVERSE)
    more = Button(kit, icon="dots", look=Look.INVERSE)
    menu = Menu(kit, parent=more)
    copy = menu.addAction(kit.icons.icon("copy"), "")
    headed = menu.addAction(kit.icons.icon("table"), "")
    more.set_menu(menu)

    def write() -> None:
        count = len(checked)
        invite.setText(kit.texts("customers.bar.invite", n=count, count=kit.texts.count(count)))
        archive.setText(kit.texts("customers.bar.archive"))
        more.set_name(kit.texts("customers.bar.more"))
        copy.setText(kit.texts("customers.bar.copy"))
        copy.setProperty("keys", kit.texts.shortcut("Ctrl+C"))
        headed.setText(kit.texts("customers.bar.copy-headed"))
        headed.setProperty("keys", kit.texts.shortcut("Ctrl+Shift+C"))
        for button in (invite, archive):
            button.setAccessibleName(button.text())
            button.updateGeometry()

    checked.changed.connect(write)
    kit.on_language(bar, write)
    invite.clicked.connect(lambda _=False: commands.invite(commands.chosen()))
    archive.clicked.connect(lambda _=False: commands.archive(commands.chosen()))
    copy.triggered.connect(lambda _=False: table.copy())
    headed.triggered.connect(lambda _=False: table.copy(headers=True))
    for button in (invite, archive, more):
        bar.add_button(button)
    return invite, archive, more
