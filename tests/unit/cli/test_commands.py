"""Shapes and exit codes of the commands of a book (product/cli.md)."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest

from brokerdesk.services.profiles import Profile
from tests.unit.cli.conftest import Ran, Run

EMAIL = "neu@kunde.example"


def customers(run: Run, *more: object) -> Ran:
    return run("list", "customers", *more, "--json")


def test_the_import_has_the_published_shape_and_figures(profile: Profile, run: Run, sample: Path) -> None:
    for dry in (("--dry-run",), ()):
        ran = run("import", "gdv", sample, *dry, "--json")
        assert ran.code == 1
        (file,) = ran.json["files"]
        assert file["file"] == "igor_110120.txt"
        assert len(file["sha256"]) == 64
        assert file["dry_run"] is bool(dry)
        assert file["records"] == {"0001": 1, "0100": 5, "0200": 5, "0210": 10, "0220": 10, "9999": 1}
        trailer = {"present": True, "count_ok": False, "net_ok": False}
        assert file["packets"] == [{"vu": "1111", "records": 30, "trailer": trailer}]
        assert file["customers"] == {"new": 4, "changed": 0, "same": 0}
        assert file["contracts"] == {"new": 5, "changed": 0, "same": 0}
        assert file["partners"] == file["claims"] == {"new": 0, "changed": 0, "same": 0}
        assert (file["net_as_delivered_cents"], file["net_per_year_cents"]) == (119_170, 119_170)
        assert file["duplicates_proposed"] == 0
        for finding in file["findings"]:
            assert {"severity", "code", "record", "field", "text"} <= set(finding)
            assert finding["severity"] in {"info", "warning", "error"}
        assert customers(run).json["total"] == (0 if dry else 4)
    again = run("import", "gdv", sample, "--json").json["files"][0]
    assert again["customers"] == {"new": 0, "changed": 0, "same": 4}
    assert again["contracts"] == {"new": 0, "changed": 0, "same": 5}


def test_files_that_cannot_be_imported_end_with_3(profile: Profile, run: Run, tmp_path: Path) -> None:
    nothing = tmp_path / "brief.txt"
    nothing.write_text("Sehr geehrte Damen und Herren,\n")
    assert run("import", "gdv", nothing, "--json").code == 3
    missing = run("import", "gdv", tmp_path / "fehlt.txt", "--json")
    assert (missing.code, missing.error) == (3, "import-unreadable")
    assert customers(run).json["total"] == 0


def test_list_filters_sorts_searches_and_counts(filled: Profile, run: Run) -> None:
    ran = customers(run)
    assert ran.code == 0
    assert ran.json["kind"] == "customers"
    assert ran.json["total"] == len(ran.json["rows"]) == 4
    assert {"id", "number", "name", "premium_year_cents", "app_state"} <= set(ran.json["rows"][0])
    assert sum(row["contracts"] for row in ran.json["rows"]) == 5
    limited = customers(run, "--limit", 1, "--sort=-premium").json
    assert (limited["total"], len(limited["rows"])) == (4, 1)
    assert limited["rows"][0]["premium_year_cents"] == max(r["premium_year_cents"] for r in ran.json["rows"])
    counted = customers(run, "--count").json
    assert counted == {"kind": "customers", "total": 4}
    contracts = run("list", "contracts", "--json").json
    assert contracts["total"] == 5
    number = contracts["rows"][0]["number"]
    assert run("list", "contracts", "--where", f"number={number}", "--json").json["total"] == 1
    for kind in ("claims", "trackings", "invitations", "outbox", "conflicts"):
        found = run("list", kind, "--json")
        assert (found.code, found.json) == (0, {"kind": kind, "total": 0, "rows": []})
    assert "total" not in customers(run).err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("list", "unicorns"), "kind-unknown"),
        (("list", "customers", "--where", "horn=1"), "condition-unknown"),
        (("list", "customers", "--where", "horn"), "condition-unknown"),
        (("list", "customers", "--sort", "horn"), "condition-unknown"),
        (("show", "unicorn", "1"), "kind-unknown"),
        (("show", "customer", "nobody"), None),
        (("show", "contract", "nothing"), None),
        (("overview", "nobody", "--out", "x.pdf"), None),
        (("invite", "nobody"), None),
        (("sync",), None),
        (("pair", "nonsense", "code"), None),
        (("add", "customer", "--name", "Anna", "--email", "kein at"), "email-invalid"),
    ],
)
def test_refusals_are_json_with_exit_code_3(
    filled: Profile, run: Run, arguments: tuple[str, ...], code: str | None
) -> None:
    ran = run(*arguments, "--json")
    assert ran.code == 3, ran
    if arguments[0] == "sync":
        assert ran.json["state"] == "unpaired"
        return
    assert code is None or ran.error == code, ran.out
    assert ran.error != "bug"
    spoken = run(*arguments)
    assert (spoken.code, spoken.out) == (3, "")
    assert f"({ran.error})" in spoken.err


def test_a_wrong_call_ends_with_2(run: Run) -> None:
    for arguments in (("nonsense",), ("list",), ("import", "gdv"), ("invite",), ("profile",), ("add", "customer")):
        ran = run(*arguments)
        assert (ran.code, ran.out) == (2, ""), arguments
        assert ran.err


def test_add_show_and_invite(profile: Profile, run: Run) -> None:
    made = run("add", "customer", "--name", "Anna Beispiel", "--email", EMAIL, "--json")
    assert made.code == 0
    assert set(made.json) == {"id", "number"}
    card = run("show", "customer", made.json["id"], "--json").json
    assert card["kind"] == "customer"
    assert card["email"] == EMAIL
    asked = run("invite", made.json["id"], "--json")
    assert set(asked.json["results"][0]) == {"customer", "status", "reason"}
    assert asked.json["results"][0]["customer"] == made.json["id"]
    assert asked.code == (0 if asked.json["results"][0]["status"] == "queued" else 1)
    everybody = run("invite", "--all", "--json")
    assert everybody.code in {0, 1}
    for verb in ("resend", "stop", "revoke", "link"):
        ran = run("invite", verb, made.json["id"], "--json")
        assert ran.code in {0, 3}, (verb, ran)
        assert "error" not in ran.json or ran.error != "bug"
    outbox = run("outbox", "list", "--json")
    assert (outbox.code, outbox.json["kind"]) == (0, "outbox")


def test_the_overview_is_a_pdf_with_the_contracts(filled: Profile, run: Run, tmp_path: Path) -> None:
    from pypdf import PdfReader

    row = max(customers(run).json["rows"], key=lambda r: r["contracts"])
    out = tmp_path / "Übersicht.pdf"
    ran = run("overview", row["id"], "--out", out, "--json")
    assert ran.code == 0
    assert ran.json["contracts"] == 2
    assert ran.json["bytes"] == out.stat().st_size
    text = "".join(PdfReader(BytesIO(out.read_bytes())).pages[0].extract_text().split())
    numbers = [c["number"] for c in run("list", "contracts", "--json").json["rows"] if c["customer"] == row["id"]]
    assert len(numbers) == 2
    assert all(number in text for number in numbers)
    bare = tmp_path / "ohne.pdf"
    assert run("overview", row["id"], "--out", bare, "--without-premiums").code == 0
    assert "€" not in PdfReader(BytesIO(bare.read_bytes())).pages[0].extract_text()


def test_profile_commands(profile: Profile, run: Run, tmp_path: Path) -> None:
    listed = run("profile", "list", "--json").json
    assert listed == {"profiles": [{"profile": profile.name, "folder": str(profile.folder)}]}
    whole = run("profile", "verify", "--json")
    assert whole.code == 1, "the recovery code was never typed back"
    assert whole.json["whole"] is True
    assert whole.json["recovery_confirmed"] is False
    run("add", "customer", "--name", "Anna Beispiel", "--email", EMAIL)
    made = run("profile", "backup", tmp_path / "backups", "--json")
    assert made.code == 0
    file = Path(made.json["file"])
    assert file.exists()
    run("add", "customer", "--name", "Bea Beispiel", "--email", "b@kunde.example")
    assert customers(run).json["total"] == 2
    back = run("profile", "restore", file, "--json")
    assert back.code == 0, back
    assert customers(run).json["total"] == 1


def test_without_a_passphrase_nothing_opens(
    profile: Profile, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("BROKERDESK_PASSPHRASE_FILE")
    ran = customers(run)
    assert (ran.code, ran.error) == (3, "not-unlocked")
    wrong = tmp_path / "wrong"
    wrong.write_text("falsch\n")
    ran = customers(run, "--passphrase-file", wrong)
    assert (ran.code, ran.error) == (3, "wrong-key")
    ran = customers(run, "--passphrase-file", tmp_path / "missing")
    assert (ran.code, ran.error) == (3, "file-missing")
    ran = customers(run, "--profile", "Unbekannt")
    assert (ran.code, ran.error) == (3, "profile-unknown")


def test_without_a_profile_there_is_a_sentence(run: Run) -> None:
    assert (customers(run).code, customers(run).error) == (3, "profile-none")


@pytest.mark.parametrize(("language", "word"), [("de", "Passwort"), ("nl", "wachtwoord"), ("en", "passphrase")])
def test_sentences_speak_the_language_asked_for(
    profile: Profile, run: Run, monkeypatch: pytest.MonkeyPatch, language: str, word: str
) -> None:
    monkeypatch.delenv("BROKERDESK_PASSPHRASE_FILE")
    ran = customers(run, "--lang", language)
    assert word.lower() in ran.json["error"]["text"].lower()


def test_a_stopped_import_leaves_the_book_unchanged(
    profile: Profile, run: Run, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C in the middle of the file."""
    from brokerdesk.cli.output import Output

    def interrupt(_self: Output, _done: int, _total: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Output, "progress", interrupt)
    ran = run("import", "gdv", sample, "--json")
    assert ran.code == 3
    assert ran.error == "stopped"
    assert customers(run).json["total"] == 0


def test_json_of_an_error_is_one_document(profile: Profile, run: Run) -> None:
    ran = run("show", "customer", "niemand", "--json")
    assert json.loads(ran.out) == ran.json
    assert ran.out.count("\n") == 1
