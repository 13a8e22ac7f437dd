"""The canary sweep (security.md § 4, S-01): after a busy day no file of the machine says who the customers are."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from brokerdesk.core import logs
from brokerdesk.core.clock import SystemClock
from brokerdesk.services import profiles
from brokerdesk.services.profiles import keys
from brokerdesk.sync.pairing import pair
from brokerdesk.ui.dialogs.overview_preview import OverviewPreview
from tests.support.books import PASSPHRASE, folders_in
from tests.support.canaries import found_in, sweep
from tests.support.fake_keyring import absent_vault
from tests.support.gdv_files import bundle, gdv_file, party
from tests.support.journey import Rig, make_book, press, shared, workstation
from tests.support.portal import running_portal, settings_in
from tests.support.repeats import repeats

pytestmark = [pytest.mark.gui, pytest.mark.slow]
KILLS = repeats(3, 10)
PERSON = {
    "first_name": "Xqvornam", "last_name": "Xqnachnam", "street": "Xqstrassenweg 4", "city": "Xqstadtort", "zip": "20099",
    "email": "xqpostfach@kunde.example", "phone": "+4930771880016", "bank_holder": "Xqkontohalter",
    "profession": "Xqberufsbild", "notes": "xqnotizblatt", "tags": ["xqetikett"], "contacts": [{"kind": "fax", "value": "xqfaxnummer"}],
}  # fmt: skip
CONTRACT = {"number": "XQV-700777", "product": "Xqprodukttarif", "notes": "xqvertragsnotiz", "line": "household"}
FROM_FILE, FILE_NAME, SEARCHED, TYPED, CLAIM = "Xqlieferant", "xqdateiname", "xqgesucht", "xqgetippt", "xqschadenfall"
KEPT = (
    "Xqvornam", "Xqnachnam", "Xqstrassenweg", "Xqstadtort", "xqpostfach", "771880016", "Xqkontohalter", "Xqberufsbild",
    "xqnotizblatt", "xqetikett", "xqfaxnummer", "XQV-700777", "Xqprodukttarif", "xqvertragsnotiz", FROM_FILE, FILE_NAME, TYPED,
    CLAIM,
)  # fmt: skip
"""What the book has to hold afterwards."""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with everything a machine keeps of the program: its home, its temporary files, its settings."""
    place = tmp_path / "machine"
    for name in ("TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "HOME"):
        (place / name).mkdir(parents=True)
        monkeypatch.setenv(name, str(place / name))
    monkeypatch.setenv("BROKERDESK_HOME", str(place / "home"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield place
    logs.configure(None)


def test_no_file_tells_who_the_customers_are(machine: Path, tmp_path: Path, qapp: QApplication) -> None:
    home, export = machine / "home", tmp_path / "export"
    export.mkdir()
    profile = make_book(folders_in(home))
    logs.configure(folders_in(home).logs)
    with (
        running_portal(settings_in(tmp_path / "portal")) as portal,
        workstation(home, profile=profile, passphrase=PASSPHRASE) as rig,
    ):
        office = portal.office()
        pair(rig.desk.book, portal.url, office.pairing_code(), device_name="Platz")
        a_day(rig, tmp_path, export)
        rig.sync()
        profiles.backup(profile, rig.desk.book)
        rig.station.lock()
        rig.settle()
        rig.unlock()
    killed_imports(tmp_path)
    profiles.restore(
        profile, profiles.list_backups(profile)[-1].file, clock=rig.clock, vault=absent_vault(), passphrase=PASSPHRASE
    )
    key = keys.open_key(keys.load_slots(profile.folder), vault=absent_vault(), passphrase=PASSPHRASE).key
    secrets = [PASSPHRASE, key.hex(), base64.b64encode(key).decode()]
    assert list((home / "logs").iterdir()), "the program has written a log"
    hits = sweep(machine, [*KEPT, SEARCHED, *secrets])
    assert not hits
    assert not [f for f in machine.rglob("*") if f.is_file() and key in f.read_bytes()]
    assert everything_in(profile) == set(KEPT), "with the key every word is found"


def a_day(rig: Rig, place: Path, export: Path) -> None:
    """Enter, import, search, type half a sentence, print, invite, make two people disagree with a refused value."""
    desk = rig.desk
    party_id = desk.customers.create_short(name="Xqvornam Xqnachnam", email=PERSON["email"]).value
    desk.customers.edit(party_id, values=PERSON)
    insurer = desk.contracts.insurer_named("Seewind Assekuranz").value
    contract = desk.contracts.create(party_id, values={**CONTRACT, "insurer_id": insurer}).value
    desk.contracts.add_claim(contract, values={"description": CLAIM, "occurred_on": date(2026, 3, 1)})
    file = place / f"{FILE_NAME}.gdv"
    file.write_bytes(gdv_file([bundle("050", 1, parties=(party(1, name1=FROM_FILE),))]))
    page = rig.open("import")
    page.open_file(file)
    rig.settle()
    press(page.start)
    rig.settle()
    page = rig.open("customers")
    page.filters.search.setText(SEARCHED)
    rig.settle()
    page.filters.search.setText("")
    page = rig.open("customer", {"id": party_id, "section": "master"})
    page.edit()
    rig.settle()
    page.deck.master.form["profession"].line.setText(TYPED)
    page.deck.master.form.changed.emit()
    page.deck.master.keep_draft()
    rig.settle()
    page.commands.overview()
    rig.settle()
    preview = rig.shown(OverviewPreview)
    rig.until(lambda: preview.pages() > 0, "the preview")
    preview.write_to(export / "Xqnachnam.pdf")
    rig.until((export / "Xqnachnam.pdf").exists, "the file")
    rig.settle()
    preview.reject()
    rig.settle()
    shared(rig).invite([party_id])
    rig.settle()
    for dialog in [d for d in QApplication.topLevelWidgets() if d.isVisible() and hasattr(d, "reject")]:
        dialog.reject()
    rig.settle()


def killed_imports(place: Path) -> None:
    """The command line dies in the middle of an import."""
    file, secret = place / f"{FILE_NAME}-gross.gdv", place / "secret.txt"
    secret.write_text(PASSPHRASE, encoding="utf-8")
    file.write_bytes(gdv_file(bundle("050", n, parties=(party(n, name1=FROM_FILE),)) for n in range(3_000)))
    for turn in range(KILLS):
        child = subprocess.Popen(
            [sys.executable, "-m", "brokerdesk", "import", "gdv", str(file), "--passphrase-file", str(secret)],
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(0.8 + 0.15 * turn)
        child.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
        child.wait(timeout=30)


def everything_in(profile: profiles.Profile) -> set[str]:
    """The marked words in the tables of the opened book."""
    found: set[str] = set()
    with (
        profiles.unlock(profile, clock=SystemClock(), vault=absent_vault(), passphrase=PASSPHRASE) as book,
        book.read() as raw,
    ):
        names = raw.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'")
        for (name,) in names.all():
            for row in raw.exec_driver_sql(f'SELECT * FROM "{name}"').all():
                found |= found_in(repr(tuple(row)).encode(), KEPT)
    return found


def test_the_sweep_finds_a_word_in_every_dress(tmp_path: Path) -> None:
    word = "Xqnachnam"
    dressed = {
        "plain": word.encode(), "upper": word.upper().encode(), "wide": word.encode("utf-16-le"), "hex": word.encode().hex().encode(),
        "deflated": b"..." + zlib.compress(b"Frau " + word.encode()) + b"...",
        **{f"base64-{n}": base64.b64encode(b"a" * n + word.encode() + b"!?") for n in range(3)},
    }  # fmt: skip
    for name, data in dressed.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / f"{word}.txt").write_bytes(b"")
    (tmp_path / "innocent").write_bytes(os.urandom(4_000) + b"Nachname")
    assert set(sweep(tmp_path, [word])) == {*dressed, f"{word}.txt"}
