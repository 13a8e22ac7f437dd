"""Fills a book with invented customers from a fixed seed: plausible households, contracts, claims. For demo and pictures.

The same seed and clock give the same people. Nothing here is a real person, address, account or number.
"""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from brokerdesk.core.clock import local_date
from brokerdesk.core.ids import derived_id
from brokerdesk.core.paths import resource
from brokerdesk.models.entities import Adviser, Claim, Contract, Household, HouseholdMember, Party
from brokerdesk.models.rules.lines import net_cents, tax_rate
from brokerdesk.models.values.changes import ChangeOrigin
from brokerdesk.models.values.folding import fold_expanded
from brokerdesk.models.values.names import AddressForm, PartyKind, PartyName, Salutation
from brokerdesk.models.values.states import ClaimStatus, ContractStatus, CustomerStatus, CustomerType, Origin, Role
from brokerdesk.services.context import Context
from brokerdesk.services.households import OfficeRecords, adviser_id, member_id
from brokerdesk.services.lines import Lines

SEED = 20261121
_FAMILY_SHARE = 0.45
_COMPANY_SHARE = 0.09


@dataclass(slots=True)
class _Maker:
    """Draws people and contracts; one random source, one day."""

    draw: random.Random
    recipe: dict[str, Any]
    today: date
    count: int = 0
    lines: Lines = field(default_factory=Lines)

    def pick(self, name: str) -> Any:
        return self.draw.choice(self.recipe[name])

    def identity(self, kind: str) -> str:
        self.count += 1
        return derived_id("demo", kind, str(self.count))

    def birthday(self, low: int, high: int) -> date:
        return self.today - timedelta(days=self.draw.randint(low * 365, high * 365))


def fill(context: Context, *, customers: int = 500, seed: int = SEED) -> int:
    """Add office, advisers, insurers and `customers` customers to an empty book; returns the number of contracts."""
    with resource("demo/recipe.toml").open("rb") as stream:
        recipe = tomllib.load(stream)
    OfficeRecords(context).edit(values=recipe["office"])
    maker = _Maker(random.Random(seed), recipe, local_date(context.clock))
    with context.book.work(origin=ChangeOrigin.IMPORT, actor="Demo") as unit:
        for code, name, email in recipe["advisers"]:
            unit.add(Adviser(id=adviser_id(code), code=code, name=name, email=email, phone="+492214710112"))
        insurers = [_insurer(name, vu) for name, vu in recipe["insurers"]]
        unit.add(*insurers)
        contracts = 0
        made = 0
        while made < customers:
            people, extra = _household(maker) if maker.draw.random() > _COMPANY_SHARE else _company(maker)
            made += sum(Role.CUSTOMER.value in p.roles for p in people)
            unit.add(*people, *extra)
            for person in people:
                if Role.CUSTOMER.value in person.roles:
                    added = _contracts(maker, person, insurers)
                    unit.add(*added)
                    contracts += sum(isinstance(a, Contract) for a in added)
        unit.commit()
    return contracts


def _insurer(name: str, vu: str) -> Party:
    party = Party(id=derived_id("insurer", vu), vu_number=vu)
    party.rename(PartyName(kind=PartyKind.ORGANISATION, company_name=name))
    party.give_role(Role.INSURER)
    return party


def _household(maker: _Maker) -> tuple[list[Party], list[Any]]:
    family_name = maker.pick("last_names")
    first = _person(maker, family_name, maker.birthday(19, 84), customer=True)
    if maker.draw.random() > _FAMILY_SHARE:
        return [first], []
    household = Household(id=derived_id("household", first.id), name=family_name)
    people = [first]
    relations = ["self"]
    age = (maker.today - first.birth_date).days // 365 if first.birth_date else 45
    partner_born = maker.birthday(max(19, age - 7), max(20, age + 7))
    partner = _person(maker, family_name, partner_born, customer=maker.draw.random() < 0.3, like=first)
    people.append(partner)
    relations.append("partner")
    children = maker.draw.choice([0, 1, 1, 2, 2, 3]) if 22 <= age <= 58 else 0
    for _ in range(children):
        born = maker.birthday(max(0, age - 44), max(1, min(17, age - 20)))
        people.append(_person(maker, family_name, born, customer=False, like=first))
        relations.append("child")
    members = [
        HouseholdMember(id=member_id(household.id, p.id), household_id=household.id, party_id=p.id, relation=relation)
        for p, relation in zip(people, relations, strict=True)
    ]
    return people, [household, *members]


def _person(maker: _Maker, family_name: str, born: date, *, customer: bool, like: Party | None = None) -> Party:
    draw = maker.draw
    female = draw.random() < 0.5
    person = Party(id=maker.identity("party"), birth_date=born)
    person.rename(
        PartyName(
            salutation=Salutation.MRS if female else Salutation.MR,
            title=maker.pick("titles") if draw.random() < 0.04 else "",
            first_name=maker.pick("first_names_f" if female else "first_names_m"),
            name_prefix=maker.pick("prefixes") if draw.random() < 0.04 else "",
            last_name=family_name,
        )
    )
    _place(maker, person, like)
    if customer:
        _as_customer(maker, person, CustomerType.PRIVATE)
        person.marital_status = maker.pick("marital")
        person.profession = maker.pick("professions")
        person.address_form = (AddressForm.DU if draw.random() < 0.25 else AddressForm.SIE).value
    else:
        person.give_role(Role.CONTRACT_PARTNER)
    return person


def _place(maker: _Maker, party: Party, like: Party | None) -> None:
    if like is not None:
        party.street, party.zip, party.city, party.country = like.street, like.zip, like.city, like.country
        return
    party.zip, party.city = maker.pick("cities")
    party.street = f"{maker.pick('streets')} {maker.draw.randint(1, 120)}"
    party.country = "DE"


def _as_customer(maker: _Maker, party: Party, kind: CustomerType) -> None:
    draw = maker.draw
    party.give_role(Role.CUSTOMER)
    party.customer_type = kind.value
    party.customer_status = CustomerStatus.ACTIVE.value
    party.customer_number = str(10_000 + maker.count)
    party.customer_since = maker.today - timedelta(days=draw.randint(60, 6000))
    party.adviser_id = adviser_id(draw.choice(maker.recipe["advisers"])[0])
    if draw.random() > 0.08:
        party.email = _email(party, maker.count)
    if draw.random() > 0.15:
        party.mobile = f"+4917139200{draw.randint(0, 99):02d}"
    if draw.random() > 0.5:
        party.phone = f"+49{maker.pick('phone_areas')}{draw.randint(0, 999):03d}"
    if draw.random() > 0.2:
        party.iban, party.bank_holder = _iban(draw), party.name.full


def _email(party: Party, number: int) -> str:
    name = party.name
    words = name.company_name if party.kind == PartyKind.ORGANISATION else f"{name.first_name[:1]}.{name.last_name}"
    plain = "".join(c for c in fold_expanded(words).replace(" ", "-") if c.isascii() and (c.isalnum() or c in ".-"))
    return f"{plain.strip('-.')}{number}@kunden.example"


def _iban(draw: random.Random) -> str:
    """A German IBAN with right check digits and a bank code that no bank has."""
    account = f"99999999{draw.randint(0, 10**10 - 1):010d}"
    check = 98 - int(f"{account}131400") % 97
    return f"DE{check:02d}{account}"


def _company(maker: _Maker) -> tuple[list[Party], list[Any]]:
    party = Party(id=maker.identity("party"))
    name = f"{maker.pick('company_words')} {maker.pick('last_names').split('-')[0]} {maker.pick('company_forms')}"
    party.rename(PartyName(kind=PartyKind.ORGANISATION, salutation=Salutation.COMPANY, company_name=name))
    _place(maker, party, None)
    _as_customer(maker, party, CustomerType.COMPANY)
    return [party], []


def _contracts(maker: _Maker, customer: Party, insurers: list[Party]) -> list[Any]:
    draw = maker.draw
    company = customer.kind == PartyKind.ORGANISATION
    products = maker.recipe["company_products" if company else "products"]
    age = (maker.today - customer.birth_date).days // 365 if customer.birth_date else 45
    wanted = min(len(products), max(0, round(draw.gauss(5 if company else 2 + age / 20, 1.6))))
    chosen: list[dict[str, Any]] = []
    while len(chosen) < wanted:
        product = draw.choices(products, weights=[p["weight"] for p in products])[0]
        if product not in chosen:
            chosen.append(product)
    made: list[Any] = []
    for product in chosen:
        contract = _contract(maker, customer, product, insurers)
        made.append(contract)
        if contract.line in {"motor_car", "household", "building"} and draw.random() < 0.12:
            made.append(_claim(maker, contract))
    return made


def _net(maker: _Maker, line: str, gross: int) -> int | None:
    rate = tax_rate(line, "", maker.today, catalogue=maker.lines.catalogue)
    return net_cents(gross, rate)


def _contract(maker: _Maker, customer: Party, product: dict[str, Any], insurers: list[Party]) -> Contract:
    draw = maker.draw
    start = maker.today.replace(day=1) - timedelta(days=draw.randint(1, 20) * 182)
    start = start.replace(day=1)
    third = draw.random() < 0.08
    status = draw.choices([ContractStatus.ACTIVE, ContractStatus.ENDED, ContractStatus.APPLIED], weights=[92, 5, 3])[0]
    gross = draw.randint(*product["premium"]) // 5 * 5
    contract = Contract(
        id=maker.identity("contract"),
        party_id=customer.id,
        adviser_id=customer.adviser_id,
        insurer_id=insurers[draw.choice(product["insurers"])].id,
        origin=(Origin.THIRD_PARTY if third else Origin.OWN).value,
        number=f"{product['code']}-{draw.randint(10_000, 999_999)}-{draw.randint(0, 9)}",
        line=product["line"],
        product=product["name"],
        status=(ContractStatus.ACTIVE if third else status).value,
        premium_gross_cents=gross,
        premium_net_cents=_net(maker, product["line"], gross),
        frequency=product["frequency"],
        start=start,
        main_due=f"{start.month:02d}-01",
    )
    if product["line"] == "motor_car":
        contract.parts = [{"code": "kh"}, {"code": "hull_full"}]
        plate = f"{draw.choice(['K', 'BN', 'AC', 'HH'])}-{draw.choice(['BD', 'XY', 'QZ'])} {draw.randint(1000, 9999)}"
        contract.risks = [{"kind": "vehicle", "label": plate}]
    elif product["line"] in {"household", "building"}:
        contract.risks = [{"kind": "contents", "label": f"{customer.street}, {customer.zip} {customer.city}"}]
    if status is ContractStatus.ENDED:
        contract.end = maker.today - timedelta(days=draw.randint(20, 700))
    return contract


def _claim(maker: _Maker, contract: Contract) -> Claim:
    happened = maker.today - timedelta(days=maker.draw.randint(5, 900))
    closed = (maker.today - happened).days > 120
    return Claim(
        id=maker.identity("claim"),
        contract_id=contract.id,
        party_id=contract.party_id,
        number=f"S-{maker.draw.randint(100_000, 999_999)}",
        occurred_on=happened,
        reported_on=happened + timedelta(days=maker.draw.randint(0, 9)),
        status=(ClaimStatus.CLOSED if closed else ClaimStatus.OPEN).value,
        paid_cents=maker.draw.randint(10_000, 420_000) if closed else None,
        reserve_cents=None if closed else maker.draw.randint(20_000, 300_000),
    )
