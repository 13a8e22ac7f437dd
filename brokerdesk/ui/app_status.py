"""How the states of app access look and read: one table for the list, the reading pane and the detail (protocol.md § 14).

Says what is shown and which action is offered; carrying an action out is the business of the pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from brokerdesk.models.rows.activity import AppBlock
from brokerdesk.models.values.states import AppState
from brokerdesk.ui.i18n.translator import Translator
from brokerdesk.ui.theme_tokens import Status


class AppAction(StrEnum):
    """What the column KundenApp and the block offer; also the `action_id` of the cell."""

    INVITE = "invite"
    COMPLETE = "complete"
    WITHDRAW = "withdraw"
    RESEND = "resend"
    CHECK_EMAIL = "check_email"
    REVIEW = "review"


ACTION_ICON: dict[AppAction, str] = {
    AppAction.INVITE: "device-mobile",
    AppAction.COMPLETE: "pencil",
    AppAction.WITHDRAW: "arrow-back-up",
    AppAction.RESEND: "device-mobile",
    AppAction.CHECK_EMAIL: "mail",
    AppAction.REVIEW: "refresh",
}


@dataclass(frozen=True, slots=True)
class AppLook:
    """One state: its colour, the action it offers (None: none) and an icon that replaces the usual one."""

    status: Status
    action: AppAction | None = None
    icon: str = ""


LOOKS: dict[AppState, AppLook] = {
    AppState.NOT_INVITED: AppLook(Status.NEUTRAL, AppAction.INVITE),
    AppState.DATA_MISSING: AppLook(Status.WARNING, AppAction.COMPLETE),
    AppState.WAITING: AppLook(Status.WAITING, AppAction.WITHDRAW),
    AppState.QUEUED: AppLook(Status.INFO, None, "send"),
    AppState.INVITED: AppLook(Status.INFO, AppAction.RESEND),
    AppState.STOPPED: AppLook(Status.NEUTRAL, AppAction.RESEND, "bell-off"),
    AppState.EXPIRED: AppLook(Status.WARNING, AppAction.RESEND),
    AppState.BOUNCED: AppLook(Status.ERROR, AppAction.CHECK_EMAIL),
    AppState.REMOVED: AppLook(Status.ENDED, AppAction.INVITE),
    AppState.REGISTERED: AppLook(Status.OK),
    AppState.DEACTIVATED: AppLook(Status.NEUTRAL, None, "player-pause"),
    AppState.LEGACY: AppLook(Status.INFO, AppAction.INVITE, "history"),
    AppState.REFUSED: AppLook(Status.ERROR, AppAction.REVIEW),
}
"""Every state has a look; reactivating a login comes with the access operations, until then its state is only told."""


def word(state: AppState, texts: Translator) -> str:
    """The state in one or two words, for pills: „Registriert"."""
    return texts(f"customers.app.word.{state.value}")


def action_text(action: AppAction, texts: Translator) -> str:
    """The command of an action: „Freischalten"."""
    return texts(f"customers.app.action.{action.value}")


def missing_words(missing: Sequence[str], texts: Translator) -> str:
    """Which datum is missing (S1.05): „E-Mail fehlt"; names the first when several are."""
    return texts(f"customers.app.missing.{missing[0]}" if missing else "customers.app.word.data_missing")


def list_words(
    state: AppState, since: datetime | None, missing: Sequence[str], texts: Translator, *, today: date
) -> str:
    """What the cell of the list says. A state that carries a date is told without it while the date is unknown."""
    if state is AppState.DATA_MISSING:
        return missing_words(missing, texts)
    if state is AppState.WAITING and since is not None:
        day = texts.day(since)
        return texts("customers.app.list.waiting", when=texts.time(since) if day == texts.date(today) else day)
    key = f"customers.app.list.{state.value}"
    if since is not None and texts.has(key):
        return texts(key, date=texts.day(since))
    return word(state, texts)


def detail_words(block: AppBlock, texts: Translator) -> str:
    """The line below the pill in the block: the date that belongs to the state, or what is in the way."""
    state = block.state
    if state is AppState.DATA_MISSING:
        return missing_words(block.missing, texts)
    moments = {
        AppState.WAITING: block.requested_at,
        AppState.INVITED: block.first_invited_at,
        AppState.STOPPED: block.stopped_at,
        AppState.EXPIRED: block.expires_at,
        AppState.BOUNCED: block.invited_at or block.first_invited_at,
        AppState.REGISTERED: block.registered_at,
    }
    moment = moments.get(state, block.since) or block.since
    key = f"customers.app.detail.{state.value}"
    if moment is None or not texts.has(key):
        plain = f"customers.app.plain.{state.value}"
        return texts(plain) if texts.has(plain) else word(state, texts)
    return texts(key, date=texts.day(moment), time=texts.time(moment), code=block.mail_code)
