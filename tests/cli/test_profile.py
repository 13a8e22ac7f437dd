"""The book and its keys from the command line: made, saved, and brought back on another machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from brokerdesk.cli import main


class Machine:
    """One user's folders; commands run in this process and answer with their exit code and JSON."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self._home, self._monkeypatch, self._capfd = home, monkeypatch, capfd

    def __call__(self, *arguments: str | Path) -> tuple[int, dict[str, Any]]:
        self._monkeypatch.setenv("BROKERDESK_HOME", str(self._home))
        self._capfd.readouterr()
        code = main([*map(str, arguments), "--json"])
        return code, json.loads(self._capfd.readouterr().out)


@pytest.mark.parametrize("way", ["passphrase", "recovery"])
def test_a_backup_comes_back_on_a_machine_that_never_knew_the_book(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], way: str
) -> None:
    old, new = (Machine(tmp_path / name, monkeypatch, capfd) for name in ("old", "new"))
    secret, code = tmp_path / "secret", tmp_path / "code"
    secret.write_text("a sentence only I know\n")
    unlock = ("--passphrase-file", secret)
    assert old("profile", "create", "Büro", *unlock, "--recovery-out", code)[0] == 0
    assert old("add", "customer", "--name", "Anna Beispiel", "--email", "anna@kunden.example", *unlock)[0] == 0
    saved = old("profile", "backup", tmp_path / "saved", *unlock)[1]["file"]
    key = unlock if way == "passphrase" else ("--code-file", code)
    assert new("profile", "restore", saved, "--profile", "Büro", *key) == (0, {"restored": saved, "put_aside": None})
    exit_code, found = new("list", "customers", *unlock)
    assert exit_code == 0
    assert [row["name"] for row in found["rows"]] == ["Beispiel, Anna"]


def test_a_wrong_passphrase_leaves_nothing_on_a_new_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    old, new = (Machine(tmp_path / name, monkeypatch, capfd) for name in ("old", "new"))
    secret, wrong = tmp_path / "secret", tmp_path / "wrong"
    secret.write_text("a sentence only I know\n")
    wrong.write_text("another one\n")
    assert old("profile", "create", "Büro", "--passphrase-file", secret)[0] == 0
    saved = old("profile", "backup", tmp_path / "saved", "--passphrase-file", secret)[1]["file"]
    exit_code, answer = new("profile", "restore", saved, "--profile", "Büro", "--passphrase-file", wrong)
    assert (exit_code, answer["error"]["code"]) == (3, "wrong-key")
    assert new("profile", "list") == (0, {"profiles": []})
