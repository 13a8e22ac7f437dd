"""Who works here, at the lower end of the navigation: initials in a circle and the name."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from brokerdesk.ui.kit import Kit
from brokerdesk.ui.widgets.labels import ElidingLabel
from brokerdesk.ui.widgets.status import Avatar


class ProfileFoot(QWidget):
    """Empty until a name is known."""

    def __init__(self, kit: Kit) -> None:
        """Nothing shown yet."""
        super().__init__()
        self._row = QHBoxLayout(self)
        self._avatar = Avatar(kit, "", "", size=24)
        self._avatar.hide()
        self._name = ElidingLabel(kit)
        self._row.addWidget(self._avatar)
        self._row.addWidget(self._name, 1)
        kit.sized(self, lambda units: self._row.setContentsMargins(units(8), units(4), units(8), units(4)))
        kit.sized(self, lambda units: self._row.setSpacing(units(10)))

    def show_name(self, name: str, *, collapsed: bool) -> None:
        """Show a person; only the circle while the navigation is collapsed."""
        self._avatar.set_person(name, name)
        self._avatar.setVisible(bool(name))
        self._name.setText(name)
        self._name.setVisible(not collapsed)
