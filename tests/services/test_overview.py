"""The contract overview of a real book speaks words, not codes."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

from brokerdesk.models.values.paging import ListQuery
from brokerdesk.models.values.states import ClaimStatus, ContractStatus
from tests.support.desks import demo_desk


def test_states_are_printed_in_words(tmp_path: Path) -> None:
    codes = {status.value for status in (*ContractStatus, *ClaimStatus)}
    with demo_desk(tmp_path / "book", customers=12, paired=False, states=False) as desk:
        rows = desk.customers.rows(desk.customers.keys(ListQuery()))
        printed = [desk.overviews.render(row.id) for row in rows if row.contracts_own]
    texts = [" ".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages) for data in printed]
    assert any("Aktiv" in text for text in texts)
    assert not [word for text in texts for word in text.split() if word in codes]
