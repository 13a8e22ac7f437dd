"""One delivered party block → values of a party record. Says what is delivered; who it is is decided in `matching`.

Values that cannot be taken as they are (a masked account, an e-mail with "(a)", a phone number without sense) are kept
raw among the contact points; nothing is dropped and nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from brokerdesk.core.errors import KnownError
from brokerdesk.formats.gdv.records import BankAccount, PartyBlock
from brokerdesk.models.values.contact import EmailAddress, PhoneNumber
from brokerdesk.models.values.findings import Finding, Severity
from brokerdesk.models.values.names import PartyKind, Salutation, split_person_name
from brokerdesk.services.gdv_import import codes

_REPAIRABLE_AT = re.compile(r"\s*(\(\s*(a|at|ät)\s*\)|\[\s*(a|at)\s*\])\s*", re.IGNORECASE)
_PLAIN_MAIL = re.compile(
    r"[a-z0-9]+(?:[._+-][a-z0-9]+){0,8}@(?:[a-z0-9]+(?:-[a-z0-9]+){0,4}\.){1,2}(?!local|test|arpa|invalid|onion|internal)[a-z]{2,8}"
)
_PLAIN_PHONE = re.compile(r"0[1-9][0-9]{6,10}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}")
_IBAN_LENGTH = {"DE": 22, "AT": 20, "CH": 21, "NL": 18, "BE": 16, "LU": 20, "FR": 27, "IT": 27, "ES": 24, "GB": 22}
_ANONYMISED = frozenset("xX*-. ")
_PREFIXED = ("von ", "van ", "vom ", "zu ", "zur ", "de ", "den ", "der ", "ter ", "ten ")


@dataclass(slots=True)
class DeliveredParty:
    """What one block says: columns of `party` that are filled, other contact points, and remarks."""

    values: dict[str, Any]
    contacts: list[dict[str, str]]
    findings: list[Finding] = field(default_factory=list)


def delivered_party(block: PartyBlock) -> DeliveredParty:
    """The filled values of a block. A block without any name gets its customer number as name."""
    found = DeliveredParty(values=_name(block) | _facts(block), contacts=[])
    for column, raw in (("country", block.country), ("nationality", block.nationality)):
        if raw and not _ANONYMISED.issuperset(raw):
            _country(found, column, raw, block.record)
    if block.channels:
        _channels(found, block)
    if block.banks:
        _bank(found, block.banks)
    return found


def _facts(block: PartyBlock) -> dict[str, Any]:
    facts = {
        "street": block.street,
        "zip": block.zip,
        "city": block.city,
        "po_box": block.po_box,
        "birth_date": block.birth.exact if block.birth else None,
        "marital_status": codes.MARITAL_STATUS.get(block.marital_status),
        "legal_form": codes.LEGAL_FORMS.get(block.legal_form),
        "tax_id": block.tax_number,
    }
    return {column: value for column, value in facts.items() if value}


def _name(block: PartyBlock) -> dict[str, Any]:
    name1, name2, name3 = block.name1, block.name2, block.name3
    if block.is_organisation:
        return {
            "kind": PartyKind.ORGANISATION.value,
            "salutation": Salutation.COMPANY.value,
            "company_name": name1 or name2 or name3 or block.insurer_number,
        } | ({"company_addition": " ".join(filter(None, (name2, name3)))} if name1 and (name2 or name3) else {})
    values: dict[str, Any] = {"kind": PartyKind.PERSON.value}
    salutation = codes.SALUTATIONS.get(block.salutation)
    if salutation is None and block.salutation in {"", "0"}:
        salutation = codes.SALUTATION_BY_GENDER.get(block.gender)
    if salutation is not None:
        values["salutation"] = salutation.value
    if not (name1 or name2 or name3):
        name1 = block.insurer_number
    if name1.lower().startswith(_PREFIXED):
        split = split_person_name(name1)
        if split.name_prefix and not split.first_name:
            values["name_prefix"], name1 = split.name_prefix, split.last_name
    for column, text in (
        ("last_name", name1 or name2),
        ("name_suffix", name2 if name1 else ""),
        ("first_name", name3),
        ("title", block.title),
    ):
        if text:
            values[column] = text
    return values


def _country(found: DeliveredParty, column: str, raw: str, record: int) -> None:
    iso = codes.COUNTRIES.get(raw.upper())
    if iso:
        found.values[column] = iso
    else:
        found.findings.append(_finding("country-unknown", record, column, raw=raw))


def _channels(found: DeliveredParty, block: PartyBlock) -> None:
    values = found.values
    for kind, raw in block.channels:
        if kind in codes.PHONES or kind in codes.MOBILES:
            column = "mobile" if kind in codes.MOBILES else "phone"
            name = codes.MOBILES.get(kind) or codes.PHONES[kind]
            number = _phone(raw)
            if number and values.setdefault(column, number) == number:
                continue
            found.contacts.append({"kind": name, "value": number or raw})
        elif kind in codes.MAILS:
            _mail(found, codes.MAILS[kind], raw, block.record)
        else:
            name = codes.FAXES.get(kind) or codes.SITES.get(kind) or "other"
            number = _phone(raw) if kind in codes.FAXES else None
            found.contacts.append({"kind": name, "value": number or raw})


def _mail(found: DeliveredParty, name: str, raw: str, record: int) -> None:
    address = _email(raw)
    if address is None:
        code = "email-repair" if _REPAIRABLE_AT.search(raw) else "email-unusable"
        found.findings.append(_finding(code, record, "email"))
        found.contacts.append({"kind": name, "value": raw})
    elif found.values.setdefault("email", address) != address:
        found.contacts.append({"kind": name, "value": address})


def _bank(found: DeliveredParty, banks: tuple[BankAccount, ...]) -> None:
    values = found.values
    for bank in banks:
        iban = usable_iban(bank.iban)
        if iban and "iban" not in values:
            values["iban"] = iban
            if bank.bic:
                values["bic"] = bank.bic[:11]
            if bank.holder:
                values["bank_holder"] = bank.holder
        elif bank.iban and values.get("iban") != iban:
            found.contacts.append({"kind": "iban", "value": iban or bank.iban})
        elif bank.account_number and not bank.iban:
            shown = f"{bank.account_number} / {bank.bank_code}" if bank.bank_code else bank.account_number
            found.contacts.append({"kind": "bank_account", "value": shown})


def usable_iban(text: str) -> str | None:
    """The IBAN without blanks when its shape and check digits (mod 97) are right, else None.

    Checked here and not by `Iban`, which loads the bank registry: an import looks at one account per party.
    """
    compact = re.sub(r"\s", "", text).upper()
    if not _IBAN.fullmatch(compact) or len(compact) != _IBAN_LENGTH.get(compact[:2], len(compact)):
        return None
    rearranged = compact[4:] + compact[:4]
    return compact if int("".join(str(int(c, 36)) for c in rearranged)) % 97 == 1 else None


@lru_cache(maxsize=8192)
def _phone(raw: str) -> str | None:
    """E.164 of a number as delivered, None when it is none.

    Plain German numbers take the short way: the general one costs a hundred times as much and gives the same.
    """
    compact = raw.translate(_FILLERS)
    if _PLAIN_PHONE.fullmatch(compact):
        return "+49" + compact[1:]
    try:
        return PhoneNumber.parse(raw).value
    except KnownError:
        return None


_FILLERS = dict.fromkeys(map(ord, " -/().\u00a0"))


@lru_cache(maxsize=8192)
def _email(raw: str) -> str | None:
    """The address in normal form, None when it is none; plain ones take the short way (see `_phone`)."""
    if _PLAIN_MAIL.fullmatch(raw) and raw.index("@") <= 60:
        return raw
    try:
        return EmailAddress.parse(raw).value
    except KnownError:
        return None


def _finding(code: str, record: int, column: str, **parameters: str) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        code=code,
        record=record or None,
        field=column,
        parameters=tuple(sorted(parameters.items())),
    )
