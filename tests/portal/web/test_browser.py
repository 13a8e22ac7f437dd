"""The customer pages in a real Chromium on a phone: with and without scripts, light and dark, without a finding of axe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.portal.world import PASSWORD, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE = {"width": 390, "height": 844}


@contextmanager
def phone(chromium: Browser, **options: Any) -> Iterator[Page]:
    """A fresh phone; an error in a page's script or policy fails the test."""
    context = chromium.new_context(**{"viewport": PHONE, "locale": "de-DE", "has_touch": True, **options})
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda m: wrong.append(m.text) if "Security Policy" in m.text else None)
    yield page
    context.close()
    assert not wrong, wrong


def mailed_link(world: World, who: str = "hanna") -> str:
    """The link of an invitation that was mailed."""
    world.invite(who, release_contracts=True)
    world.tick()
    return world.base + world.link_in(world.inbox()[-1])


@pytest.mark.feature("S2.29", "S2.34", "S2.35", "S1.16")
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_registering_through_the_mailed_link(served: World, chromium: Browser, *, scripts: bool) -> None:
    link = mailed_link(served)
    seen: list[str] = []
    with phone(chromium, java_script_enabled=scripts) as page:
        page.on("request", lambda r: seen.append(r.headers.get("referer", "")))
        page.goto(link)
        assert page.url == f"{served.base}/t/{served.code}/invitation"
        eye = page.get_by_role("button", name="Passwort zeigen")
        assert eye.count() == (1 if scripts else 0)
        page.get_by_label("Neues Passwort").fill("kurz")
        if scripts:
            assert page.get_by_text("Noch zu kurz: 4 von 10 Zeichen").is_visible()
        page.get_by_role("button", name="Zugang einrichten").click()
        assert page.get_by_text("Noch zu kurz: 4 von 10 Zeichen").is_visible()
        page.get_by_label("Neues Passwort").fill(PASSWORD)
        if scripts:
            assert page.get_by_text("Stark: 17 Zeichen, gut gewählt").is_visible()
        page.get_by_label("Ich habe die Datenschutzhinweise gelesen.").check()
        page.get_by_role("button", name="Zugang einrichten").click()
        page.wait_for_url("**/contracts")
        assert page.get_by_text("184,65\u00a0€").is_visible()
        page.get_by_role("link", name="Auto").click()
        assert page.locator(".list li").count() == 1
        page.get_by_role("link", name="Profil").last.click()
        page.get_by_role("button", name="Abmelden").click()
        page.get_by_label("E-Mail").fill("h.grossmueller@kunde.example")
        page.get_by_label("Passwort", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Anmelden").click()
        page.wait_for_url("**/contracts")
    token = link.rpartition("/")[2]
    assert not [r for r in seen if token in r or r]
    assert [t["event"] for t in served.all("tracking")] == ["registered", "signed_in"]


def every_page(world: World, page: Page) -> Iterator[str]:
    """Visit each page once, with its problems where it has a form; yields a name when one is to be looked at."""
    link, place = mailed_link(world), f"{world.base}/t/{world.code}"
    for name, url in {"broker": f"{world.base}/", "login": f"{place}/login", "privacy": f"{place}/privacy",
                      "forgotten": f"{place}/forgotten", "missing": f"{world.base}/nothing"}.items():  # fmt: skip
        page.goto(url)
        yield name
    page.goto(f"{place}/login")
    page.get_by_role("button", name="Anmelden").click()
    yield "login refused"
    page.goto(link)
    yield "invitation"
    page.get_by_label("Neues Passwort").fill("kurz")
    page.get_by_role("button", name="Zugang einrichten").click()
    yield "invitation refused"
    page.get_by_label("Neues Passwort").fill(PASSWORD)
    page.get_by_label("Ich habe die Datenschutzhinweise gelesen.").check()
    page.get_by_role("button", name="Zugang einrichten").click()
    page.wait_for_url("**/contracts")
    yield "contracts"
    page.locator(".list a").first.click()
    page.wait_for_url("**/contracts/*")
    yield "contract"
    for name in ("profile", "password", "email", "contracts?done=password"):
        page.goto(f"{place}/{name}")
        yield name
    page.goto(link)
    yield "used link"
    made = world.op("invitation.link", world.invite("nomail", channel="link")).result
    assert made
    page.goto(made["url"])
    yield "address"


SMALL = """() => [...document.querySelectorAll('a, button, input:not([type=hidden])')]
  .filter(e => !e.closest('[hidden]') && !e.matches('.skip'))
  .map(e => ({box: (e.type === 'checkbox' ? e.closest('.tick') : e).getBoundingClientRect(), text: e.outerHTML.slice(0, 90),
              inline: getComputedStyle(e).display === 'inline'}))
  .filter(e => !e.inline && (e.box.height < 43.5 || e.box.width < 43.5)).map(e => e.text)"""
WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_targets_are_large(served: World, chromium: Browser, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    axe, found, seen = Axe(), [], []
    with phone(chromium, color_scheme=scheme, reduced_motion="reduce", bypass_csp=True) as page:
        for name in every_page(served, page):
            seen.append(name)
            result = axe.run(page)
            found += [f"{name}: {v['id']} {[n['target'] for n in v['nodes']]}" for v in result.response["violations"]]
            found += [f"{name}: small {text}" for text in page.evaluate(SMALL)]
            found += [f"{name}: wider than the phone"] if page.evaluate(WIDE) else []
    assert not found, "\n".join(found)
    assert len(seen) == 16


def test_no_page_is_wider_than_a_small_phone(served: World, chromium: Browser) -> None:
    with phone(chromium, viewport={"width": 320, "height": 640}) as page:
        for name in every_page(served, page):
            assert not page.evaluate(WIDE), name


def test_the_installed_app_has_a_manifest_chromium_accepts(served: World, chromium: Browser) -> None:
    with phone(chromium) as page:
        page.goto(f"{served.base}/t/{served.code}/login")
        client = page.context.new_cdp_session(page)
        answer = client.send("Page.getAppManifest")
        assert answer["errors"] == []
        assert "Maklerbüro Beispielhain" in answer["data"]
