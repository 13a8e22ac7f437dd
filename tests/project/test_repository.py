"""Rules about the repository: locks without addresses, licences, forbidden calls, resources with their licence."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN_CALLS = re.compile(
    r"shell=True|\beval\(|(?<![\w.])exec\(|\bpickle\b|yaml\.load\(|tempfile\.mktemp|extractall\(|verify=False"
)


def _tracked(pattern: str = "*") -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z", pattern], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_lock_files_are_hashed_and_carry_no_addresses() -> None:
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        text = path.read_text()
        assert "--index-url" not in text
        assert "://" not in text
        pins = re.findall(r"^[a-z0-9][\w.-]*==", text, re.MULTILINE)
        assert pins
        assert text.count("--hash=sha256:") >= len(pins), path.name


def test_no_dangerous_calls() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in _tracked("brokerdesk/*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if FORBIDDEN_CALLS.search(line)
    ]
    assert not wrong, wrong


def test_licences_of_the_runtime_allow_distribution() -> None:
    names = set()
    for requirements in ("desktop.txt", "portal.txt"):
        text = (ROOT / "requirements" / requirements).read_text()
        names |= set(re.findall(r"^([a-z0-9][\w.-]*)==", text, re.MULTILINE))
    wrong = {}
    for name in names:
        try:
            about = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue
        licences = " ".join([about.get("License-Expression") or "", *(about.get_all("Classifier") or [])])
        if re.search(r"\bA?GPL", licences.replace("LGPL", "")) and "LGPL" not in licences:
            wrong[name] = licences
        if "Affero" in licences:
            wrong[name] = licences
    assert not wrong, wrong


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    text = (ROOT / "docs" / "dependencies.md").read_text().lower()
    wanted = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    names = {re.split(r"[^\w.-]", d)[0].lower() for d in wanted}
    missing = sorted(name for name in names if f"`{name}`" not in text)
    assert not missing, missing


def test_readme_starts_with_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text()
    block = text.split("```")[1]
    commands = [line.split("#")[0].strip() for line in block.splitlines() if line.startswith("python3")]
    assert commands == ["python3 dev.py run", "python3 dev.py test"]


def test_third_party_resources_bring_their_licence() -> None:
    assert (ROOT / "resources" / "fonts" / "LICENSE-OFL.md").exists()
    assert (ROOT / "resources" / "gdv" / "LICENSE-Apache-2.0.txt").exists()
    assert (ROOT / "LICENSE").exists()


def test_python_is_recent_enough() -> None:
    assert sys.version_info >= (3, 11)
