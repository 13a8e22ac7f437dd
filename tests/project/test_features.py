"""Feature marks: only known ids, and `docs/features.md` is what the marks say."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KNOWN = {
    f"S{seed}.{number:02d}"
    for seed, last in ((1, 44), (2, 60), (3, 46), (4, 40), (5, 51))
    for number in range(1, last + 1)
}
BOUNDARY = {f"T{number:02d}" for number in range(1, 32)} | {f"L{number:02d}" for number in range(1, 33)}


def marks() -> dict[str, list[str]]:
    """Feature id → tests that prove it, from the sources of all tests."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.ClassDef):
                continue
            for decorator in node.decorator_list:
                text = ast.unparse(decorator)
                if text.startswith("pytest.mark.feature("):
                    for identity in re.findall(r"'([^']+)'", text):
                        found[identity].append(f"{path.relative_to(ROOT).as_posix()}::{node.name}")
    return found


def page() -> str:
    """The text of `docs/features.md`."""
    lines = [
        "# Features and the tests that prove them",
        "",
        "Written from the marks of the tests; do not edit by hand.",
        "",
    ]
    lines += ["| Feature | Tests |", "|---|---|"]
    lines += [f"| {identity} | {'<br>'.join(f'`{t}`' for t in tests)} |" for identity, tests in sorted(marks().items())]
    return "\n".join(lines) + "\n"


def test_marks_name_known_features() -> None:
    unknown = sorted(set(marks()) - KNOWN - BOUNDARY)
    assert not unknown, unknown


def test_the_page_is_what_the_marks_say() -> None:
    path = ROOT / "docs" / "features.md"
    wanted = page()
    if not path.exists() or path.read_text(encoding="utf-8") != wanted:
        path.write_text(wanted, encoding="utf-8")
        raise AssertionError("docs/features.md was out of date and has been written anew: commit it")
