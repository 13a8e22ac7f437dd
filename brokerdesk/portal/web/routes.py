"""Every customer page: path, methods, whom it needs, handler. The authorisation matrix walks this table (security.md R4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from brokerdesk.portal.web import customer_pages, invitation_pages, login_pages, site_pages
from brokerdesk.portal.web.pages import Page
from brokerdesk.portal.web.visit import Visit


class Who(StrEnum):
    """Whom a page needs."""

    NOBODY = "nobody"
    INVITED = "invited"
    MAILED = "mailed"
    CUSTOMER = "customer"


Handler = Callable[[Visit], Page | Mapping[str, Any]]

READ = ("GET", "HEAD")
FORM = ("GET", "HEAD", "POST")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebRoute:
    """One page. A path with `{code}` belongs to a brokerage; POST always needs the token of a form."""

    name: str
    path: str
    methods: tuple[str, ...]
    needs: Who
    handler: Handler


def _page(name: str, path: str, needs: Who, handler: Handler, methods: tuple[str, ...] = FORM) -> WebRoute:
    return WebRoute(name=name, path=path, methods=methods, needs=needs, handler=handler)


ROUTES: tuple[WebRoute, ...] = (
    _page("broker", "/", Who.NOBODY, site_pages.broker),
    _page("invitation-link", "/i/{token}", Who.NOBODY, invitation_pages.follow, READ),
    _page("mailed-link", "/r/{token}", Who.NOBODY, login_pages.mailed, READ),
    _page("invitation", "/t/{code}/invitation", Who.INVITED, invitation_pages.invitation),
    _page("login", "/t/{code}/login", Who.NOBODY, login_pages.login),
    _page("forgotten", "/t/{code}/forgotten", Who.NOBODY, login_pages.forgotten),
    _page("new-password", "/t/{code}/new-password", Who.MAILED, login_pages.new_password),
    _page("confirm-email", "/t/{code}/confirm-email", Who.MAILED, login_pages.confirm_email),
    _page("privacy", "/t/{code}/privacy", Who.NOBODY, site_pages.privacy, READ),
    _page("manifest", "/t/{code}/manifest.webmanifest", Who.NOBODY, site_pages.manifest, READ),
    _page("contracts", "/t/{code}/contracts", Who.CUSTOMER, customer_pages.contracts, READ),
    _page("contract", "/t/{code}/contracts/{id}", Who.CUSTOMER, customer_pages.contract, READ),
    _page("profile", "/t/{code}/profile", Who.CUSTOMER, customer_pages.profile, READ),
    _page("password", "/t/{code}/password", Who.CUSTOMER, customer_pages.change_password),
    _page("email", "/t/{code}/email", Who.CUSTOMER, customer_pages.change_email),
    _page("logout", "/t/{code}/logout", Who.CUSTOMER, login_pages.logout, ("POST",)),
)
"""All pages; static files are served beside them and hold nothing of anybody."""
