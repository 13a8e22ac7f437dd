"""The contract overview (Vertragsspiegel, advice.md 6.1): fills the context of the document and has it made."""

from __future__ import annotations

from collections.abc import Sequence

from brokerdesk.core.clock import local_date
from brokerdesk.core.texts import Texts
from brokerdesk.documents.contexts.contract_overview import (
    ContractOverview,
    OpenClaim,
    OverviewContract,
    OverviewGroup,
    OverviewPerson,
)
from brokerdesk.documents.contexts.office import AdviserContact, OfficeProfile, one_line_address
from brokerdesk.models.rows.contracts import ClaimRow, ContractRow
from brokerdesk.models.rows.customers import CustomerCard
from brokerdesk.models.values.line_blocks import BLOCK_OF_GROUP, BLOCKS
from brokerdesk.models.values.money import spread
from brokerdesk.models.values.names import Language
from brokerdesk.models.values.states import ClaimStatus, ContractStatus, Frequency, Origin
from brokerdesk.services.context import Context
from brokerdesk.services.contracts import Contracts
from brokerdesk.services.customers import Customers
from brokerdesk.services.households import OfficeRecords
from brokerdesk.services.lines import Lines


class Overviews:
    """Makes contract overviews of customers."""

    def __init__(
        self, context: Context, *, customers: Customers, contracts: Contracts, office: OfficeRecords, lines: Lines
    ) -> None:
        """Name what is read."""
        self._context = context
        self._customers = customers
        self._contracts = contracts
        self._office = office
        self._lines = lines

    def render(self, party_id: str, *, without_premiums: bool = False, household: bool = False) -> bytes:
        """The PDF in the customer's language and form. Raises `KnownError(record-gone)`."""
        from brokerdesk.documents.contract_overview import render_contract_overview

        return render_contract_overview(self.context(party_id, without_premiums=without_premiums, household=household))

    def context(self, party_id: str, *, without_premiums: bool = False, household: bool = False) -> ContractOverview:
        """What the document shows; `household` gives every member with contracts a page of his own."""
        card = self._customers.card(party_id)
        cards = [card]
        if household:
            others = [p.party_id for p in card.household if p.party_id != party_id]
            cards += [c for c in map(self._customers.card, others) if c.contracts_own + c.contracts_other]
        texts = Texts(card.language.value)
        return ContractOverview(
            office=self._profile(),
            persons=tuple(self._person(c, texts, alone=household) for c in cards),
            as_of=local_date(self._context.clock, self._context.time_zone),
            adviser=self._adviser(card),
            language=card.language,
            form=card.address_form,
            without_premiums=without_premiums,
        )

    def _profile(self) -> OfficeProfile:
        profile = self._office.profile()
        names = ("name", "street", "zip", "city", "phone", "email", "website", "register_number")
        return OfficeProfile(**{n: profile.get(n) or "" for n in names})

    def _adviser(self, card: CustomerCard) -> AdviserContact | None:
        if card.adviser_id is None:
            return None
        with self._context.book.read() as connection:
            row = connection.exec_driver_sql(
                "SELECT name, code, phone, email FROM adviser WHERE id = ?", (card.adviser_id,)
            ).first()
        return AdviserContact(name=row.name, phone=row.phone or "", email=row.email or "") if row and row.name else None

    def _person(self, card: CustomerCard, texts: Texts, *, alone: bool) -> OverviewPerson:
        contracts = [c for c in self._contracts.of_customer(card.id) if c.status != ContractStatus.ENDED]
        insurers = {c.id: c.insurer for c in contracts}
        open_claims = [c for c in self._contracts.claims_of_customer(card.id) if c.status != ClaimStatus.CLOSED]
        return OverviewPerson(
            name=card.name.full,
            with_family=not alone and len(card.household) > 1,
            customer_number=card.number or "",
            address=one_line_address(card.street, card.zip, card.city),
            household=tuple(p.name for p in card.household) if not alone else (),
            groups=self._groups(contracts, texts, card),
            claims=tuple(_claim(c, insurers.get(c.contract_id, ""), texts) for c in open_claims),
        )

    def _groups(self, contracts: Sequence[ContractRow], texts: Texts, card: CustomerCard) -> tuple[OverviewGroup, ...]:
        language = Language(texts.language) if texts.language in set(Language) else Language.DE
        blocks: dict[str, list[OverviewContract]] = {}
        for contract in contracts:
            block = BLOCK_OF_GROUP.get(self._lines.group(contract.line), "further")
            blocks.setdefault(block, []).append(self._contract(contract, texts, language, card))
        return tuple(
            OverviewGroup(heading=texts(f"lines.block.{block}"), contracts=tuple(blocks[block]))
            for block in BLOCKS
            if block in blocks
        )

    def _contract(self, row: ContractRow, texts: Texts, language: Language, card: CustomerCard) -> OverviewContract:
        year = row.premium_year_cents
        line = self._lines.name(row.line, language)
        product = row.product or line
        details = (*row.objects, *((line,) if line != product else ()))
        return OverviewContract(
            name=product,
            insurer=row.insurer,
            number=row.number,
            start=row.start,
            end=row.end,
            main_due=row.main_due or "",
            frequency=Frequency(row.frequency) if row.frequency in set(Frequency) else None,
            instalment_cents=row.premium_cents,
            month_cents=None if year is None else spread(year, 12)[0],
            year_cents=year,
            details=details,
            status="" if row.status == ContractStatus.ACTIVE else _word(texts, "contract", row.status),
            bank_last4=(card.iban or "")[-4:],
            third_party=row.origin == Origin.THIRD_PARTY,
            applied=row.status == ContractStatus.APPLIED,
        )


def _word(texts: Texts, kind: str, status: str) -> str:
    """A status in words; one of a newer program is shown raw."""
    key = f"{kind}.status.{status}"
    return texts(key) if texts.has(key) else status


def _claim(row: ClaimRow, insurer: str, texts: Texts) -> OpenClaim:
    return OpenClaim(
        contract=row.contract,
        insurer=insurer,
        number=row.number,
        occurred_on=row.occurred_on,
        reported_on=row.reported_on,
        status=_word(texts, "claim", row.status),
    )
