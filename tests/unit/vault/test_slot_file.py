"""`keyslots.json`: two generations, each whole; the older one steps in; what was taken away is gone from both."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from brokerdesk.core import files
from brokerdesk.core.errors import KnownError
from brokerdesk.vault import slot_file
from brokerdesk.vault.key_slots import KeySlots, SlotKind, recovery_slot
from tests.unit.vault.test_key_slots import KEY, PROFILE, all_slots


def test_the_older_generation_steps_in(tmp_path: Path) -> None:
    first = all_slots()
    second = first.without([first.slots[2].id])
    slot_file.save(tmp_path, first)
    assert slot_file.load(tmp_path) == slot_file.Found(first)
    slot_file.save(tmp_path, second)
    assert slot_file.load(tmp_path) == slot_file.Found(second, first)
    (tmp_path / slot_file.FILE_NAME).write_bytes(b"half a fi")
    assert slot_file.load(tmp_path) == slot_file.Found(first, None, damaged=True)
    (tmp_path / slot_file.FILE_NAME).unlink()
    assert slot_file.load(tmp_path) == slot_file.Found(first, None, damaged=True)


def test_a_damaged_file_never_becomes_the_older_generation(tmp_path: Path) -> None:
    slots = all_slots()
    slot_file.save(tmp_path, slots)
    slot_file.save(tmp_path, slots)
    (tmp_path / slot_file.FILE_NAME).write_bytes(b"\x00" * 300)
    slot_file.save(tmp_path, slots.only_newest(SlotKind.PASSPHRASE))
    assert slot_file.load(tmp_path).older == slots


def test_missing_and_damaged_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="key-slots-missing"):
        slot_file.load(tmp_path)
    assert not slot_file.exists(tmp_path)
    (tmp_path / slot_file.FILE_NAME).write_bytes(b"{}")
    with pytest.raises(KnownError, match="key-slots-damaged"):
        slot_file.load(tmp_path)
    (tmp_path / slot_file.FILE_NAME).write_bytes(b" " * 2_000_000)
    with pytest.raises(KnownError, match="key-slots-damaged"):
        slot_file.load(tmp_path)


def test_a_slot_taken_away_is_gone_from_both_generations(tmp_path: Path) -> None:
    slots = all_slots()
    slot_file.save(tmp_path, slots)
    gone = slots.of(SlotKind.KEY_STORE)[0]
    slot_file.save(tmp_path, slots.without([gone.id]), forget_older=True)
    for name in (slot_file.FILE_NAME, slot_file.OLDER_NAME):
        assert gone.id not in (tmp_path / name).read_text(encoding="utf-8")


def test_candidates_come_newest_first_and_once(tmp_path: Path) -> None:
    first = KeySlots(PROFILE, (recovery_slot(PROFILE, KEY, bytes(20)),))
    second = first.with_slot(recovery_slot(PROFILE, KEY, bytes(20)))
    slot_file.save(tmp_path, first)
    slot_file.save(tmp_path, second)
    assert [s for _, s in slot_file.load(tmp_path).candidates()] == [second.slots[1], second.slots[0]]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        slot_file.save(tmp_path, all_slots())
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / slot_file.FILE_NAME).stat().st_mode) == 0o600


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slots = all_slots()
    slot_file.save(tmp_path, slots)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        slot_file.save(tmp_path, slots.without([slots.slots[0].id]))
    monkeypatch.undo()
    assert slot_file.load(tmp_path).current == slots
    assert not list(tmp_path.glob(".*.tmp"))
