"""A profile of this user with the shared sample, and commands that run in this process."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from brokerdesk.cli import main, session
from brokerdesk.core.paths import Folders, resource
from brokerdesk.services.profiles import Profile, unlock
from tests.support.books import PASSPHRASE, QUICK
from tests.support.journey import make_book

SAMPLE = "gdv/igor_110120.txt"


@dataclass
class Ran:
    """What a command left: exit code, both streams, and the JSON document if there is one."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on standard output; anything beside it fails."""
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """Code of the error in the document."""
        problem = self.json["error"]
        assert set(problem) == {"code", "text", "parameters"}
        assert problem["text"], problem
        return str(problem["code"])


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process; key derivation is cheap."""
    monkeypatch.setattr(session, "unlock", partial(unlock, cost=QUICK))
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)

    def go(*arguments: object) -> Ran:
        capsys.readouterr()
        monkeypatch.delitem(sys.modules, "brokerdesk.portal.__main__", raising=False)  # as in a fresh process
        code = main([str(a) for a in arguments])
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return go


@pytest.fixture
def profile(_own_home: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Profile:
    """An empty book of this user; its passphrase stands in the file the environment names."""
    made = make_book(Folders.of_user())
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE + "\n", encoding="utf-8")
    monkeypatch.setenv("BROKERDESK_PASSPHRASE_FILE", str(secret))
    return made


@pytest.fixture
def sample() -> Path:
    """The public GDV sample."""
    return resource(SAMPLE)


@pytest.fixture
def filled(profile: Profile, run: Run, sample: Path) -> Profile:
    """The book with the sample in it."""
    assert run("import", "gdv", sample, "--json").code == 1
    return profile
