"""What follows a registration: the wishes of the invitation are kept with the login, a short mail confirms it."""

from __future__ import annotations

from pydantic_core import from_json, to_json
from sqlalchemy import update

from brokerdesk.documents.contexts.mail import MailKind
from brokerdesk.portal.domain.access import side_of
from brokerdesk.portal.domain.mail_queue import enqueue_plain
from brokerdesk.portal.domain.series import Scene
from brokerdesk.portal.store.tables import access_side
from brokerdesk.portal.web.wording import Wording


def remember_wishes(scene: Scene, access_id: str, *, form: str, language: str) -> None:
    """Du or Sie and language come from the invitation; the time of the privacy tick is kept."""
    book = scene.book
    side = side_of(book.connection, book.tenant_id, access_id)
    known = from_json(side.consent) if side else {}
    wishes = {**known, "form": form, "language": language, "privacy_at": book.now}
    here = (access_side.c.tenant_id == book.tenant_id) & (access_side.c.access_id == access_id)
    book.connection.execute(update(access_side).where(here).values(consent=to_json(wishes).decode()))


def order_welcome(scene: Scene, access_id: str, email: str, party_id: str, words: Wording) -> None:
    """Order the mail that tells of the new access, with the Makler-ID."""
    book = scene.book
    enqueue_plain(
        book.connection, scene.portal, book.tenant_id, MailKind.REGISTERED.value, now=scene.now, recipient=email,
        language=words.language, extra={"party_id": party_id, "form": words.form}, access_id=access_id,
    )  # fmt: skip
