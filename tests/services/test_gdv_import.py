"""The import of GDV files into a real encrypted book: figures, records, nothing twice, nothing half."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from brokerdesk.core.errors import KnownError
from brokerdesk.core.paths import resource
from brokerdesk.core.texts import LANGUAGES
from brokerdesk.formats.gdv.records import Claim, CommissionLine, PartialDate
from brokerdesk.models.values.changes import ChangeSet
from brokerdesk.services.gdv_import import finding_text
from tests.support.gdv_files import bundle, every_line, gdv_file, party, portfolio
from tests.support.imports import Importing, changed, importing, two_insurers

SAMPLE = resource("gdv/igor_110120.txt")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Importing]:
    with importing(tmp_path) as made:
        yield made


@pytest.fixture
def paired(tmp_path: Path) -> Iterator[Importing]:
    with importing(tmp_path, paired=True) as made:
        yield made


def test_the_public_sample_gives_the_published_figures(desk: Importing) -> None:
    report = desk.gdv.run(SAMPLE)
    shown = report.as_json()
    assert shown["packets"] == [
        {"vu": "1111", "records": 30, "trailer": {"present": True, "count_ok": False, "net_ok": False}}
    ]
    assert shown["records"] == {"0001": 1, "0100": 5, "0200": 5, "0210": 10, "0220": 10, "9999": 1}
    assert shown["customers"] == {"new": 4, "changed": 0, "same": 0}
    assert shown["partners"] == shown["claims"] == {"new": 0, "changed": 0, "same": 0}
    assert shown["contracts"] == {"new": 5, "changed": 0, "same": 0}
    assert (shown["net_as_delivered_cents"], shown["net_per_year_cents"]) == (119170, 119170)
    assert shown["duplicates_proposed"] == 0
    assert [(f["severity"], f["code"], f["record"]) for f in shown["findings"]] == [
        ("warning", "trailer-count", 32),
        ("warning", "trailer-net", 32),
    ]
    assert "1.191,70" in shown["findings"][1]["text"]
    assert report.needs_attention
    assert report.importable


def test_the_public_sample_is_five_cars(desk: Importing) -> None:
    desk.gdv.run(SAMPLE)
    contracts = desk.rows("SELECT line, line_basis, parts, origin, status, currency, premium_year_cents FROM contract")
    assert {(c["line"], c["line_basis"], c["origin"], c["status"]) for c in contracts} == {
        ("motor_car", "field", "own", "active")
    }
    parts = [part["code"] for c in contracts for part in json.loads(c["parts"])]
    assert (parts.count("kh"), parts.count("hull_full"), parts.count("hull_part")) == (5, 3, 2)
    assert sum(c["premium_year_cents"] for c in contracts) == 119170
    customers = desk.rows("SELECT * FROM party WHERE is_customer")
    assert sum(c["premium_year_cents"] for c in customers) == 119170
    assert sum(c["contracts_own"] for c in customers) == 5
    assert {c["app_state"] for c in customers} == {"data_missing"}
    assert sorted(c["customer_number"] for c in customers) == ["10001", "10002", "10003", "10004"]


def test_the_sample_twice_changes_no_table(desk: Importing) -> None:
    desk.gdv.run(SAMPLE)
    before = desk.dump()
    again = desk.gdv.run(SAMPLE).as_json()
    assert again["customers"] == {"new": 0, "changed": 0, "same": 4}
    assert again["contracts"] == {"new": 0, "changed": 0, "same": 5}
    assert again["changes"] == []
    assert desk.dump() == before
    assert [run.file for run in desk.gdv.runs()] == ["igor_110120.txt", "igor_110120.txt"]


def test_a_dry_run_tells_the_same_and_writes_nothing(desk: Importing) -> None:
    before = desk.dump()
    dry = desk.gdv.run(SAMPLE, dry_run=True).as_json()
    assert desk.dump() == before
    assert not desk.gdv.runs()
    real = desk.gdv.run(SAMPLE).as_json()
    assert dry | {"dry_run": False, "run": real["run"]} == real


def test_every_line_of_business_arrives(desk: Importing) -> None:
    made = every_line()
    report = desk.deliver(gdv_file(made))
    assert report.contracts.new == len(made)
    assert desk.value("SELECT count(*) FROM contract") == len(made)
    assert desk.value("SELECT count(DISTINCT line) FROM contract") > 10
    assert desk.value("SELECT count(*) FROM claim") == report.claims.new == len(made[0].claims)
    assert desk.value("SELECT count(*) FROM commission_line") == len(made[0].commissions)
    labels = [r.get("label") for row in desk.rows("SELECT risks FROM contract") for r in json.loads(row["risks"])]
    assert sum(bool(label) for label in labels) >= 5


def test_raw_records_come_back_as_they_were_delivered(desk: Importing) -> None:
    data = gdv_file([bundle("050", 1)])
    desk.deliver(data)
    lines = desk.gdv.raw_lines(desk.value("SELECT id FROM contract"))
    delivered = [line.decode("iso8859-1") for line in data.split(b"\r\n")[1:-2]]
    assert [line.rstrip() for line in lines] == [line.rstrip() for line in delivered]


def test_a_person_arrives_with_checked_and_raw_contact_points(desk: Importing) -> None:
    desk.deliver(gdv_file([bundle("050", 3)]))
    (row,) = desk.rows("SELECT * FROM party WHERE is_customer")
    block = party(3)
    assert (row["last_name"], row["first_name"], row["salutation"]) == (block.name1, block.name3, "mr")
    assert (row["phone"], row["mobile"]) == ("+4940123456", "+4917139200140")
    assert row["email"] == "person3.mit.langer.adresse@beispiel.example"
    assert (row["iban"], row["country"], row["marital_status"]) == ("DE89370400440532013000", "DE", "married")
    assert {"kind": "bank_account", "value": "532013000 / 37040044"} in json.loads(row["contacts"])
    assert row["app_state"] == "not_invited"
    assert json.loads(row["insurer_numbers"]) == ["5555:4711003"]
    assert desk.desk.customers.search_everything(block.name1)


def test_an_address_with_a_in_brackets_is_kept_and_offered(desk: Importing) -> None:
    from brokerdesk.formats.gdv.records import Channel

    block = party(1, channels=(Channel("50", "anna(a)post.example"), Channel("10", "keine")))
    report = desk.deliver(gdv_file([changed(bundle("050", 1), parties=(block,))]))
    (row,) = desk.rows("SELECT email, phone, contacts FROM party WHERE is_customer")
    assert (row["email"], row["phone"]) == (None, None)
    assert {"kind": "email", "value": "anna(a)post.example"} in json.loads(row["contacts"])
    assert {"kind": "phone_private", "value": "keine"} in json.loads(row["contacts"])
    assert report.findings_by_code["email-repair"] == 1


def test_a_later_delivery_shows_what_changed(desk: Importing) -> None:
    first = [bundle("050", i) for i in range(4)]
    desk.deliver(gdv_file(first))
    later = [changed(first[0], general={"net_cents": 12000, "gross_cents": 14280}), *first[1:]]
    report = desk.deliver(gdv_file(later))
    assert (report.contracts.changed, report.contracts.same, report.contracts.new) == (1, 3, 0)
    (change,) = report.changes
    assert [f for f in change.fields if f[0] == "premium_net_cents"] == [("premium_net_cents", 10000, 12000)]
    (shown,) = desk.gdv.changes_of(report.run or "")
    assert {f[0] for f in shown.fields} == {"premium_net_cents", "premium_gross_cents"}
    row = desk.rows("SELECT premium_year_cents FROM contract WHERE id = ?", change.contract)[0]
    assert row["premium_year_cents"] == 14280
    before = desk.dump()
    assert desk.deliver(gdv_file(later)).contracts.same == 4
    assert desk.dump() == before


def test_a_contract_missing_later_is_listed_and_not_ended(desk: Importing) -> None:
    first = [bundle("050", i) for i in range(4)]
    desk.deliver(gdv_file(first))
    report = desk.deliver(gdv_file(first[:3]))
    assert report.findings_by_code["contract-missing"] == 1
    assert desk.value("SELECT count(*) FROM contract WHERE status = 'active'") == 4
    report = desk.deliver(gdv_file(first[:1]))
    assert "contract-missing" not in report.findings_by_code, "a delivery of changes is no full stock"


def test_what_a_user_changed_on_a_person_stays(desk: Importing) -> None:
    made = bundle("050", 1)
    desk.deliver(gdv_file([made]))
    customer = desk.value("SELECT id FROM party WHERE is_customer")
    desk.desk.customers.edit(customer, values={"phone": "040 99887766", "street": ""})
    later = changed(made, party={"city": "Neustadt", "street": "Neue Gasse 7"})
    report = desk.deliver(gdv_file([later]))
    (row,) = desk.rows("SELECT phone, city, street FROM party WHERE id = ?", customer)
    assert row == {"phone": "+494099887766", "city": "Neustadt", "street": "Neue Gasse 7"}
    assert report.customers.changed == 1
    kept = [f for f in report.findings if f.code == "kept-own-value"]
    assert [f.field for f in kept] == ["phone"]


@pytest.mark.feature("S1.34")
def test_a_customer_typed_before_is_recognised_and_keeps_his_values(desk: Importing) -> None:
    block = party(2)
    made = desk.desk.customers.create(
        values={
            "first_name": block.name3,
            "last_name": block.name1,
            "birth_date": block.birth.exact if block.birth else None,
            "zip": block.zip,
            "street": block.street.replace("Straße", "Str."),
            "city": "Selbst getippt",
        }
    )
    report = desk.deliver(gdv_file([bundle("050", 2)]))
    assert report.customers.as_json() == {"new": 0, "changed": 1, "same": 0}
    (row,) = desk.rows("SELECT id, city, email FROM party WHERE is_customer")
    assert (row["id"], row["city"]) == (made.value, "Selbst getippt")
    assert row["email"], "empty fields are filled"


def test_a_line_chosen_by_hand_stays(desk: Importing) -> None:
    made = bundle("050", 1)
    desk.deliver(gdv_file([made]))
    contract = desk.value("SELECT id FROM contract")
    desk.desk.contracts.edit(contract, values={"line": "liability_animal"})
    report = desk.deliver(gdv_file([changed(made, general={"net_cents": 12345})]))
    (row,) = desk.rows("SELECT line, line_basis, premium_net_cents FROM contract")
    assert row == {"line": "liability_animal", "line_basis": "manual", "premium_net_cents": 12345}
    assert report.findings_by_code["line-kept"] == 1


def test_couples_get_one_household(desk: Importing) -> None:
    made = changed(bundle("050", 1), party={"salutation": "4", "gender": ""})
    desk.deliver(gdv_file([made, changed(bundle("070", 1), party={"salutation": "4", "gender": ""})]))
    assert desk.value("SELECT count(*) FROM household") == 1
    assert desk.value("SELECT relation FROM household_member") == "self"
    assert desk.value("SELECT salutation FROM party WHERE is_customer") is None


def test_partners_are_parties_of_the_contract_but_no_customers(desk: Importing) -> None:
    payer = party(5, role="03", insurer_number="", broker_number="")
    made = changed(bundle("050", 1), parties=(party(1), payer, party(1, role="12")))
    report = desk.deliver(gdv_file([made]))
    assert (report.customers.new, report.partners.new) == (1, 1)
    persons = json.loads(desk.value("SELECT persons FROM contract"))
    customer = desk.value("SELECT id FROM party WHERE is_customer")
    assert [p["role"] for p in persons[:2]] == ["03", "12"]
    assert persons[1]["party_id"] == customer
    assert desk.value("SELECT roles FROM party WHERE id = ?", persons[0]["party_id"]) == '["contract_partner"]'


def test_a_post_office_box_is_no_second_customer(desk: Importing) -> None:
    box = party(1, role="31", street="", po_box="4711", insurer_number="")
    report = desk.deliver(gdv_file([changed(bundle("050", 1), parties=(party(1), box))]))
    assert report.customers.new == 1
    assert desk.value("SELECT po_box FROM party WHERE is_customer") == "4711"


def test_health_is_monthly_whatever_the_delivery_says(desk: Importing) -> None:
    made = changed(bundle("020", 1), general={"frequency": "1", "net_cents": 30000, "gross_cents": 360000})
    report = desk.deliver(gdv_file([made]))
    (row,) = desk.rows("SELECT frequency, premium_net_cents, premium_gross_cents, premium_year_cents FROM contract")
    assert row["frequency"] == "monthly"
    assert (row["premium_gross_cents"], row["premium_year_cents"]) == (None, 360000)
    assert report.net_per_year_cents == 360000


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("1", "active"),
        ("2", "active"),
        ("3", "resting"),
        ("4", "ended"),
        ("5", "paid_up"),
        ("8", "resting"),
        ("9", "active"),
    ],
)
def test_the_status_follows_table_a24(desk: Importing, code: str, status: str) -> None:
    report = desk.deliver(gdv_file([changed(bundle("050", 1), general={"status": code})]))
    assert desk.value("SELECT status FROM contract") == status
    assert ("status-other" in report.findings_by_code) == (code == "9")


def test_a_foreign_currency_is_shown_and_not_summed(desk: Importing) -> None:
    report = desk.deliver(gdv_file([changed(bundle("050", 1), general={"currency": "CHF"})]))
    assert desk.rows("SELECT currency, premium_year_cents FROM contract") == [
        {"currency": "CHF", "premium_year_cents": None}
    ]
    assert report.findings_by_code["currency-foreign"] == 1


def test_claims_follow_the_newest_delivery(desk: Importing) -> None:
    claim = Claim(number="S1", occurred_on=PartialDate(2025, 3, 1), paid_cents=10000, text="Hagel", bookings=1)
    made = replace(bundle("050", 1), claims=(claim,))
    assert desk.deliver(gdv_file([made])).claims.new == 1
    closed = replace(made, claims=(replace(claim, paid_cents=25000, settled="1"),))
    report = desk.deliver(gdv_file([closed]))
    assert report.claims.as_json() == {"new": 0, "changed": 1, "same": 0}
    assert desk.rows("SELECT status, paid_cents, description FROM claim") == [
        {"status": "closed", "paid_cents": 25000, "description": "Hagel"}
    ]
    assert desk.deliver(gdv_file([closed])).claims.same == 1


def test_commission_lines_are_booked_once(desk: Importing) -> None:
    line = CommissionLine(booked_on=PartialDate(2026, 1, 1), gross_cents=11900, commission_cents=-1500, currency="EUR")
    made = replace(bundle("050", 1), commissions=(line, line))
    desk.deliver(gdv_file([made]))
    later = replace(made, commissions=(line, line, replace(line, booked_on=PartialDate(2026, 2, 1))))
    assert desk.deliver(gdv_file([later])).commission_lines == 1
    assert desk.value("SELECT count(*) FROM commission_line") == 3


def test_advisers_and_insurers_come_from_the_delivery(desk: Importing) -> None:
    desk.deliver(two_insurers([bundle("050", 1)], [bundle("050", 2)]))
    insurers = desk.rows("SELECT vu_number, company_name FROM party WHERE vu_number IS NOT NULL ORDER BY vu_number")
    assert [i["vu_number"] for i in insurers] == ["5555", "6666"]
    assert {i["company_name"] for i in insurers} == {"Muster Versicherung"}
    assert desk.value("SELECT count(*) FROM contract WHERE insurer_id IS NULL OR adviser_id IS NULL") == 0
    (adviser,) = desk.rows("SELECT code, insurer_numbers FROM adviser")
    assert json.loads(adviser["insurer_numbers"]) == [f"5555:{adviser['code']}", f"6666:{adviser['code']}"]


def test_a_contract_without_a_policyholder_is_kept_and_named(desk: Importing) -> None:
    data = gdv_file([bundle("050", 1), changed(bundle("070", 2), parties=())])
    report = desk.deliver(data)
    assert (report.contracts.new, report.unassigned) == (1, 1)
    assert report.findings_by_code["contract-unassigned"] == 1
    before = desk.dump()
    desk.deliver(data)
    assert desk.dump() == before


@pytest.mark.parametrize("data", [b"", b"kein GDV\r\n", b"%PDF-1.7\n" + bytes(range(256)) * 4])
def test_a_file_with_nothing_in_it_says_so(desk: Importing, data: bytes) -> None:
    before = desk.dump()
    report = desk.deliver(data)
    assert not report.importable
    assert desk.dump() == before
    assert not desk.gdv.runs()


def test_a_missing_file_is_an_error_with_a_sentence(desk: Importing) -> None:
    with pytest.raises(KnownError, match="import-unreadable"):
        desk.gdv.run(desk.folder / "nowhere.gdv")


def test_progress_rises_to_the_size_of_the_file(desk: Importing) -> None:
    data, heard = portfolio(200), []
    desk.deliver(data, progress=lambda done, total: heard.append((done, total)))
    assert heard == sorted(heard)
    assert heard[-1] == (len(data), len(data))


def test_cancelling_leaves_nothing_up_to_the_last_moment(desk: Importing) -> None:
    before, data, asked = desk.dump(), portfolio(400), []
    desk.deliver(data, dry_run=True, cancelled=lambda: bool(asked.append(1)))
    assert len(asked) >= 5, "blocks, chunks, and before it is written"
    for last in (1, 3, len(asked) - 1, len(asked)):
        answers = iter([False] * (last - 1) + [True])
        with pytest.raises(KnownError, match="import-cancelled"):
            desk.deliver(data, cancelled=lambda answers=answers: next(answers))
        assert desk.dump() == before


def test_a_paired_book_queues_what_was_imported(paired: Importing) -> None:
    made = [bundle("050", 1), bundle("070", 1), bundle("130", 2)]
    paired.deliver(gdv_file(made))
    queued = paired.rows("SELECT kind, operation, record_id FROM outbox WHERE state = 'soft'")
    for kind in ("party", "contract", "adviser"):
        ids = {row["record_id"] for row in queued if row["operation"] == f"{kind}.create"}
        assert ids == {row["id"] for row in paired.rows(f"SELECT id FROM {kind}")}
    paired.rows("SELECT 1")
    with paired.book.work() as unit:
        unit.connection.exec_driver_sql("DELETE FROM outbox")
        unit.commit()
    paired.deliver(gdv_file([changed(made[0], general={"net_cents": 5}), *made[1:]]))
    (patch,) = paired.rows("SELECT operation, fields FROM outbox")
    assert patch["operation"] == "contract.patch"
    assert json.loads(patch["fields"]) == {"premium_net_cents": 10000}


def test_listeners_hear_once_that_lists_changed(desk: Importing) -> None:
    heard: list[ChangeSet] = []
    desk.book.subscribe(heard.append)
    desk.deliver(portfolio(30))
    assert len(heard) == 1
    assert heard[0].concerns({"contract"})
    assert "party" in heard[0].everything


def test_every_finding_has_a_sentence_in_three_languages(desk: Importing) -> None:
    damaged = changed(
        bundle("050", 1), general={"status": "9", "currency": "USD"}, party={"country": "QQ", "nationality": "QQ"}
    )
    desk.deliver(gdv_file([damaged]))
    report = desk.deliver(gdv_file([changed(damaged, general={"net_cents": 1})]))
    assert {"status-other", "currency-foreign", "country-unknown"} <= set(report.findings_by_code)
    for finding in report.findings:
        for language in LANGUAGES:
            assert finding_text(finding, language) not in {"", finding.code}
