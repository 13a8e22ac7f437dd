"""Pieces that several pages share: adviser card, strength of a password in words, avatar."""

from __future__ import annotations

import zlib

from brokerdesk.models.values.names import PartyName
from brokerdesk.portal.domain.office import Office
from brokerdesk.portal.domain.passwords import GOOD_LENGTH, MAX_LENGTH, MIN_LENGTH, STRONG_LENGTH, Assessment
from brokerdesk.portal.domain.people import Adviser
from brokerdesk.portal.web.wording import Wording

_COLOURS = ("blue", "teal", "green", "amber", "rose", "violet", "slate", "clay")


def adviser_card(adviser: Adviser | None, office: Office, words: Wording) -> dict[str, str]:
    """The person in charge, or the office where nobody is named."""
    person = adviser or Adviser(name=office.name, phone=office.phone)
    role = words("web.adviser.in", city=office.city) if office.city else words("web.adviser.plain")
    phone = "".join(c for c in (person.phone or office.phone) if c.isdigit() or c == "+")
    return {"name": person.name, "initials": person.initials, "role": role, "phone": phone}


def strength_texts(words: Wording) -> dict[str, object]:
    """The hint below a new password, and what the script says while typing."""
    marked = "{length}"
    return {
        "rule": words("web.password.rule", min=MIN_LENGTH),
        "short": words("web.password.short", length=marked, min=MIN_LENGTH),
        "fair": words("web.password.fair", length=marked),
        "good": words("web.password.good", length=marked),
        "min": MIN_LENGTH,
        "good_from": GOOD_LENGTH,
        "strong_from": STRONG_LENGTH,
    }


def password_problem(found: Assessment, words: Wording) -> str:
    """Why a password is not accepted, or an empty text."""
    if found.ok:
        return ""
    return words(f"web.password.{found.strength.value}", length=found.length, min=MIN_LENGTH, max=MAX_LENGTH)


def avatar(record_id: str, name: PartyName) -> dict[str, str]:
    """Initials on a colour that stays the same when the person is renamed."""
    return {"initials": name.initials, "colour": _COLOURS[zlib.crc32(record_id.encode()) % len(_COLOURS)]}
