"""Tells when the network comes back, so that nobody waits for the next round (protocol.md § 10)."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QNetworkInformation


class NetworkWatch(QObject):
    """Sends `returned` when the machine reaches the Internet again; silent where the system cannot tell."""

    returned = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        """Begin to listen."""
        super().__init__(parent)
        self._online = True
        if QNetworkInformation.loadDefaultBackend() and (source := QNetworkInformation.instance()) is not None:
            self._online = source.reachability() is QNetworkInformation.Reachability.Online
            source.reachabilityChanged.connect(self.reached)

    def reached(self, how: QNetworkInformation.Reachability) -> None:
        """The system reports what can be reached now."""
        online, before = how is QNetworkInformation.Reachability.Online, self._online
        self._online = online
        if online and not before:
            self.returned.emit()
