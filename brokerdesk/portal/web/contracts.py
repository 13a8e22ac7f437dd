"""The customer's contracts as his pages show them: released ones that are not over, with their monthly share.

Reads the records of his parties. Investment lines stay hidden without the office's entitlement (decisions.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, select

from brokerdesk.models.values.dates import format_cents, format_date
from brokerdesk.models.values.money import to_cents
from brokerdesk.models.values.names import Language
from brokerdesk.models.values.states import ContractStatus, Frequency, Origin
from brokerdesk.portal.domain.people import party_name, record_data
from brokerdesk.portal.store.tables import record, tenant
from brokerdesk.portal.web.line_names import group_of, is_hidden, line_name
from brokerdesk.portal.web.lines import CHIPS, look_of
from brokerdesk.portal.web.wording import Wording

_SHOWN = frozenset({ContractStatus.ACTIVE, ContractStatus.RESTING, ContractStatus.PAID_UP, ContractStatus.APPLIED})
_SUMMED = frozenset({Origin.OWN.value, Origin.POOL.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One contract in the list. `monthly_cents` is None where a month has no fixed amount."""

    id: str
    title: str
    subtitle: str
    amount: str
    per: str
    icon: str
    colour: str
    chip: str
    monthly_cents: int | None
    counted: bool
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All shown contracts, the chips that have any, the monthly sum."""

    all: tuple[Item, ...]
    groups: tuple[str, ...]
    sum: str
    left_out: bool

    def of_chip(self, chip: str | None) -> tuple[Item, ...]:
        """The contracts of one chip, or all."""
        return tuple(i for i in self.all if chip is None or i.chip == chip)


def overview(connection: Connection, tenant_id: str, party_ids: Iterable[str], words: Wording) -> Overview:
    """The contracts page of these parties."""
    investment = connection.execute(select(tenant.c.investment).where(tenant.c.id == tenant_id)).scalar_one()
    items = []
    for record_id, data in _released(connection, tenant_id, list(party_ids)):
        if not is_hidden(str(data.get("line") or ""), investment_entitled=investment):
            items.append(_item(connection, tenant_id, record_id, data, words))
    items.sort(key=lambda i: (CHIPS.index(i.chip), i.title.casefold(), i.id))
    total = sum(i.monthly_cents or 0 for i in items if i.counted)
    return Overview(
        all=tuple(items),
        groups=tuple(c for c in CHIPS if any(i.chip == c for i in items)),
        sum=_money(total, words),
        left_out=any(not i.counted for i in items),
    )


def one_contract(
    connection: Connection, tenant_id: str, party_ids: Iterable[str], record_id: str, words: Wording
) -> Item | None:
    """One contract of these parties, or None when it is not theirs or not released."""
    return next((i for i in overview(connection, tenant_id, party_ids, words).all if i.id == record_id), None)


def _released(connection: Connection, tenant_id: str, party_ids: list[str]) -> list[tuple[str, dict[str, Any]]]:
    query = select(record.c.id, record.c.data).where(
        record.c.tenant_id == tenant_id,
        record.c.kind == "contract",
        record.c.deleted.is_(False),
        record.c.owner_id.in_(party_ids),
    )
    found = [(row.id, from_json(row.data)) for row in connection.execute(query.order_by(record.c.id))]
    return [(i, d) for i, d in found if d.get("released") and not d.get("archived") and d.get("status") in _SHOWN]


def _item(connection: Connection, tenant_id: str, record_id: str, data: dict[str, Any], words: Wording) -> Item:
    code = str(data.get("line") or "")
    look = look_of(group_of(code))
    product = str(data.get("product") or "")
    name = line_name(code, words)
    origin = str(data.get("origin") or Origin.OWN)
    monthly = monthly_cents(data)
    amount, per = _amount(data, monthly, words)
    return Item(
        id=record_id,
        title=name or product or words("web.contracts.unnamed"),
        subtitle=insurer_name(connection, tenant_id, data),
        amount=amount,
        per=per,
        icon=look.icon,
        colour=look.colour,
        chip=look.chip,
        monthly_cents=monthly,
        counted=monthly is not None and origin in _SUMMED,
        data=data,
    )


def insurer_name(connection: Connection, tenant_id: str, data: Mapping[str, Any]) -> str:
    """The name of a contract's insurer."""
    return party_name(record_data(connection, tenant_id, "party", data.get("insurer_id"))).full


def premium_of(data: Mapping[str, Any]) -> tuple[int | None, Frequency]:
    """The instalment in cents (gross, else net) and how often it is paid."""
    group = data.get("premium") or {}
    gross, net = group.get("premium_gross_cents"), group.get("premium_net_cents")
    wanted = group.get("frequency")
    frequency = Frequency(wanted) if wanted in set(Frequency) else Frequency.OTHER
    foreign = (group.get("currency") or "EUR") != "EUR"
    return (None if foreign else gross if gross is not None else net), frequency


def monthly_cents(data: Mapping[str, Any]) -> int | None:
    """The share of a month, rounded to the cent; None for one-off and unknown frequencies and without a premium."""
    cents, frequency = premium_of(data)
    if cents is None or frequency.per_year is None or data.get("status") == ContractStatus.PAID_UP:
        return None
    return to_cents(Decimal(cents) * frequency.per_year / 12 / 100)


def _amount(data: Mapping[str, Any], monthly: int | None, words: Wording) -> tuple[str, str]:
    if monthly is not None:
        return _money(monthly, words), words("web.contracts.per_month")
    cents, frequency = premium_of(data)
    if cents is not None and frequency is Frequency.SINGLE:
        return _money(cents, words), words("web.contracts.single")
    return "", ""


def _money(cents: int, words: Wording) -> str:
    return format_cents(cents, Language(words.language), unit=True)


def facts(connection: Connection, tenant_id: str, item: Item, words: Wording) -> list[tuple[str, str]]:
    """Label and value of what is known about a contract, empty ones left out."""
    data = item.data
    cents, frequency = premium_of(data)
    premium = ""
    if cents is not None:
        known = words.has(f"web.frequency.{frequency.value}")
        premium = f"{_money(cents, words)} {words(f'web.frequency.{frequency.value}') if known else ''}".strip()
    found = [
        ("insurer", insurer_name(connection, tenant_id, data)),
        ("number", str(data.get("number") or "")),
        ("product", str(data.get("product") or "")),
        ("premium", premium),
        ("start", _day(data.get("start"), words)),
        ("end", _day(data.get("end"), words)),
        ("main_due", _month_day(data.get("main_due"), words)),
        ("status", words(f"web.status.{data.get('status')}")),
    ]
    return [(words(f"web.contract.{name}"), value) for name, value in found if value]


def _day(text: object, words: Wording) -> str:
    try:
        return format_date(date.fromisoformat(str(text)), Language(words.language)) if text else ""
    except ValueError:
        return ""


def _month_day(text: object, words: Wording) -> str:
    month, _, day = str(text or "").partition("-")
    if not (month.isdecimal() and day.isdecimal() and 1 <= int(month) <= 12):
        return ""
    return {"de": f"{day}.{month}.", "nl": f"{day}-{month}"}.get(words.language, f"{day}/{month}")


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One claim below its contract."""

    title: str
    line: str


def claims_of(connection: Connection, tenant_id: str, contract_id: str, words: Wording) -> list[ClaimLine]:
    """The claims of a released contract, newest first (S2.53)."""
    query = select(record.c.data).where(
        record.c.tenant_id == tenant_id,
        record.c.kind == "claim",
        record.c.deleted.is_(False),
        record.c.parent_id == contract_id,
    )
    found = [from_json(text) for text in connection.execute(query).scalars()]
    shown = [d for d in found if not d.get("archived")]
    shown.sort(key=lambda d: str(d.get("occurred_on") or ""), reverse=True)
    return [_claim(d, words) for d in shown]


def _claim(data: Mapping[str, Any], words: Wording) -> ClaimLine:
    day = _day(data.get("occurred_on"), words)
    title = words("web.claim.of", date=day) if day else words("web.claim.undated")
    status = str(data.get("status") or "")
    parts = [
        words(f"web.claim.{status}") if words.has(f"web.claim.{status}") else "",
        str(data.get("number") or ""),
        _money(int(data["paid_cents"]), words) if data.get("paid_cents") else "",
    ]
    return ClaimLine(title, " · ".join(p for p in parts if p))
