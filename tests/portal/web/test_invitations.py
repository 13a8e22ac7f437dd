"""Invitations on a real database and real mails: guards, reminders on their days, stops, links (features section 7)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from brokerdesk.core.ids import new_id
from brokerdesk.portal.domain import tenants
from brokerdesk.portal.domain.bounced import apply_report
from tests.portal.domain.test_replies import report
from tests.portal.world import START, World, make_world

DAY = timedelta(days=1)


def subjects(world: World) -> list[str]:
    """Subjects of all delivered mails."""
    return [str(m["Subject"]) for m in world.inbox()]


@pytest.mark.feature("S1.03", "S1.12", "S1.13", "S2.29", "S2.39", "S2.40", "S2.41", "S2.42")
def test_three_mails_on_their_days(world: World) -> None:
    invitation_id = world.invite()
    assert world.state(invitation_id) == "queued"
    world.tick()
    assert world.state(invitation_id) == "sent"
    data = world.read("invitation", invitation_id)
    assert data["invited_at"] == data["first_invited_at"] == "2026-11-09T10:00:00.000Z"
    assert data["expires_at"] == "2026-12-09T10:00:00.000Z"
    world.live_through(40, every=timedelta(hours=1))
    mails = world.inbox()
    assert [m["Date"].datetime.strftime("%m-%d %H") for m in mails] == ["11-09 10", "11-11 08", "11-16 08"]
    assert subjects(world) == [
        "Zugang zu unserer Kunden-App",
        "Erinnerung: Kunden-App jetzt kostenlos installieren",
        "Letzter Hinweis: Kunden-App noch nicht installiert",
    ]
    assert len({world.link_in(m) for m in mails}) == 1
    assert world.state(invitation_id) == "expired"


@pytest.mark.feature("S2.45", "T09")
def test_du_stays_du_in_all_three_mails(world: World) -> None:
    world.invite("lukasz", address_form="du")
    world.live_through(9)
    bodies = [m.get_body(("plain",)).get_content() for m in world.inbox()]  # type: ignore[union-attr]
    assert len(bodies) == 3
    assert all("Hallo Łukasz" in b and " Sie " not in b and " Ihre" not in b for b in bodies)


@pytest.mark.feature("S2.43", "S2.48", "T10")
def test_who_registers_on_day_one_gets_no_reminder(world: World) -> None:
    invitation_id = world.invite()
    world.tick()
    world.clock.advance(DAY)
    world.register(world.browser(), world.link_in(world.inbox()[0]))
    world.live_through(39)
    assert world.state(invitation_id) == "registered"
    assert [s for s in subjects(world) if "Erinnerung" in s or "Hinweis" in s] == []


@pytest.mark.feature("S2.46", "S2.49", "T11")
def test_stop_on_day_three_keeps_the_first_reminder_and_the_link(world: World) -> None:
    invitation_id = world.invite()
    world.live_through(3)
    assert world.state(invitation_id) == "reminder1"
    assert world.op("invitation.stop", invitation_id).is_applied
    world.live_through(20)
    assert len(subjects(world)) == 2
    data = world.read("invitation", invitation_id)
    assert (data["state"], data["stop_by"], data["stopped_at"][:10]) == ("stopped", "Anna Weber", "2026-11-12")
    assert world.register(world.browser(), world.link_in(world.inbox()[0])).status_code == 200
    assert world.state(invitation_id) == "registered"


@pytest.mark.feature("S2.44", "T12")
def test_reminders_count_from_acceptance_not_from_the_click(world: World) -> None:
    world.invite(requested_at="2026-11-04T08:00:00.000Z")
    world.live_through(9)
    first = world.inbox()[1]
    assert first["Date"].datetime.date().isoformat() == "2026-11-11"
    (data,) = world.all("invitation")
    assert data["requested_at"] == "2026-11-04T08:00:00.000Z"


@pytest.mark.feature("S2.31", "S2.36", "S2.37", "S1.35", "T14")
def test_a_new_link_kills_the_old_one(world: World) -> None:
    invitation_id = world.invite()
    world.tick()
    old = world.link_in(world.inbox()[0])
    same = world.op("invitation.link", invitation_id, {"renew": False}).result
    assert same
    assert same["url"] == world.base + old
    made = world.op("invitation.link", invitation_id).result
    assert made
    assert made["living"]
    assert made["url"] != world.base + old
    answer = world.browser().get(old)
    assert answer.status_code == 404
    assert "Dieser Link ist nicht gültig" in answer.text
    assert world.register(world.browser(), made["url"].removeprefix(world.base)).status_code == 200
    assert world.state(invitation_id) == "registered"


@pytest.mark.feature("S1.14", "S1.15", "T02")
def test_three_resends_keep_the_first_date_and_count_four(world: World) -> None:
    invitation_id = world.invite()
    world.tick()
    for _ in range(3):
        world.clock.advance(timedelta(hours=2))
        done = world.op("invitation.resend", invitation_id, expect={"state": "sent", "attempt": 1})
        assert done.is_applied
        world.tick()
    data = world.read("invitation", invitation_id)
    assert (data["copies"], data["attempt"]) == (4, 1)
    assert data["first_invited_at"] == data["invited_at"] == "2026-11-09T10:00:00.000Z"
    assert len(subjects(world)) == 4


def test_restarting_the_series_begins_a_new_t0(world: World) -> None:
    invitation_id = world.invite()
    world.live_through(35)
    assert world.state(invitation_id) == "expired"
    restart = {"restart_series": True, "address_form": "du"}
    assert world.op("invitation.resend", invitation_id, restart, expect={"state": "expired", "attempt": 1}).is_applied
    world.tick()
    data = world.read("invitation", invitation_id)
    assert (data["state"], data["attempt"], data["copies"]) == ("sent", 2, 2)
    assert data["first_invited_at"][:10] == "2026-11-09"
    assert data["invited_at"][:10] == "2026-12-14"
    world.live_through(9)
    assert len(subjects(world)) == 6


@pytest.mark.feature("S1.17", "T03")
def test_a_stale_resend_changes_nothing(world: World) -> None:
    invitation_id = world.invite()
    world.live_through(3)
    stale = world.op("invitation.resend", invitation_id, expect={"state": "sent", "attempt": 1})
    assert stale.code == "stale"
    world.register(world.browser(), world.link_in(world.inbox()[0]))
    late = world.op("invitation.resend", invitation_id, expect={"state": "reminder1", "attempt": 1})
    assert late.code == "already_registered"
    assert world.op("invitation.stop", invitation_id).code == "already_registered"
    assert world.op("invitation.revoke", invitation_id).code == "already_registered"


@pytest.mark.feature("S1.04", "S1.05", "S1.06", "S1.01", "S2.60")
def test_guards_name_their_reason(world: World) -> None:
    def refused(who: str, **payload: object) -> str | None:
        return world.op("invitation.submit", new_id(world.clock), {"party_id": world.ids[who], **payload}).code

    assert refused("nomail") == "email_missing"
    assert refused("nomail", email="kein@@mail") == "email_invalid"
    assert refused("hanna", channel="fax") == "validation"
    world.put("party", {"archived": True}, world.ids["lukasz"])
    assert refused("lukasz") == "party_archived"
    world.put("party", {"archived": False, "deceased_on": "2026-01-01"}, world.ids["lukasz"])
    assert refused("lukasz") == "party_deceased"
    world.put("party", {"deceased_on": None, "name": {}}, world.ids["lukasz"])
    assert refused("lukasz") == "name_missing"
    world.invite()
    assert refused("hanna") == "already_invited"
    tenants.entitle(world.portal, world.code, kundenapp=False, investment=None)
    assert refused("partner") == "not_entitled"


def test_an_address_of_somebody_else_is_refused_and_one_of_the_household_joins(world: World) -> None:
    world.registered()
    taken = {"party_id": world.ids["lukasz"], "email": "H.Grossmueller@kunde.example"}
    assert world.op("invitation.submit", new_id(world.clock), taken).code == "email_taken"
    assert world.op("invitation.submit", new_id(world.clock), {"party_id": world.ids["hanna"]}).code == (
        "already_registered"
    )
    world.invite("partner")


@pytest.mark.feature("S2.53")
def test_inviting_releases_own_contracts(world: World) -> None:
    world.invite(release_contracts=True)
    released = [c for c in world.all("contract") if c["released"]]
    assert len(released) == 6
    assert {c["party_id"] for c in released} == {world.ids["hanna"]}


def test_revoked_is_final_and_the_next_invitation_keeps_the_first_date(world: World) -> None:
    first = world.invite()
    world.tick()
    link = world.link_in(world.inbox()[0])
    assert world.op("invitation.revoke", first).is_applied
    assert world.browser().get(link).status_code == 410
    world.clock.advance(5 * DAY)
    second = world.invite()
    world.tick()
    assert world.read("invitation", second)["first_invited_at"] == "2026-11-09T10:00:00.000Z"
    assert world.state(first) == "revoked"


def test_stop_while_queued_sends_nothing_and_starts_the_clock(world: World) -> None:
    invitation_id = world.invite()
    world.op("invitation.stop", invitation_id)
    world.live_through(10)
    assert subjects(world) == []
    data = world.read("invitation", invitation_id)
    assert (data["state"], data["invited_at"]) == ("stopped", "2026-11-09T10:00:00.000Z")


def test_a_portal_that_was_down_leaves_out_what_is_too_late(world: World) -> None:
    invitation_id = world.invite()
    world.tick()
    world.clock.advance(timedelta(days=5, hours=1))
    world.tick()
    assert world.state(invitation_id) == "sent"
    world.live_through(4)
    assert world.state(invitation_id) == "reminder2"
    assert len(subjects(world)) == 2


def test_the_zone_of_the_office_decides_over_a_change_of_the_clocks(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    world.clock.moment = START.replace(month=3, day=27)
    world.invite()
    world.live_through(8, every=timedelta(hours=1))
    hours = [m["Date"].datetime.strftime("%m-%d %H") for m in world.inbox()]
    assert hours == ["03-27 11", "03-29 07", "04-03 07"]
    world.portal.close()


def test_a_delivery_report_bounces_the_invitation_once(world: World) -> None:
    invitation_id = world.invite()
    world.tick()
    message_id = str(world.inbox()[0]["Message-ID"])
    assert apply_report(world.portal, report(message_id, status="4.4.1", action="delayed"))[0]["result"] == "temporary"
    assert apply_report(world.portal, report("<other@x.example>"))[0]["result"] == "unknown_mail"
    assert apply_report(world.portal, report(message_id))[0]["result"] == "bounced"
    data = world.read("invitation", invitation_id)
    assert (data["state"], data["mail_outcome"], data["mail_code"]) == ("bounced", "perm", "mailbox-unknown")
    assert apply_report(world.portal, report(message_id))[0]["result"] == "no_change"
    world.live_through(9)
    assert len(subjects(world)) == 1
