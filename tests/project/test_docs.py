"""The documents are true as far as a program can tell: links, commands, keys of the JSON, settings, labels, no machine's paths."""

from __future__ import annotations

import argparse
import dataclasses
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from brokerdesk.cli.listing import READERS
from brokerdesk.cli.program import parser
from brokerdesk.core.texts import Texts, catalogue
from brokerdesk.models.rows.activity import InvitationRow, TrackingRow
from brokerdesk.models.rows.contracts import ClaimRow, ContractCard, ContractRow
from brokerdesk.models.rows.customers import CustomerCard
from brokerdesk.models.rows.exchange import ConflictRow, OutboxRow
from brokerdesk.portal import command as portal_command
from brokerdesk.services.settings import SETTINGS
from brokerdesk.sync.report import State, SyncReport

ROOT = Path(__file__).resolve().parents[2]
HANDBOOK = sorted((ROOT / "docs" / "handbook" / "de").glob("*.md"))
DOCUMENTED_ROWS: tuple[type[Any], ...] = (
    ContractRow, ClaimRow, InvitationRow, TrackingRow, OutboxRow, ConflictRow, CustomerCard, ContractCard,
)  # fmt: skip
LINK = re.compile(r"\]\(([^)\s]+)\)")
LABEL = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
PLACES = ("/" + "root/", "/" + "work/", "pypi." + "org", "python" + "hosted", "index" + "-url =", "Users" + "\\\\")
"""Pieces of paths and addresses of a machine on which somebody worked; put together so that this file has none."""


def _pages() -> list[Path]:
    told = subprocess.run(["git", "ls-files", "-z", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in told.stdout.split("\0") if name and (ROOT / name).exists()]


def _prose(page: Path) -> str:
    """A page without its blocks and spans of code."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`", "", text)


def _anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", _pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_and_pictures_exist(page: Path) -> None:
    wrong = []
    for target in LINK.findall(_prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        place = (page.parent / name).resolve() if name else page
        if not place.exists() or (anchor and anchor not in _anchors(place)):
            wrong.append(target)
    assert not wrong, wrong


@pytest.mark.parametrize("page", _pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_files_and_tests_that_are_named_exist(page: Path) -> None:
    """A path in code quotes is one from the root or from the package; `::test_…` is a test in it."""
    wrong = []
    for path, test in re.findall(
        r"`([\w./-]+\.(?:py|toml|tsv|sql|txt|md))(?:::(\w+))?`", page.read_text(encoding="utf-8")
    ):
        places = [base / path for base in (ROOT, ROOT / "brokerdesk", ROOT / "resources" / "gdv", page.parent)]
        found = next((place for place in places if place.exists()), None)
        if "/" in path and "NNNN" not in path and (found is None or (test and f"def {test}(" not in found.read_text())):
            wrong.append(path)
    assert not wrong, wrong


def _commands(found: argparse.ArgumentParser, prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    """Every command that does something, with its own options."""
    subs = [a for a in found._actions if isinstance(a, argparse._SubParsersAction)]
    if not subs and prefix:
        yield " ".join(prefix), {o for a in found._actions for o in a.option_strings if o.startswith("--")}
    for action in subs:
        for name, below in action.choices.items():
            yield from _commands(below, (*prefix, name))


def _all_commands() -> dict[str, set[str]]:
    desk = {name: options for name, options in _commands(parser()) if name != "portal"}
    return desk | {f"portal {name}": options for name, options in _commands(portal_command.parser())}


def test_every_command_and_option_is_described() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    missing = []
    for name, options in _all_commands().items():
        if not re.search(rf"`{re.escape(name)}[ `]", page):
            missing.append(name)
        missing += [f"{name} {o}" for o in options - {"--help"} if not re.search(rf"{o}\b", page)]
    assert not missing, missing


def test_every_key_of_the_json_is_described() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    named = set(re.findall(r'[`"]([a-z_]+)[`"]', page))
    wanted = {f.name for row in DOCUMENTED_ROWS for f in dataclasses.fields(row)}
    wanted |= set(SyncReport().as_json()) | {state.value for state in State} | set(READERS)
    assert not wanted - named, sorted(wanted - named)


def _shown(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().removesuffix("…").strip()


def test_every_setting_is_described_by_its_name() -> None:
    handbook = _shown(" ".join(page.read_text(encoding="utf-8") for page in HANDBOOK))
    texts = Texts("de")
    missing = [
        spec.name
        for spec in SETTINGS.values()
        if spec.section != "hidden" and texts(f"settings.{spec.name}") not in handbook
    ]
    assert not missing, missing


@pytest.mark.parametrize("page", HANDBOOK, ids=lambda page: page.name)
def test_labels_of_the_handbook_are_those_of_the_program(page: Path) -> None:
    """What stands in bold is a label; it is one of the German texts, placeholders filled with anything."""
    texts = [_shown(text) for forms in catalogue().values() for name, text in forms.items() if name.startswith("de")]
    worded = [text for text in texts if re.search(r"\w{2}", re.sub(r"\{\w+\}", "", text))]
    patterns = re.compile("|".join(re.sub(r"\\\{\w+\\\}", r"\\S+", re.escape(text)) for text in worded))
    wrong = [label for label in map(_shown, LABEL.findall(_prose(page))) if not patterns.fullmatch(label)]
    assert not wrong, wrong


def test_every_chapter_is_in_the_table_of_contents() -> None:
    contents = (ROOT / "docs" / "handbook" / "de" / "README.md").read_text(encoding="utf-8")
    missing = [page.name for page in HANDBOOK if page.name != "README.md" and f"({page.name})" not in contents]
    assert HANDBOOK
    assert not missing, missing


def test_pictures_are_small() -> None:
    large = {p.name: p.stat().st_size for p in (ROOT / "docs" / "pictures").glob("*.png") if p.stat().st_size > 150_000}
    assert not large, large


def test_no_tracked_file_names_a_machine() -> None:
    done = subprocess.run(
        ["git", "grep", "-InF", *(part for place in PLACES for part in ("-e", place))],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout[:2000]
