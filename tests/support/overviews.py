"""Invented contract overviews for tests of documents."""

from __future__ import annotations

from datetime import date
from typing import Any

from brokerdesk.documents.contexts.contract_overview import (
    ContractOverview,
    OpenClaim,
    OverviewContract,
    OverviewGroup,
    OverviewPerson,
)
from brokerdesk.documents.contexts.office import AdviserContact, OfficeProfile
from brokerdesk.models.values.names import AddressForm, Salutation
from brokerdesk.models.values.states import Frequency

OFFICE = OfficeProfile(
    name="Maklerbüro Beispielhain",
    street="Musterallee 7",
    zip="50667",
    city="Köln",
    phone="0221 4710 100",
    email="buero@beispielhain.example",
)
ADVISER = AdviserContact(
    name="Alina Weberling",
    salutation=Salutation.MRS,
    phone="0221 4710 112",
    email="a.weberling@beispielhain.example",
)


def contract(**changes: Any) -> OverviewContract:
    """A contents policy of 14.25 a month."""
    values: dict[str, Any] = {
        "name": "Hausrat",
        "insurer": "Alte Weser",
        "number": "HR-4711",
        "start": date(2018, 1, 1),
        "end": date(2027, 1, 1),
        "month_cents": 1425,
        "year_cents": 17100,
        "details": ("Neuwert 72.000\u00a0€",),
    }
    return OverviewContract(**(values | changes))


def groups() -> tuple[OverviewGroup, ...]:
    """Eight contracts in three groups: one third-party, one applied for."""
    return (
        OverviewGroup(
            heading="Kfz",
            contracts=(
                contract(
                    name="Kfz mit Vollkasko",
                    insurer="Nordlicht Sach",
                    number="KF-77120-4",
                    month_cents=6240,
                    year_cents=74880,
                    main_due="01-01",
                    cancel_by=date(2026, 11, 30),
                    frequency=Frequency.YEARLY,
                    instalment_cents=74880,
                    bank_last4="3000",
                ),
            ),
        ),
        OverviewGroup(
            heading="Haftpflicht, Wohnen und Recht",
            contracts=(
                contract(name="Privathaftpflicht Familie", number="PH-204118", month_cents=790, year_cents=9480),
                contract(),
                contract(name="Verkehrsrechtsschutz", number="RS-90-3318", month_cents=1210, year_cents=14520),
            ),
        ),
        OverviewGroup(
            heading="Vorsorge und Gesundheit",
            contracts=(
                contract(name="Berufsunfähigkeit", number="BU-3309-81", month_cents=7810, year_cents=93720),
                contract(
                    name="Private Rente Flex", number="RV-1177-02", month_cents=3000, year_cents=36000, applied=True
                ),
                contract(name="Unfall Kind", number="UN-55102-9", month_cents=990, year_cents=11880),
                contract(name="Zahnzusatz", number="Z 48 210", month_cents=1860, year_cents=22320, third_party=True),
            ),
        ),
    )


def person(**changes: Any) -> OverviewPerson:
    """Łukasz with eight contracts and a mandate."""
    values: dict[str, Any] = {
        "name": "Łukasz Grünewald-Yılmaz",
        "with_family": True,
        "customer_number": "10017",
        "address": "Drosselweg 4, 50667 Köln",
        "household": ("Łukasz", "Mira", "Jonte"),
        "groups": groups(),
        "claims": (
            OpenClaim(
                contract="Hausrat",
                insurer="Alte Weser",
                number="S-88",
                reported_on=date(2026, 10, 2),
                status="in Prüfung",
            ),
        ),
        "has_mandate": True,
        "mandate_since": date(2025, 1, 2),
    }
    return OverviewPerson(**(values | changes))


def overview(*persons: OverviewPerson, **changes: Any) -> ContractOverview:
    """An overview as of 23 November 2026, in Du."""
    values: dict[str, Any] = {
        "office": OFFICE,
        "persons": persons or (person(),),
        "as_of": date(2026, 11, 23),
        "adviser": ADVISER,
        "form": AddressForm.DU,
    }
    return ContractOverview(**(values | changes))
