"""The contract overview of a real book speaks words, not codes."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

from brokerdesk.core.texts import Texts
from brokerdesk.models.entities import Contract
from brokerdesk.models.values.paging import ListQuery
from brokerdesk.models.values.states import ContractStatus
from tests.support.desks import demo_desk


def test_states_are_printed_in_words(tmp_path: Path) -> None:
    with demo_desk(tmp_path / "book", customers=3, paired=False, states=False) as desk:
        rows = desk.customers.rows(desk.customers.keys(ListQuery()))
        party = next(row.id for row in rows if row.contracts_own)
        contract = desk.contracts.of_customer(party)[0]
        with desk.book.work() as unit:
            unit.get(Contract, contract.id).status = ContractStatus.RESTING
            unit.commit()
        data = desk.overviews.render(party)
        language = desk.customers.card(party).language.value
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages)
    assert Texts(language)("contract.status.resting") in text
    assert not {status.value for status in ContractStatus} & set(text.split())
