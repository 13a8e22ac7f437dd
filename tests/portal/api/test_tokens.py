"""Pairing and tokens (protocol.md § 3, reliability Y11): lost answers, theft, expiry, revoked devices, restored portals."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from brokerdesk.core.clock import FixedClock
from tests.support.portal import Desk, Office, fresh_id, running_portal, settings_in


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime.now(tz=UTC))


@pytest.fixture
def own(tmp_path: Path, clock: FixedClock) -> Iterator[Office]:
    """An office of a portal whose clock stands still until it is moved."""
    with running_portal(settings_in(tmp_path / "portal"), clock=clock) as running:
        yield running.office()


def _refresh(desk: Desk, token: str | None = None, device: str | None = None) -> httpx2.Response:
    body = {"refresh_token": token or desk.paired["refresh_token"], "device_id": device or desk.device_id}
    return desk.client.post("/v1/token", json=body)


def _state(desk: Desk, access: str) -> int:
    return desk.client.get("/v1/sync/state", headers={"Authorization": f"Bearer {access}"}).status_code


def test_every_refresh_rotates(own: Office) -> None:
    desk = own.desk()
    first = _refresh(desk).json()
    second = _refresh(desk, first["refresh_token"]).json()
    assert len({desk.paired["refresh_token"], first["refresh_token"], second["refresh_token"]}) == 3
    assert _state(desk, second["access_token"]) == 200


def test_a_lost_answer_is_told_again(own: Office, clock: FixedClock) -> None:
    desk = own.desk()
    first = _refresh(desk).json()
    clock.advance(timedelta(minutes=9))
    assert _refresh(desk).json() == first, "the same successor"
    assert _state(desk, first["access_token"]) == 200


def test_the_predecessor_dies_with_the_first_use_of_its_successor(own: Office) -> None:
    desk = own.desk()
    successor = _refresh(desk).json()
    assert _state(desk, successor["access_token"]) == 200
    stolen = _refresh(desk)
    assert (stolen.status_code, stolen.json()["code"]) == (401, "token_invalid")
    assert _state(desk, successor["access_token"]) == 401, "the whole family is revoked"
    (device,) = [d for d in own.desk().get("/v1/devices")["devices"] if d["id"] == desk.device_id]
    assert device["flagged_at"] is not None


def test_the_predecessor_dies_after_ten_minutes(own: Office, clock: FixedClock) -> None:
    desk = own.desk()
    successor = _refresh(desk).json()
    clock.advance(timedelta(minutes=10, seconds=1))
    assert _refresh(desk).status_code == 401
    assert _refresh(desk, successor["refresh_token"]).status_code == 401


def test_only_the_direct_predecessor_may_come_again(own: Office) -> None:
    desk = own.desk()
    first = _refresh(desk).json()
    second = _refresh(desk, first["refresh_token"]).json()
    assert _refresh(desk).status_code == 401
    assert _refresh(desk, second["refresh_token"]).status_code == 401


def test_two_threads_refreshing_get_the_same_pair(own: Office) -> None:
    desk = own.desk()
    answers: list[dict[str, Any]] = []
    threads = [threading.Thread(target=lambda: answers.append(_refresh(desk).json()), daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert all(a == answers[0] for a in answers)
    assert "access_token" in answers[0]


def test_a_refresh_token_is_bound_to_its_device(own: Office) -> None:
    desk = own.desk()
    assert _refresh(desk, device=fresh_id()).json()["code"] == "token_invalid"
    assert _refresh(desk).status_code == 200, "the owner is not punished for it"


def test_an_access_token_lives_fifteen_minutes(own: Office, clock: FixedClock) -> None:
    desk = own.desk()
    clock.advance(timedelta(minutes=14, seconds=59))
    assert _state(desk, desk.paired["access_token"]) == 200
    clock.advance(timedelta(seconds=2))
    answer = desk.client.get("/v1/sync/state")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")
    assert _refresh(desk).status_code == 200


def test_a_refresh_token_lives_sixty_days(own: Office, clock: FixedClock) -> None:
    desk = own.desk()
    clock.advance(timedelta(days=60, seconds=1))
    assert _refresh(desk).json()["code"] == "token_expired"


def test_signing_out_ends_the_family(own: Office) -> None:
    desk = own.desk()
    for _ in range(2):
        assert desk.client.post("/v1/token/revoke", json={"token": desk.paired["refresh_token"]}).status_code == 204
    assert _state(desk, desk.paired["access_token"]) == 401


def test_a_revoked_device_is_told_so(own: Office) -> None:
    desk = own.desk()
    assert desk.client.delete(f"/v1/devices/{desk.device_id}").status_code == 204
    assert desk.client.get("/v1/sync/state").json()["code"] == "device_revoked"
    assert _refresh(desk).json()["code"] == "device_revoked"
    assert desk.send(desk.create("party", kind="person")).json()["code"] == "device_revoked"


def _pair(office: Office, code: str, **more: Any) -> httpx2.Response:
    body = {"code": code, "device_id": fresh_id(), "device_name": "Arbeitsplatz"} | more
    return office.running.client().post("/v1/pair", json=body)


def test_a_pairing_code_works_once_for_thirty_minutes(own: Office, clock: FixedClock) -> None:
    code = own.pairing_code()
    spoken = f"{code[:4]}-{code[4:8]} {code[8:]}".lower()
    assert _pair(own, spoken).status_code == 200
    assert _pair(own, code).json()["code"] == "pairing_code", "used"
    late = own.pairing_code()
    clock.advance(timedelta(minutes=30, seconds=1))
    assert _pair(own, late).json()["code"] == "pairing_code", "too old"
    assert _pair(own, "2345-6789-ABCD").json()["code"] == "pairing_code", "wrong"


def test_a_lost_pairing_answer_is_told_again_to_the_same_device(own: Office) -> None:
    code, device = own.pairing_code(), fresh_id()
    first = _pair(own, code, device_id=device).json()
    assert _pair(own, code, device_id=device).json() == first
    assert _state(Desk(own.running.client(), device, first), first["access_token"]) == 200
    assert _pair(own, code, device_id=device).json()["code"] == "pairing_code", "once used it is over"


def test_a_book_with_customers_pairs_only_with_an_empty_tenant(own: Office) -> None:
    assert _pair(own, own.pairing_code(), has_customers=True).status_code == 200
    desk = own.desk()
    desk.push(desk.create("party", kind="person"))
    refused = _pair(own, own.pairing_code(), has_customers=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "tenant_not_empty")
    again = _pair(own, own.pairing_code(), has_customers=True, previous_device_id=desk.device_id)
    assert again.status_code == 200, "a restored desk enrols anew"


def test_a_device_id_cannot_be_taken_over(own: Office) -> None:
    desk = own.desk()
    other = own.pairing_code(own.employee(name="Bernd"))
    assert _pair(own, other, device_id=desk.device_id).json()["code"] == "exists"
    assert _state(desk, desk.paired["access_token"]) == 200


def _copy_of(folder: Path, target: Path) -> None:
    """A copy of a stopped portal's data."""
    shutil.copytree(folder, target)


@pytest.mark.noisy("portal-database-is-older-than-its-witness")
def test_a_portal_that_was_rolled_back_without_its_command_draws_a_new_epoch(tmp_path: Path) -> None:
    """Protocol § 15: the witness. The desk's newer token still works, and it learns of the new epoch."""
    data, saved = tmp_path / "portal", tmp_path / "saved"
    with running_portal(settings_in(data)) as running:
        office = running.office()
        desk = office.desk()
        desk.push(desk.create("party", kind="person"))
        identity = (office.tenant_id, office.code)
    _copy_of(data, saved)
    with running_portal(settings_in(data)) as running:
        desk.client = running.client()
        tokens = _refresh(desk).json()
        desk.client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        desk.push(desk.create("party", kind="person"))
        assert running.portal.epoch == desk.epoch, "an ordinary restart keeps the epoch"
    for name in ("portal.db", "portal.db-wal", "portal.db-shm"):
        (data / name).unlink(missing_ok=True)
        if (saved / name).exists():
            shutil.copy(saved / name, data / name)
    with running_portal(settings_in(data)) as running:
        assert identity[0]
        assert running.portal.epoch != desk.epoch
        desk.client = running.client()
        desk.client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        state = desk.client.get("/v1/sync/state")
        assert state.status_code == 200, state.text
        assert (state.json()["epoch"], state.json()["last_seq"]) == (running.portal.epoch, 1)
        answer = desk.send(desk.create("party", kind="person"))
        assert (answer.status_code, answer.json()["code"], answer.json()["last_seq"]) == (409, "epoch_changed", 1)
        later = _refresh(desk, tokens["refresh_token"])
        assert later.status_code == 200, "a token issued after the backup is recognised"


def test_tokens_of_one_portal_mean_nothing_to_another(own: Office, tmp_path: Path) -> None:
    desk = own.desk()
    with running_portal(settings_in(tmp_path / "other")) as other, other.client() as client:
        headers = {"Authorization": f"Bearer {desk.paired['access_token']}"}
        assert client.get("/v1/sync/state", headers=headers).json()["code"] == "token_invalid"


def test_no_token_and_no_code_is_stored(own: Office, tmp_path: Path) -> None:
    desk, code = own.desk(), own.pairing_code()
    successor = _refresh(desk).json()
    folder = tmp_path / "portal"
    secrets = [code, desk.paired["access_token"], desk.paired["refresh_token"], successor["refresh_token"]]
    own.running.portal.database.close()
    for name in ("portal.db", "portal.db-wal"):
        content = (folder / name).read_bytes() if (folder / name).exists() else b""
        assert not [s for s in secrets if s.encode() in content]
