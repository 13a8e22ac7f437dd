"""What an open book gets without asking: a backup a day; a look at the portal after a crash (reliability.md S7, S8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtNetwork import QNetworkInformation
from PySide6.QtWidgets import QApplication

from brokerdesk.app.exchange_gateway import ExchangeGateway
from brokerdesk.app.network import NetworkWatch
from brokerdesk.app.upkeep import Upkeep
from brokerdesk.services import exchange, profiles
from brokerdesk.services.desk import Desk
from brokerdesk.ui.background.lanes import Background
from tests.support.books import MadeProfile, make_profile, pair

pytestmark = pytest.mark.gui

Reachability = QNetworkInformation.Reachability


@pytest.fixture
def lanes(qapp: QApplication) -> Iterator[Background]:
    background = Background(qapp)
    yield background
    background.shutdown()


@pytest.fixture
def made(tmp_path: Path) -> MadeProfile:
    return make_profile(tmp_path)


def test_a_backup_a_day(made: MadeProfile, lanes: Background) -> None:
    with made.unlock() as book:
        upkeep = Upkeep(made.profile, book, lanes)
        assert upkeep.work()
        made.clock.advance(timedelta(hours=19))
        assert not upkeep.work()
        made.clock.advance(timedelta(hours=2))
        assert upkeep.work()
        upkeep.stop()
        assert [b.reason for b in profiles.list_backups(made.profile)] == ["automatic", "automatic"]


@pytest.mark.parametrize("closed", [True, False])
def test_after_a_crash_the_next_round_compares(made: MadeProfile, lanes: Background, *, closed: bool) -> None:
    book = made.unlock()
    pair(book)
    if closed:
        book.close()
    else:  # as after a crash: everything let go, nothing tidied
        with book.work() as work:
            work.connection.exec_driver_sql("UPDATE book_info SET open_since = '2026-01-01T00:00:00Z'")
            work.commit()
        book._readers.dispose()
        book._writer.dispose()
        book._lock.release()
    with made.unlock() as again:
        assert again.crashed is not closed
        gateway = ExchangeGateway(Desk(again, made.clock), lanes, automatic=False, before_resync=lambda: None)
        gateway._engine.close()
        known = exchange.meta(again)
        assert known is not None
        assert known.digest_due is not closed


def test_a_returned_network_brings_the_next_round_forward_but_not_every_second(
    made: MadeProfile, lanes: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    with made.unlock() as book:
        gateway = ExchangeGateway(Desk(book, made.clock), lanes, automatic=True, before_resync=lambda: None)
        rounds: list[dict[str, bool]] = []
        monkeypatch.setattr(gateway, "_round", lambda **how: rounds.append(how))
        watch = NetworkWatch()
        watch.returned.connect(gateway.network_returned)
        for how in (Reachability.Disconnected, Reachability.Online, Reachability.Online):
            watch.reached(how)
        assert 0 <= gateway._timer.remainingTime() <= 5_000
        gateway._timer.timeout.emit()
        assert rounds == [{"force": True}], "the back-off of a dead network does not count any more"
        gateway._ended.start()
        watch.reached(Reachability.Disconnected), watch.reached(Reachability.Online)
        assert 25_000 <= gateway._timer.remainingTime() <= 32_000
        gateway.stop()
