"""Pages that need nobody: Makler-ID, privacy notice, web manifest."""

from __future__ import annotations

from brokerdesk.documents.contexts.office import one_line_address
from brokerdesk.portal.domain.office import office_by_code
from brokerdesk.portal.web.pages import Page, problems, redirect
from brokerdesk.portal.web.visit import Visit


def broker(visit: Visit) -> Page:
    """The bare sign-in: asks for the Makler-ID (S2.51)."""
    words = visit.words()
    code = visit.form.get("code", "").strip().upper()
    if visit.posted:
        with visit.portal.database.reading() as connection:
            office = office_by_code(connection, code) if 0 < len(code) <= 12 else None
        if office is not None:
            return redirect(f"/t/{office.code}/login")
    errors = problems(code=words("web.broker.unknown") if visit.posted else "")
    status = 404 if visit.posted else 200
    return Page(template="broker.html", values={"code": code, "errors": errors}, words=words, status=status)


def privacy(visit: Visit) -> Page:
    """The privacy notice of the office."""
    words, office = visit.words(), visit.here
    address = one_line_address(office.street, office.zip, office.city)
    contact = "".join(f", {part}" for part in (address, office.email, office.phone) if part)
    return Page(template="privacy.html", values={"address": contact}, words=words, brand=visit.brand(words))


def manifest(visit: Visit) -> dict[str, object]:
    """What a phone needs to install the pages as an app."""
    office = visit.here
    words = visit.words()
    product = office.product_in(None, words.language)
    return {
        "name": f"{office.name} · {product}",
        "short_name": office.name[:24],
        "lang": words.language,
        "start_url": visit.url("contracts"),
        "scope": f"/t/{office.code}/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#ffffff",
        "icons": [
            {"src": "/static/icon-192.png", "sizes": "192x192", "type": "image/png", "purpose": "any maskable"},
            {"src": "/static/icon-512.png", "sizes": "512x512", "type": "image/png", "purpose": "any maskable"},
            {"src": "/static/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
        ],
    }
