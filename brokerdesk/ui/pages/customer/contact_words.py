"""Further contact points as lines such as „Fax: +49 40 123“: kinds of deliveries in words, and back."""

from __future__ import annotations

from functools import cache

from brokerdesk.core.texts import LANGUAGES, Texts
from brokerdesk.ui.i18n.translator import Translator

KINDS = (
    "phone phone_private phone_work mobile mobile_private mobile_work fax fax_private fax_work email email_private email_work"
    " web web_private web_work bank_account other"
).split()
_BETWEEN = ": "


def contact_words(kind: str, value: str, texts: Translator) -> str:
    """The line of a contact point; a kind somebody typed stands as typed."""
    word = texts(f"customer.contact.{kind}") if kind in KINDS else kind
    return f"{word}{_BETWEEN}{value}" if word else value


def contact_of(line: str) -> dict[str, str]:
    """Kind and value of a typed line. A known kind, in any language, needs no blank after the colon: `Fax:123`."""
    before, colon, after = (part.strip() for part in line.partition(":"))
    known = _kinds().get(before.casefold(), "")
    if colon and (known or _BETWEEN in line):
        return {"kind": known or before, "value": after}
    return {"kind": "", "value": line.strip()}


@cache
def _kinds() -> dict[str, str]:
    return {Texts(lang)(f"customer.contact.{kind}").casefold(): kind for lang in LANGUAGES for kind in KINDS}
