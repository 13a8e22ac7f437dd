"""Several workers and both databases: every mail once, one login from many browsers; commands, thread, stored verdicts."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from brokerdesk.core.errors import KnownError
from brokerdesk.portal.command import run
from brokerdesk.portal.domain.legacy import take_over
from brokerdesk.portal.jobs import JobThread, MailRun, forget_what_is_over
from brokerdesk.portal.store.tables import mail_job, op_result, web_session
from tests.portal.domain.test_replies import report
from tests.portal.world import PASSWORD, World, make_world
from tests.support.portal import fresh_id, running_portal, settings_in
from tests.support.postgres import Server, running_postgres


@pytest.fixture(scope="session")
def own_postgres() -> Iterator[Server]:
    """A PostgreSQL of this module."""
    with running_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """The world on SQLite and on PostgreSQL."""
    url = request.getfixturevalue("own_postgres").fresh_url() if request.param == "postgres" else None
    made = make_world(tmp_path, database=url)
    yield made
    made.portal.close()


def test_from_invitation_to_contracts_on_both_databases(either: World) -> None:
    browser = either.registered()
    assert "184,65\u00a0€" in browser.get(f"/t/{either.code}/contracts").text
    again = either.browser()
    either.post(again, f"/t/{either.code}/login", email="h.grossmueller@kunde.example", password="falsch falsch")
    answer = either.post(again, f"/t/{either.code}/login", email="h.grossmueller@kunde.example", password=PASSWORD)
    assert answer.url.path.endswith("/contracts")
    either.invite("lukasz")
    either.live_through(9, every=timedelta(hours=6))
    assert either.all("invitation")[1]["state"] == "reminder2"


def test_three_workers_at_once_send_every_mail_once(either: World) -> None:
    """P6, INV-13."""
    ids = [either.put("party", {"kind": "person", "name": {"last_name": f"Gast {n}"}, "roles": ["customer"],
                                "email": f"gast{n}@kunde.example"}) for n in range(12)]  # fmt: skip
    for party in ids:
        assert either.op("invitation.submit", fresh_id(), {"party_id": party}).is_applied
    for step in (timedelta(0), timedelta(days=2), timedelta(days=5)):
        either.clock.advance(step)
        with ThreadPoolExecutor(3) as pool:
            runs = [pool.submit(MailRun(either.portal, either.transport).run_due) for _ in range(3)]
            assert sum(r.result() for r in runs) == 12
    sent = [(m["To"], m["Subject"]) for m in either.inbox()]
    assert len(sent) == len(set(sent)) == 36
    assert {i["state"] for i in either.all("invitation")} == {"reminder2"}


def test_many_browsers_register_once(either: World) -> None:
    either.invite()
    either.tick()
    link = either.link_in(either.inbox()[0])
    opened = threading.Barrier(4, timeout=30)  # all have the form before the first one sends it
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(either.register, either.browser(), link, before=opened.wait) for _ in range(4)]
        codes = sorted(a.result().status_code for a in answers)
    assert codes[0] == 200
    assert codes[1:] == [code for code in codes[1:] if code in {409, 410}]
    assert len(either.all("access")) == 1


def test_a_link_is_told_but_not_stored(tmp_path: Path) -> None:
    """A replay tells the same link; the stored verdict holds none (S-34)."""
    with running_portal(settings_in(tmp_path)) as running:
        desk = running.office().desk()
        party, invitation_id = fresh_id(), fresh_id()
        desk.push(
            desk.create("party", party, kind="person", name={"last_name": "Gast"}, email="gast@kunde.example"),
            desk.op("invitation.submit", invitation_id, payload={"party_id": party, "channel": "link"}),
        )
        asked = desk.op("invitation.link", invitation_id)
        (told,) = desk.push(asked)
        (again,) = desk.push(asked)
        assert told["result"]["url"] == again["result"]["url"]
        assert again["replayed"]
        assert running.client().get(urlsplit(told["result"]["url"]).path, follow_redirects=True).status_code == 200
        with running.portal.database.reading() as connection:
            stored = " ".join(connection.execute(select(op_result.c.detail)).scalars().all()[-1:])
        assert told["result"]["url"].rpartition("/")[2] not in stored
        running.close_clients()


def test_the_thread_sends_and_ends(world: World) -> None:
    before = set(threading.enumerate())
    thread = JobThread(world.portal, MailRun(world.portal, world.transport), pause_s=0.01)
    thread.start()
    world.invite()
    deadline = time.monotonic() + 10
    while not world.inbox() and time.monotonic() < deadline:
        time.sleep(0.01)
    thread.stop()
    assert len(world.inbox()) == 1
    assert set(threading.enumerate()) <= before


def test_what_is_over_is_forgotten(world: World) -> None:
    """S-46."""
    world.registered()
    world.tick()
    world.clock.advance(timedelta(days=31))
    assert forget_what_is_over(world.portal) >= 1
    with world.portal.database.reading() as connection:
        assert connection.execute(select(web_session)).all() == []
        assert connection.execute(select(mail_job)).all() != []
    world.clock.advance(timedelta(days=400))
    forget_what_is_over(world.portal)
    with world.portal.database.reading() as connection:
        assert connection.execute(select(mail_job).where(mail_job.c.state == "accepted")).all() == []


LEGACY = """name;email;since;chat
Otto Ohnepost;otto@kunde.example;2019-05-02;
Łukasz Grünewald;l.gruenewald@kunde.example;2020-01-15;"{""at"":""2020-02-01"",""text"":""Hallo""}"
"""


@pytest.mark.feature("S2.52", "T15")
def test_users_of_an_older_portal_sign_in_after_a_new_password(world: World) -> None:
    assert take_over(world.portal, world.tenant_id, LEGACY.encode())["imported"] == 2
    repeated = take_over(world.portal, world.tenant_id, LEGACY.encode())
    assert (repeated["imported"], len(repeated["skipped"])) == (0, 2)
    made = {a["email"]: a for a in world.all("access")}
    lukasz = made["l.gruenewald@kunde.example"]
    assert (lukasz["origin"], lukasz["registered_at"][:10]) == ("legacy", "2020-01-15")
    assert lukasz["party_ids"] == [world.ids["lukasz"]]
    assert made["otto@kunde.example"]["party_ids"] == []
    browser = world.browser()
    refused = world.post(browser, f"/t/{world.code}/login", email="l.gruenewald@kunde.example", password="")
    assert refused.status_code == 401
    world.post(browser, f"/t/{world.code}/forgotten", email="l.gruenewald@kunde.example")
    world.tick()
    done = world.post(browser, world.link_in(world.inbox()[-1]), password=PASSWORD)
    assert done.url.path.endswith("/contracts")
    access_id = next(i for i in ids_of(world) if world.read("access", i)["party_ids"])
    assert world.op("access.remove", access_id).code == "chat_not_archived"
    assert world.op("access.remove", access_id, {"waive": True}).is_applied


def ids_of(world: World) -> list[str]:
    """Ids of all logins."""
    from brokerdesk.portal.domain.book import RecordBook

    with world.portal.database.writing() as connection:
        return [r.id for r in RecordBook(connection, world.tenant_id, now=world.portal.now()).find("access")]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"name,email\nA,a@kunde.example",
        b"name,email,since\nA,kein,2020-01-01",
        b"name,email,since\nA,a@kunde.example,gestern",
        b'name,email,since,chat\nA,a@kunde.example,2020-01-01,"[1]"',
        b"\xff\xfe\x00",
    ],
)
def test_a_damaged_list_of_users_changes_nothing(world: World, content: bytes) -> None:
    with pytest.raises(KnownError, match="legacy-users-unreadable"):
        take_over(world.portal, world.tenant_id, content)
    assert world.all("access") == []


def test_commands_for_bounces_and_older_users(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.invite()
    world.tick()
    file = world.folder / "report.eml"
    file.write_bytes(report(str(world.inbox()[0]["Message-ID"])))
    data = ["--data", str(world.folder / "portal")]
    users = world.folder / "users.csv"
    users.write_text(LEGACY, encoding="utf-8")
    capsys.readouterr()
    assert run(["bounce", *data, str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["recipients"][0]["result"] == "bounced"
    assert run(["import-legacy-users", *data, "--tenant", world.code, str(users)]) == 0
    assert json.loads(capsys.readouterr().out)["imported"] == 2
    assert run(["bounce", *data, str(users)]) == 3
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "dsn-unreadable"
