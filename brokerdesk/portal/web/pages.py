"""Renders the customer pages and knows what every one of them shows: brand, words, token of the form, security headers."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, RedirectResponse, Response

from brokerdesk.portal.domain.office import Office
from brokerdesk.portal.web.cookies import Cookie
from brokerdesk.portal.web.wording import Wording

FOLDER = Path(__file__).resolve().parent.parent
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cache-Control": "no-store",
}
TLS_HEADERS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """What stands at the top of every page."""

    name: str
    line: str
    code: str
    phone: str = ""

    @classmethod
    def of(cls, office: Office, words: Wording, customer_type: str | None = None) -> Brand:
        """The office and the name of its product for this type of customer."""
        product = office.product_in(customer_type, words.language)
        return cls(name=office.name, line=words.product_line(product), code=office.code, phone=office.phone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer of a handler: a template with values, or (with `to`) a way elsewhere."""

    template: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    words: Wording = field(default_factory=lambda: Wording("de"))
    brand: Brand | None = None
    status: int = 200
    to: str = ""
    cookies: tuple[Cookie, ...] = ()


def redirect(to: str, *cookies: Cookie) -> Page:
    """Go on at `to` with GET."""
    return Page(to=to, cookies=cookies)


def message(words: Wording, brand: Brand | None, key: str, *, status: int = 200, **more: Any) -> Page:
    """A page that says one thing: `web.state.<key>_title` and `web.state.<key>`, and offers to call the office."""
    call = {"name": brand.name, "phone": brand.phone} if brand and brand.phone else None
    values = {
        "title": words(f"web.state.{key}_title"),
        "text": words(f"web.state.{key}", office=brand.name if brand else ""),
        "action": None,
        "call": call,
    }
    return Page(template="message.html", values={**values, **more}, words=words, brand=brand, status=status)


def render(page: Page, *, csrf: str, secure: bool) -> Response:
    """The HTTP answer with its headers and cookies."""
    response: Response
    if page.to:
        response = RedirectResponse(page.to, status_code=303)
    else:
        template = _environment().get_template(page.template)
        text = template.render(
            {
                "t": page.words,
                "lang": page.words.language,
                "brand": page.brand,
                "csrf": csrf,
                "errors": _Quiet(),
                "done": "",
            }
            | page.values
        )
        response = HTMLResponse(text, status_code=page.status)
    for name, value in (HEADERS | (TLS_HEADERS if secure else {})).items():
        response.headers[name] = value
    for cookie in page.cookies:
        response.headers.append("Set-Cookie", cookie.header(secure=secure))
    return response


class _Quiet(dict[str, str]):
    """Problems by field; a field without one has an empty text."""

    def __missing__(self, key: str) -> str:
        return ""


def problems(**found: str) -> dict[str, str]:
    """What is wrong with a form, by field."""
    return _Quiet({name: text for name, text in found.items() if text})


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["breakable"] = breakable
    return environment


def breakable(text: str) -> Markup:
    """`text`, allowed to break after a slash: `Berufs-/Dienstunfähigkeit` is too long for a phone."""
    return Markup(escape(text).replace("/", Markup("/<wbr>")))  # noqa: S704 - escaped before
