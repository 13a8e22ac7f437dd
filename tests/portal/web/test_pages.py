"""The customer pages without scripts: registering, signing in, what is shown, and what is not said to strangers."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from brokerdesk.portal.settings import RateLimits
from brokerdesk.portal.web.pages import HEADERS
from tests.portal.world import PASSWORD, World

HANNA = "h.grossmueller@kunde.example"


def sent_link(world: World) -> str:
    """An invitation by mail, sent; the path of its link."""
    world.invite(release_contracts=True)
    world.tick()
    return world.link_in(world.inbox()[-1])


@pytest.mark.feature("S1.16", "S1.22", "S1.26", "S2.35")
def test_registering_makes_access_tracking_and_welcome(world: World) -> None:
    link = sent_link(world)
    browser = world.browser()
    page = browser.get(link)
    assert page.url.path == f"/t/{world.code}/invitation"
    assert "Guten Tag Frau Großmüller-van den Bergh" in page.text
    assert "Alina Weberling lädt Sie ein." in page.text
    assert "Link gültig bis 9. Dezember 2026" in page.text
    assert f'value="{HANNA}" readonly' in page.text
    answer = world.register(browser, link)
    assert answer.url.path == f"/t/{world.code}/contracts"
    (access,) = world.all("access")
    assert (access["email"], access["state"], access["origin"]) == (HANNA, "active", "invitation")
    assert access["party_ids"] == [world.ids["hanna"]]
    assert [t["event"] for t in world.all("tracking")] == ["registered"]
    world.tick()
    welcome = world.inbox()[-1]
    assert "Zugang eingerichtet" in welcome["Subject"]
    assert world.code in welcome.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_mail_scanners_use_up_nothing_and_one_registration_counts(world: World) -> None:
    """S-34."""
    link = sent_link(world)
    scanner = world.browser()
    assert scanner.get(link).status_code == scanner.head(link).status_code == 200
    scanner.follow_redirects = False
    for _ in range(100):
        assert scanner.get(link).status_code == 303
        assert scanner.head(link).status_code == 303
    assert world.all("invitation")[0]["state"] == "sent"
    first, second = world.browser(), world.browser()
    second.get(link)
    assert world.register(first, link).url.path.endswith("/contracts")
    late = world.browser().get(link)
    assert late.status_code == 410
    assert "Ihr Zugang ist schon eingerichtet" in late.text
    again = second.get(f"/t/{world.code}/invitation")
    assert again.status_code == 410
    assert len(world.all("access")) == 1


def test_two_browsers_at_once_make_one_access(world: World) -> None:
    link = sent_link(world)
    browsers = [world.browser(), world.browser()]
    tokens = []
    for browser in browsers:
        found = re.search(r'name="csrf" value="([^"]+)"', browser.get(link).text)
        assert found
        tokens.append(found[1])
    path = f"/t/{world.code}/invitation"
    codes = [
        b.post(path, data={"csrf": t, "password": PASSWORD, "privacy": "yes"}).status_code
        for b, t in zip(browsers, tokens, strict=True)
    ]
    assert codes == [200, 410]
    assert len(world.all("access")) == 1


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("kurz", "Noch zu kurz: 4 von 10 Zeichen"),
        ("passwort123", "Zu leicht zu erraten"),
        ("Beispielhain", "Zu leicht zu erraten"),
    ],
)
def test_a_weak_password_is_refused_in_words(world: World, password: str, says: str) -> None:
    answer = world.register(world.browser(), sent_link(world), password)
    assert answer.status_code == 422
    assert says in answer.text
    assert f'value="{password}"' not in answer.text
    assert world.all("access") == []


def test_without_the_privacy_tick_nothing_happens(world: World) -> None:
    answer = world.post(world.browser(), sent_link(world), password=PASSWORD)
    assert answer.status_code == 422
    assert "Datenschutzhinweise gelesen haben" in answer.text
    assert world.all("access") == []


@pytest.mark.feature("S2.22", "S2.32")
def test_link_only_without_address_asks_and_proves_one(world: World) -> None:
    invitation_id = world.invite("nomail", channel="link")
    assert world.state(invitation_id) == "sent"
    made = world.op("invitation.link", invitation_id, {"renew": False}).result
    assert made
    link = made["url"].removeprefix(world.base)
    browser = world.browser()
    assert "Ihre E-Mail-Adresse" in browser.get(link).text
    assert world.post(browser, link, email="keine adresse").status_code == 422
    answer = world.post(browser, link, email="otto@kunde.example")
    assert "Wir haben einen Link an otto@kunde.example geschickt" in answer.text
    world.tick()
    (mail,) = world.inbox()
    assert mail["To"] == "otto@kunde.example"
    done = world.register(world.browser(), world.link_in(mail))
    assert done.url.path.endswith("/contracts")
    assert "Kein Vertrag freigegeben" in done.text
    assert world.read("party", world.ids["nomail"])["email"] == "otto@kunde.example"
    assert world.all("access")[0]["email"] == "otto@kunde.example"
    world.live_through(10)
    assert not [m for m in world.inbox() if "Erinnerung" in m["Subject"]]


def test_dead_links_say_why(world: World) -> None:
    link = sent_link(world)
    world.live_through(31, every=timedelta(hours=12))
    expired = world.browser().get(link)
    assert (expired.status_code, "abgelaufen" in expired.text) == (410, True)
    assert "Maklerbüro Beispielhain anrufen" in expired.text
    unknown = world.browser().get("/i/AAAAAAAAAAAAAAAAAAAAAA")
    assert (unknown.status_code, "nicht gültig" in unknown.text) == (404, True)


def test_one_household_shares_a_login_only_with_its_password(world: World) -> None:
    world.registered()
    world.invite("partner", release_contracts=True)
    world.tick()
    link = world.link_in(world.inbox()[-1])
    browser = world.browser()
    assert "Unter dieser Adresse gibt es schon einen Zugang" in browser.get(link).text
    assert world.register(browser, link, "falsches Passwort").status_code == 422
    assert "9 Verträge" not in world.register(browser, link).text
    assert "7 Verträge" in browser.get(f"/t/{world.code}/contracts").text
    (access,) = world.all("access")
    assert access["party_ids"] == [world.ids["hanna"], world.ids["partner"]]


# signing in


@pytest.mark.feature("S2.50", "S2.51")
def test_signing_in_with_the_makler_id(world: World) -> None:
    world.registered()
    browser = world.browser()
    assert "Diese Adresse" not in world.post(browser, "/", code="XXXXXX").text
    page = world.post(browser, "/", code=f" {world.code[:3]}-{world.code[3:].lower()} ")
    assert page.url.path == f"/t/{world.code}/login"
    answer = world.post(browser, page.url.path, email=HANNA.upper(), password=PASSWORD)
    assert "184,65\u00a0€" in answer.text
    assert [t["event"] for t in world.all("tracking")][-1] == "signed_in"
    assert world.all("access")[0]["last_seen"]


def test_signing_out_ends_the_session(world: World) -> None:
    browser = world.registered()
    page = browser.get(f"/t/{world.code}/profile")
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert token
    cookie = browser.cookies.get("bd_session")
    answer = browser.post(f"/t/{world.code}/logout", data={"csrf": token[1]})
    assert "Sie sind abgemeldet." in answer.text
    stolen = world.browser()
    stolen.cookies.set("bd_session", str(cookie))
    assert stolen.get(f"/t/{world.code}/contracts").url.path.endswith("/login")


def test_unknown_and_wrong_get_equal_answers(world: World) -> None:
    """S-35."""
    world.registered()
    path = f"/t/{world.code}/login"

    def answer(email: str) -> str:
        page = world.post(world.browser(), path, email=email, password="falsch falsch")
        assert page.status_code == 401
        return re.sub(r'value="[^"]*"', "", page.text)

    assert answer(HANNA) == answer("niemand@kunde.example") == answer("gar keine adresse")
    texts = {
        re.sub(r"[\w.]+@kunde.example", "", world.post(world.browser(), f"/t/{world.code}/forgotten", email=e).text)
        for e in (HANNA, "niemand@kunde.example")
    }
    assert len(texts) == 1


def test_guessing_is_slowed_down_per_account_and_forgiven_later(world: World) -> None:
    world.registered()
    path = f"/t/{world.code}/login"
    codes = [world.post(world.browser(), path, email=HANNA, password="falsch falsch").status_code for _ in range(9)]
    assert codes == [401] * 8 + [429]
    blocked = world.post(world.browser(), path, email=HANNA, password=PASSWORD)
    assert (blocked.status_code, "15 Minuten" in blocked.text) == (429, True)
    world.clock.advance(timedelta(minutes=16))
    assert world.post(world.browser(), path, email=HANNA, password=PASSWORD).url.path.endswith("/contracts")


def test_forgotten_password_by_a_link_that_works_once_for_an_hour(world: World) -> None:
    other = world.registered()
    browser = world.browser()
    world.post(browser, f"/t/{world.code}/forgotten", email=HANNA)
    world.post(browser, f"/t/{world.code}/forgotten", email="niemand@kunde.example")
    world.tick()
    mail = world.inbox()[-1]
    assert mail["Subject"] == "Neues Kennwort festlegen"
    assert len(world.inbox()) == 3  # invitation, welcome, link
    link = world.link_in(mail)
    browser.get(link)
    answer = world.post(browser, link, password="Ganz neues Wort 5")
    assert "Ihr Passwort ist geändert." in answer.text
    assert other.get(f"/t/{world.code}/contracts").url.path.endswith("/login")
    assert world.browser().get(link).status_code == 410
    world.post(browser, f"/t/{world.code}/forgotten", email=HANNA)
    world.tick()
    late = world.link_in(world.inbox()[-1])
    world.clock.advance(timedelta(minutes=61))
    assert world.browser().get(late).status_code == 410


def test_changing_the_password_signs_other_devices_out(world: World) -> None:
    here = world.registered()
    there = world.browser()
    world.post(there, f"/t/{world.code}/login", email=HANNA, password=PASSWORD)
    path = f"/t/{world.code}/password"
    assert world.post(here, path, current="falsch", password="Ganz neues Wort 5").status_code == 422
    done = world.post(here, path, current=PASSWORD, password="Ganz neues Wort 5")
    assert "Ihr Passwort ist geändert." in done.text
    assert there.get(f"/t/{world.code}/contracts").url.path.endswith("/login")
    assert here.get(f"/t/{world.code}/contracts").status_code == 200


def test_changing_the_address_needs_the_new_mailbox_and_reaches_the_desk(world: World) -> None:
    browser = world.registered()
    world.post(browser, f"/t/{world.code}/email", email="hanna@neu.example", current=PASSWORD)
    world.tick()
    mail = world.inbox()[-1]
    assert mail["To"] == "hanna@neu.example"
    link = world.link_in(mail)
    browser.get(link)
    assert world.all("access")[0]["email"] == HANNA
    done = world.post(browser, link)
    assert "Ihre E-Mail-Adresse ist geändert." in done.text
    assert world.all("access")[0]["email"] == "hanna@neu.example"
    assert world.read("party", world.ids["hanna"])["email"] == "hanna@neu.example"
    other = world.browser()
    assert world.post(other, f"/t/{world.code}/login", email="hanna@neu.example", password=PASSWORD).url.path.endswith(
        "/contracts"
    )


def test_a_deactivated_login_is_out_at_once_and_can_come_back(world: World) -> None:
    browser = world.registered()
    access_id = access_ids(world)[0]
    assert world.op("access.deactivate", access_id).is_applied
    assert browser.get(f"/t/{world.code}/contracts").url.path.endswith("/login")
    refused = world.post(world.browser(), f"/t/{world.code}/login", email=HANNA, password=PASSWORD)
    assert (refused.status_code, "zurzeit abgeschaltet" in refused.text) == (403, True)
    assert world.op("access.reactivate", access_id).is_applied
    assert world.post(world.browser(), f"/t/{world.code}/login", email=HANNA, password=PASSWORD).status_code == 200
    assert world.op("access.remove", access_id).is_applied
    gone = world.post(world.browser(), f"/t/{world.code}/login", email=HANNA, password=PASSWORD)
    assert gone.status_code == 401
    world.invite()


def access_ids(world: World) -> list[str]:
    """Ids of all logins."""
    from brokerdesk.portal.domain.book import RecordBook

    with world.portal.database.writing() as connection:
        return [r.id for r in RecordBook(connection, world.tenant_id, now=world.portal.now()).find("access")]


# what is shown


def test_only_released_living_contracts_with_their_month(world: World) -> None:
    browser = world.registered()
    page = browser.get(f"/t/{world.code}/contracts").text
    assert "6 Verträge" in page
    assert all(amount in page for amount in ("62,40\u00a0€", "7,90\u00a0€", "14,25\u00a0€", "184,65\u00a0€"))
    world.put("contract", {"status": "ended"}, world.ids["hanna-motor_car"])
    world.put("contract", {"released": False}, world.ids["hanna-accident"])
    world.put("contract", {"origin": "third_party"}, world.ids["hanna-legal_traffic"])
    page = browser.get(f"/t/{world.code}/contracts").text
    assert "4 Verträge" in page
    assert "100,25\u00a0€" in page
    assert "Ohne Verträge anderer Vermittler" in page
    home = browser.get(f"/t/{world.code}/contracts?group=home").text
    assert home.count('<span class="tile') == 3
    assert browser.get(f"/t/{world.code}/contracts?group=../x").status_code == 200


@pytest.mark.feature("S1.26", "S1.27")
def test_opening_a_contract_is_tracked_and_somebody_elses_is_absent(world: World) -> None:
    browser = world.registered()
    path = f"/t/{world.code}/contracts/"
    world.put(
        "claim",
        {"contract_id": world.ids["hanna-household"], "party_id": world.ids["hanna"], "number": "S-1",
         "occurred_on": "2026-05-03", "status": "closed", "paid_cents": 35000},
    )  # fmt: skip
    page = browser.get(path + world.ids["hanna-household"])
    assert "171,00\u00a0€ im Jahr" in page.text
    assert "Schaden vom 03.05.2026" in page.text
    world.clock.advance(timedelta(minutes=1))
    event = world.all("tracking")[-1]
    assert (event["event"], event["party_id"]) == ("contract_opened", world.ids["hanna"])
    assert event["parameters"] == {"contract_id": world.ids["hanna-household"]}
    missing = browser.get(path + "0192f0c0-0000-7000-8000-000000000000")
    foreign = browser.get(path + world.ids["lukasz-motor_car"])
    assert (missing.status_code, foreign.status_code) == (404, 404)
    assert missing.text == foreign.text


def test_du_and_other_languages_come_from_the_invitation(world: World) -> None:
    world.invite("lukasz", address_form="du", language="nl", release_contracts=True)
    world.tick()
    link = world.link_in(world.inbox()[-1])
    browser = world.browser()
    page = browser.get(link)
    assert '<html lang="nl">' in page.text
    assert "Hallo Łukasz" in page.text
    assert "nodigt je uit" in page.text
    assert "Je premie per maand" in world.register(browser, link).text


@pytest.mark.feature("S2.33")
def test_the_office_names_its_product(world: World) -> None:
    world.put("party", {"customer": {"customer_type": "company"}}, world.ids["hanna"])
    page = world.browser().get(sent_link(world)).text
    assert "Ihr Kundenportal" in page
    assert "BrokerDesk" not in page


def test_the_privacy_notice_and_the_manifest_name_the_office(world: World) -> None:
    browser = world.browser()
    text = browser.get(f"/t/{world.code}/privacy").text
    assert "Maklerbüro Beispielhain, Musterallee 7, 50667 Köln" in text
    manifest = browser.get(f"/t/{world.code}/manifest.webmanifest").json()
    assert manifest["start_url"] == f"/t/{world.code}/contracts"
    for icon in manifest["icons"]:
        assert browser.get(icon["src"]).status_code == 200


# transport


def test_every_answer_carries_the_security_headers(world: World) -> None:
    browser = world.browser()
    for path in ("/", f"/t/{world.code}/login", "/nothing", "/static/portal.css", "/i/x", sent_link(world)):
        for answer in (browser.get(path), *browser.get(path).history):
            for name, value in HEADERS.items():
                if name != "Cache-Control":
                    assert answer.headers[name] == value, (path, name)
            assert "Strict-Transport-Security" not in answer.headers


def test_over_tls_cookies_are_secure_and_hsts_is_sent(tmp_path: Path) -> None:
    from tests.portal.world import make_world

    world = make_world(tmp_path, base="https://portal.example", behind_tls=True)
    answer = world.browser().get("/")
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-bd_form=")
    assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    world.portal.close()


def test_a_form_from_elsewhere_is_refused(world: World) -> None:
    browser = world.registered()
    for data in ({}, {"csrf": "x"}, {"csrf": ""}):
        answer = browser.post(
            f"/t/{world.code}/password", data={**data, "current": PASSWORD, "password": "Neu neu 1234"}
        )
        assert answer.status_code == 403
    path = f"/t/{world.code}/login"
    assert browser.post(path, content=b"{}", headers={"Content-Type": "application/json"}).status_code == 415
    assert browser.post(path, data={"x": "y" * 20_000}).status_code == 413
    assert browser.post(path, data={f"f{i}": "" for i in range(50)}).status_code == 400


def test_the_token_stands_in_no_page_and_in_no_log(
    world: World, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """S-29: the path's token is gone after the first answer."""
    link = sent_link(world)
    token = link.removeprefix("/i/")
    browser = world.browser()
    browser.follow_redirects = False
    first = browser.get(link)
    assert first.status_code == 303
    assert token not in first.headers["location"] + first.headers["set-cookie"] + first.text
    browser.follow_redirects = True
    page = browser.get(first.headers["location"])
    done = world.register(browser, first.headers["location"])
    assert token not in page.text + done.text
    out, err = capfd.readouterr()
    assert token not in out + err + caplog.text
    stored = (world.folder / "portal" / "portal.db").read_bytes() + b"".join(
        f.read_bytes() for f in (world.folder / "portal").glob("portal.db-wal")
    )
    assert token.encode() not in stored
    assert PASSWORD.encode() not in stored


def test_a_flood_from_one_connection_is_answered_with_a_pause(tmp_path: Path) -> None:
    from tests.portal.world import make_world

    world = make_world(tmp_path, rates=RateLimits(web="5/minute"))
    browser = world.browser()
    answers = [browser.get(f"/t/{world.code}/login") for _ in range(7)]
    assert [a.status_code for a in answers] == [200] * 5 + [429] * 2
    assert "Kurze Pause" in answers[-1].text
    world.portal.close()
