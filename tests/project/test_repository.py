"""Rules about the repository: locks without addresses, licences, forbidden calls, resources with their licence."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BRINGS = {
    "PySide6": "pyside6-essentials", "argon2": "argon2-cffi", "phonenumbers": "phonenumberslite",
    "axe_playwright_python": "axe-playwright-python",
    # parts of a declared package that come as packages of their own
    "shiboken6": "pyside6-essentials", "starlette": "fastapi", "pydantic_core": "pydantic",
    "typing_extensions": "pydantic", "markupsafe": "jinja2", "urllib3": "requests", "pytestqt": "pytest-qt",
}  # fmt: skip
"""Packages whose name differs from the module's."""
NOT_IMPORTED = {
    "tzdata": "zoneinfo reads it where the system has no time zones",
    "pyside6-pdf": "brings PySide6.QtPdf",
    "import-linter": "command", "mypy": "command", "pyinstaller": "command",
    "pytest-randomly": "plugin", "pytest-timeout": "plugin", "pytest-xdist": "plugin",
    "ruff": "command", "setuptools": "builds the wheel", "types-reportlab": "types", "types-requests": "types",
    "uv": "command",
}  # fmt: skip
"""Declared packages that no module imports, and why they are there."""
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


def _declared(*extras: str) -> set[str]:
    """Names of the dependencies that `pyproject.toml` declares for everybody and for these extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(d for extra in extras for d in project["optional-dependencies"][extra])]
    return {re.sub(r"[_.]+", "-", re.split(r"[^\w.-]", d)[0].lower()) for d in wanted}


def _pins(lock: str) -> dict[str, set[str]]:
    """Versions by name of one locked set (a name has several when platforms differ)."""
    found: dict[str, set[str]] = {}
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    for name, version in re.findall(r"^([a-z0-9][\w.-]*)(?:\[[\w,-]+\])?==([^\s;\\]+)", text, re.MULTILINE):
        found.setdefault(re.sub(r"[_.]+", "-", name), set()).add(version)
    return found


@pytest.mark.parametrize(
    ("lock", "extras"), [("dev", ("desktop", "portal", "dev")), ("desktop", ("desktop",)), ("portal", ("portal",))]
)
def test_locks_contain_what_is_declared(lock: str, extras: tuple[str, ...]) -> None:
    pins = _pins(lock)
    assert not _declared(*extras) - set(pins), "run `python3 dev.py lock`"
    whole = _pins("dev")
    other = {name: versions for name, versions in pins.items() if not versions <= whole.get(name, set())}
    assert not other, f"{lock}.txt and dev.txt differ"
    if lock == "portal":
        assert not {"pyside6-essentials", "keyring", "requests"} & set(pins)


def test_what_is_imported_is_declared_and_what_is_declared_is_used() -> None:
    imported = {"runtime": _imports("brokerdesk/*.py"), "tests": _imports("tests/*.py")}
    own = sys.stdlib_module_names | {"brokerdesk", "tests", "_pytest"}
    runtime = {_package(name) for name in imported["runtime"] - own}
    everything = runtime | {_package(name) for name in imported["tests"] - own}
    assert not runtime - _declared("desktop", "portal"), "imported by the program and not declared for it"
    assert not everything - _declared("desktop", "portal", "dev"), "imported by tests and not declared"
    unused = _declared("desktop", "portal", "dev") - everything - set(NOT_IMPORTED)
    assert not unused, "declared, but nothing imports it"
    assert not set(NOT_IMPORTED) & everything


def _imports(pattern: str) -> set[str]:
    found: set[str] = set()
    for path in _tracked(pattern):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add((node.module or "").partition(".")[0])
    return found


def _package(module: str) -> str:
    """The declared package that brings a module."""
    return BRINGS.get(module, module.replace("_", "-"))


def test_what_is_not_run_is_listed() -> None:
    text = (ROOT / "docs" / "not-run.md").read_text()
    rows = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 10
    assert all(len(row) == 3 and all(cell.strip() for cell in row) for row in rows)
    for place in ("Windows", "macOS", "network drive", "earlier release"):
        assert place in text


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
