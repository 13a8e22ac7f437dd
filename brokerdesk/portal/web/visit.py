"""One request to the customer pages, decoded: office, form, session, followed link. Handlers get nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from brokerdesk.portal.domain.office import Office
from brokerdesk.portal.domain.passwords import Passwords
from brokerdesk.portal.portal import Portal
from brokerdesk.portal.web.pages import Brand, Page, message
from brokerdesk.portal.web.sessions import Session
from brokerdesk.portal.web.wording import Wording, accepted_language


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a handler works with. `note` is the signed note of a followed link, `address` the client's network address."""

    portal: Portal
    passwords: Passwords
    method: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    languages: str = ""
    office: Office | None = None
    session: Session | None = None
    note: Mapping[str, Any] | None = None

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.portal.clock.now()

    @property
    def posted(self) -> bool:
        """Whether a form was sent."""
        return self.method == "POST"

    @property
    def here(self) -> Office:
        """The office of a page below `/t/{code}`."""
        if self.office is None:
            raise LookupError("this page has no office")
        return self.office

    @property
    def customer(self) -> Session:
        """The signed-in customer of a page that needs one."""
        if self.session is None:
            raise LookupError("this page has no signed-in customer")
        return self.session

    def words(self, *, language: str = "", form: str = "sie") -> Wording:
        """The words of this visit; a signed-in customer brings his own."""
        if self.session is not None:
            language, form = language or self.session.language, self.session.form
        fallback = self.office.language if self.office else "de"
        return Wording(language or accepted_language(self.languages, fallback), form)

    def brand(self, words: Wording, customer_type: str | None = None) -> Brand | None:
        """The top of the page."""
        return Brand.of(self.office, words, customer_type) if self.office else None

    def url(self, name: str) -> str:
        """A page of this office."""
        return f"/t/{self.here.code}/{name}"

    def say(self, key: str, *, status: int = 200, words: Wording | None = None, **more: Any) -> Page:
        """A page with one message."""
        words = words or self.words()
        return message(words, self.brand(words), key, status=status, **more)
