"""Profiles: create, unlock by every way, guard, lose keys (C10), put back (S-02, S6)."""

from __future__ import annotations

import base64
import json
import shutil
import stat
import sys
from pathlib import Path

import pytest

from brokerdesk.core.errors import KnownError
from brokerdesk.models.entities import Setting
from brokerdesk.services import profiles
from brokerdesk.services.profiles import opening, places
from brokerdesk.store.book import Book
from brokerdesk.vault import slot_file
from brokerdesk.vault.key_slots import SlotKind
from brokerdesk.vault.key_store import SystemVault
from brokerdesk.vault.passphrase import KdfParameters
from tests.support import fake_keyring
from tests.support.books import (
    PASSPHRASE,
    QUICK,
    MadeProfile,
    add_person,
    folders_in,
    make_profile,
    new_place,
)
from tests.support.fake_keyring import absent_vault, fresh_back_end, memory_vault, vault_of


def _names(book: Book) -> list[str]:
    with book.read() as connection:
        return [r[0] for r in connection.exec_driver_sql("SELECT last_name FROM party ORDER BY key")]


def _swept(folder: Path, key: bytes) -> None:
    """No file of the profile holds the key or a plain database."""
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not data.startswith(b"SQLite format 3"), path
            for form in (key, key.hex().encode(), base64.b64encode(key), PASSPHRASE.encode()):
                assert form not in data, path


@pytest.fixture
def made(tmp_path: Path) -> MadeProfile:
    return make_profile(tmp_path, vault=memory_vault(), remember=True)


def test_a_profile_opens_by_each_of_its_ways(made: MadeProfile) -> None:
    with made.unlock(passphrase=PASSPHRASE) as book:
        add_person(book, "Eins")
        key = book.with_key(bytes)
    for way in ({"recovery": made.recovery}, {"recovery": made.recovery.lower()}, {"passphrase": PASSPHRASE}):
        with made.unlock(**way) as book:
            assert _names(book) == ["Eins"]
    with profiles.unlock(made.profile, clock=made.clock, vault=made.vault) as book:
        assert _names(book) == ["Eins"]
    _swept(made.profile.folder, key)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_only_the_owner_may_enter(made: MadeProfile) -> None:
    assert stat.S_IMODE(made.profile.folder.stat().st_mode) == 0o700
    for name in ("book.db", "keyslots.json", "instance.lock"):
        assert stat.S_IMODE((made.profile.folder / name).stat().st_mode) == 0o600


def test_the_language_of_first_run_is_kept(tmp_path: Path) -> None:
    one = make_profile(tmp_path)
    assert profiles.last_language(one.folders) == "de"
    with one.unlock() as book, book.work() as work:
        setting = work.session.get(Setting, "language")
        assert setting is not None
        assert setting.value == {"value": "de"}


def test_wrong_secrets_have_codes_and_change_nothing(made: MadeProfile) -> None:
    before = (made.profile.folder / "keyslots.json").read_bytes()
    other = made.recovery.replace("-", "")
    swapped = other[1] + other[0] + other[2:]
    ways = [
        ({"passphrase": "falsch"}, "wrong-key"),
        ({"passphrase": ""}, "passphrase-empty"),
        ({"recovery": "ABC"}, "recovery-code-length"),
        ({"recovery": swapped if swapped != other else "A" * 36}, "recovery-code-mistyped"),
        ({"recovery": make_other_code()}, "wrong-recovery-code"),
    ]
    for way, code in ways:
        with pytest.raises(KnownError) as problem:
            made.unlock(**way)
        assert problem.value.code == code
    assert (made.profile.folder / "keyslots.json").read_bytes() == before
    made.unlock().close()


def make_other_code() -> str:
    from brokerdesk.vault.recovery_code import printed

    return printed(bytes(range(20))).reveal()


def test_creating_is_complete_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(opening.slot_file, "save", full)
    with pytest.raises(OSError, match="No space"):
        make_profile(tmp_path)
    monkeypatch.undo()
    assert not list((tmp_path / "data" / "profiles").iterdir())
    make_profile(tmp_path).unlock().close()


def test_nothing_is_created_over_something_else(tmp_path: Path, made: MadeProfile) -> None:
    with pytest.raises(KnownError, match="profile-exists"):
        make_profile(tmp_path)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(KnownError, match="profile-exists"):
        make_profile(tmp_path, name=str(folder))
    with pytest.raises(KnownError, match="profile-exists"):
        make_profile(tmp_path, name=str(folder / "letter.txt"))
    assert [p.name for p in folder.iterdir()] == ["letter.txt"]
    with pytest.raises(KnownError, match="passphrase-empty"):
        profiles.create_profile(made.folders, "Leer", passphrase="", clock=made.clock, vault=made.vault, cost=QUICK)
    assert "Leer" not in [p.name for p in profiles.list_profiles(made.folders)]


def test_profiles_are_found_by_name_path_and_last_use(tmp_path: Path) -> None:
    folders = folders_in(tmp_path)
    with pytest.raises(KnownError, match="profile-none"):
        profiles.find_profile(folders)
    first = make_profile(tmp_path, name="Büro Süd").profile
    outside = make_profile(tmp_path, name=str(tmp_path / "stick" / "Zweites")).profile
    assert [p.name for p in profiles.list_profiles(folders)] == ["Büro Süd", "Zweites"]
    assert profiles.find_profile(folders) == outside
    assert profiles.find_profile(folders, "büro süd") == first
    assert profiles.find_profile(folders, "zweites") == outside
    assert profiles.find_profile(folders, str(outside.folder)) == outside
    profiles.remember_profile(folders, first)
    assert profiles.find_profile(folders) == first
    shutil.rmtree(outside.folder)
    assert profiles.list_profiles(folders) == [first]
    with pytest.raises(KnownError) as problem:
        profiles.find_profile(folders, "Drittes")
    assert problem.value.parameters == {"name": "Drittes"}


def test_a_broken_list_of_profiles_is_no_obstacle(made: MadeProfile) -> None:
    for text in ("", "[]", "{", '{"last": 7, "language": "xx"}'):
        (made.folders.config / "profiles.json").write_text(text, encoding="utf-8")
        assert profiles.find_profile(made.folders) == made.profile
        assert profiles.last_language(made.folders) is None


@pytest.mark.parametrize("name", ["", "  ", ".", "a:b", "con", "COM1.x", "x" * 81, "a\nb\x00", ".hidden", "ends."])
def test_names_that_some_system_cannot_store_are_refused(tmp_path: Path, name: str) -> None:
    if name == ".":
        assert profiles.new_profile(folders_in(tmp_path), name).folder == Path.cwd()
        return
    with pytest.raises(KnownError, match="profile-name-invalid"):
        profiles.new_profile(folders_in(tmp_path), name)


def test_network_places_are_refused_and_clouds_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = {
        "/": "ext4",
        "/srv/share": "nfs4",
        "/home": "ext4",
        "/home/a/nas": "cifs",
        "/run/user/0/gvfs": "fuse.gvfs",
    }
    for path in ("/srv/share/x", "/srv/share", "/home/a/nas/BrokerDesk/y"):
        with pytest.raises(KnownError, match="place-network"):
            places.refuse_network_place(Path(path), mounts=mounts)
    for path in ("/home/a", "/srv/shared", "/home/a/nasal"):
        places.refuse_network_place(Path(path), mounts=mounts)
    monkeypatch.setattr(places, "_mounts", lambda: {str(tmp_path): "nfs"})
    with pytest.raises(KnownError, match="place-network"):
        make_profile(tmp_path)
    for path in ("/home/a/OneDrive - Makler/x", "/home/a/Dropbox", "/Users/a/Library/Mobile Documents/x"):
        assert profiles.place_warning(Path(path)) == "place-cloud"
    assert profiles.place_warning(tmp_path) is None
    (tmp_path / ".stfolder").mkdir()
    assert profiles.place_warning(tmp_path / "deep" / "er") == "place-cloud"


def test_the_passphrase_is_changed_by_the_old_one_or_the_recovery_code(made: MadeProfile) -> None:
    change = {"vault": made.vault, "cost": QUICK}
    with pytest.raises(KnownError, match="wrong-key"):
        profiles.change_passphrase(made.profile, "neu", passphrase="falsch", **change)
    profiles.change_passphrase(made.profile, "neu", passphrase=PASSPHRASE, **change)
    with pytest.raises(KnownError, match="wrong-key"):
        made.unlock(passphrase=PASSPHRASE)
    profiles.change_passphrase(made.profile, "noch neuer", recovery=made.recovery, **change)
    with pytest.raises(KnownError, match="wrong-key"):
        made.unlock(passphrase="neu")
    made.unlock(passphrase="noch neuer").close()


def test_the_passphrase_can_be_changed_while_the_book_is_open(made: MadeProfile) -> None:
    with made.unlock() as book:
        profiles.change_passphrase(made.profile, "neu", passphrase=PASSPHRASE, vault=made.vault, cost=QUICK)
        add_person(book, "Danach")
    with made.unlock(passphrase="neu") as book:
        assert _names(book) == ["Danach"]


def test_an_old_way_stays_until_the_new_one_has_opened_the_book(made: MadeProfile, tmp_path: Path) -> None:
    other = new_place(tmp_path / "other")
    shutil.copy(other.file, made.profile.folder / "book.db")
    with pytest.raises(Exception, match="new-slot-failed"):
        profiles.change_passphrase(made.profile, "neu", passphrase=PASSPHRASE, vault=made.vault, cost=QUICK)
    with pytest.raises(KnownError, match="book-unreadable"):
        made.unlock(passphrase=PASSPHRASE)


def test_a_recovery_code_counts_when_it_was_typed_back(made: MadeProfile) -> None:
    assert not profiles.recovery_confirmed(made.profile)
    with pytest.raises(KnownError, match="wrong-recovery-code"):
        profiles.confirm_recovery(made.profile, make_other_code())
    profiles.confirm_recovery(made.profile, made.recovery.lower().replace("-", " "))
    assert profiles.recovery_confirmed(made.profile)
    with made.unlock() as book:
        unused = profiles.new_recovery_code(made.profile, book).reveal()
        second = profiles.new_recovery_code(made.profile, book).reveal()
    assert not profiles.recovery_confirmed(made.profile)
    for code in (made.recovery, second):
        made.unlock(recovery=code).close()
    with pytest.raises(KnownError, match="wrong-recovery-code"):
        profiles.confirm_recovery(made.profile, unused)
    profiles.confirm_recovery(made.profile, second)
    assert profiles.recovery_confirmed(made.profile)
    with pytest.raises(KnownError, match="wrong-recovery-code"):
        made.unlock(recovery=made.recovery)
    made.unlock(recovery=second).close()


def test_the_device_can_be_remembered_and_forgotten(tmp_path: Path) -> None:
    back_end = fresh_back_end()
    made = make_profile(tmp_path, vault=vault_of(back_end))
    assert not profiles.remembered_on_device(made.profile)
    made.unlock(passphrase=PASSPHRASE, remember=True).close()
    assert len(back_end.kept) == 1
    with profiles.unlock(made.profile, clock=made.clock, vault=made.vault) as book:
        profiles.remember_on_device(made.profile, book, on=True, vault=made.vault)
        assert len(back_end.kept) == 1
        profiles.remember_on_device(made.profile, book, on=False, vault=made.vault)
    assert back_end.kept == {}
    with pytest.raises(KnownError, match="device-not-remembered"):
        profiles.unlock(made.profile, clock=made.clock, vault=made.vault)
    with made.unlock() as book, pytest.raises(KnownError, match="key-store-absent"):
        profiles.remember_on_device(made.profile, book, on=True, vault=absent_vault())


def test_without_a_key_store_the_profile_says_so_and_works(tmp_path: Path) -> None:
    folders = folders_in(tmp_path)
    made = make_profile(tmp_path)
    created = profiles.create_profile(
        folders, "B", passphrase="x", clock=made.clock, vault=absent_vault(), remember=True, cost=QUICK
    )
    assert created.key_store_problem == "key-store-absent"
    assert not profiles.remembered_on_device(created.profile)
    profiles.unlock(created.profile, passphrase="x", clock=made.clock, vault=absent_vault(), cost=QUICK).close()


def _vault(kind: str, filled: SystemVault) -> SystemVault:
    return {
        "full": lambda: filled,
        "empty": memory_vault,
        "denied": lambda: vault_of(fake_keyring.DeniedBackEnd),
        "other": lambda: vault_of(fake_keyring.ForgetfulBackEnd),
        "absent": absent_vault,
        "blocked": lambda: vault_of(fake_keyring.BlockedBackEnd, limit_s=0.05),
    }[kind]()


_KEY_STORE_CODES = {
    "empty": "key-store-empty",
    "denied": "key-store-denied",
    "other": "key-store-empty",
    "absent": "key-store-absent",
    "blocked": "key-store-blocked",
}


@pytest.mark.parametrize("slots", ["whole", "missing", "one byte wrong", "torn", "all missing", "all torn"])
@pytest.mark.parametrize("store", ["full", *_KEY_STORE_CODES])
def test_key_loss_matrix(tmp_path: Path, store: str, slots: str) -> None:
    made = make_profile(tmp_path, vault=memory_vault(), remember=True)
    with made.unlock() as book:
        add_person(book, "Wichtig")
        key = book.with_key(bytes)
    folder = made.profile.folder
    _damage(folder, slots)
    vault = _vault(store, made.vault)  # type: ignore[arg-type]
    lost = {"all missing": "key-slots-missing", "all torn": "key-slots-damaged"}.get(slots)
    before = (folder / "book.db").read_bytes()
    ways: list[tuple[dict[str, str], str | None]] = [
        ({"recovery": make_other_code()}, lost or "wrong-recovery-code"),
        ({"passphrase": "falsch"}, lost or "wrong-key"),
        ({}, lost or _KEY_STORE_CODES.get(store)),
        ({"recovery": made.recovery}, lost),
        ({"passphrase": PASSPHRASE}, lost),
    ]
    for way, code in ways:
        if code is None:
            with profiles.unlock(made.profile, clock=made.clock, vault=vault, cost=QUICK, **way) as book:  # type: ignore[arg-type]
                assert _names(book) == ["Wichtig"]
        else:
            with pytest.raises(KnownError) as problem:
                profiles.unlock(made.profile, clock=made.clock, vault=vault, cost=QUICK, **way)  # type: ignore[arg-type]
            assert problem.value.code == code
    if lost:
        assert (folder / "book.db").read_bytes() == before, "never a new database"
    elif store == "empty":
        profiles.unlock(made.profile, clock=made.clock, vault=vault).close()
    _swept(folder, key)


def _damage(folder: Path, slots: str) -> None:
    current, older = folder / slot_file.FILE_NAME, folder / slot_file.OLDER_NAME
    if slots == "one byte wrong":
        body = json.loads(current.read_bytes())
        for slot in body["slots"]:
            sealed = bytearray(base64.b64decode(slot["sealed"]))
            sealed[3] ^= 1
            slot["sealed"] = base64.b64encode(sealed).decode()
        current.write_text(json.dumps(body), encoding="utf-8")
    for path in (current,) if slots in {"missing", "torn"} else (current, older):
        if slots in {"missing", "all missing"}:
            path.unlink()
        elif slots in {"torn", "all torn"}:
            path.write_bytes(path.read_bytes()[:200])


def test_a_damaged_slot_file_is_healed_by_the_next_unlock(made: MadeProfile) -> None:
    _damage(made.profile.folder, "torn")
    with made.unlock() as book:
        assert profiles.verify(made.profile, book).whole
    assert not slot_file.load(made.profile.folder).damaged


def test_slots_of_another_profile_do_not_open_this_book(tmp_path: Path) -> None:
    one = make_profile(tmp_path, name="Eins")
    two = make_profile(tmp_path, name="Zwei")
    for name in (slot_file.FILE_NAME, slot_file.OLDER_NAME):
        if (two.profile.folder / name).exists():
            shutil.copy(two.profile.folder / name, one.profile.folder / name)
    with pytest.raises(KnownError, match="book-unreadable"):
        one.unlock()


def test_a_weak_passphrase_slot_is_wrapped_anew_at_unlock(tmp_path: Path) -> None:
    made = make_profile(tmp_path)
    stronger = KdfParameters(memory_kib=128, time_cost=2, lanes=1, below_floor_for_tests=True)
    profiles.unlock(made.profile, passphrase=PASSPHRASE, clock=made.clock, vault=made.vault, cost=stronger).close()
    (slot,) = slot_file.load(made.profile.folder).current.of(SlotKind.PASSPHRASE)
    assert slot.cost == stronger
    made.unlock().close()
    assert slot_file.load(made.profile.folder).current.of(SlotKind.PASSPHRASE) == (slot,), "never weaker again"


@pytest.mark.slow
def test_without_an_override_slots_below_the_floor_are_raised_to_it(tmp_path: Path) -> None:
    made = make_profile(tmp_path)
    profiles.unlock(made.profile, passphrase=PASSPHRASE, clock=made.clock, vault=made.vault).close()
    (slot,) = slot_file.load(made.profile.folder).current.of(SlotKind.PASSPHRASE)
    assert slot.cost is not None
    assert slot.cost.reaches(65_536, 3)


def test_a_missing_or_empty_book_never_becomes_a_new_one(made: MadeProfile) -> None:
    file = made.profile.folder / "book.db"
    file.unlink()
    with pytest.raises(KnownError, match="book-missing"):
        made.unlock()
    assert not file.exists()
    file.write_bytes(b"")
    with pytest.raises(KnownError, match="book-empty"):
        made.unlock()
    assert file.read_bytes() == b""
    with pytest.raises(KnownError, match="profile-exists"):
        make_profile(made.folders.data.parent)


def test_locking_closes_every_handle_and_forgets_the_key(made: MadeProfile) -> None:
    book = made.unlock()
    with book.read() as connection:
        connection.exec_driver_sql("SELECT 1")
    profiles.lock(book)
    if sys.platform == "linux":
        handles = {str(p.readlink()) for p in Path("/proc/self/fd").iterdir() if p.is_symlink() and p.exists()}
        assert not [h for h in handles if str(made.profile.folder) in h]
    with pytest.raises(Exception, match="bug"):
        book.with_key(bytes)
    profiles.lock(book)
    made.unlock().close()


def test_verify_tells_what_is_there(made: MadeProfile) -> None:
    with made.unlock() as book:
        add_person(book)
        found = profiles.verify(made.profile, book)
    assert found.whole
    assert found.slots == ("key_store", "passphrase", "recovery")
    assert found.integrity.rows["party"] == 1
