"""The catalogue of texts is complete: three languages, equal placeholders, a sentence for every error code."""

from __future__ import annotations

import importlib
import pkgutil
import re
import tomllib
from string import Formatter

import pytest

import brokerdesk
from brokerdesk.core.errors import registered
from brokerdesk.core.paths import resource
from brokerdesk.core.texts import LANGUAGES, Texts, catalogue, plain_entries

OPTIONAL_PARTS = ("brokerdesk.__main__",)


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_text_exists_in_three_languages_with_equal_placeholders() -> None:
    wrong = []
    for key, forms in catalogue().items():
        if not all(forms.get(language) for language in LANGUAGES):
            wrong.append(f"{key}: language missing")
            continue
        if len({frozenset(_placeholders(forms[language])) for language in LANGUAGES}) > 1:
            wrong.append(f"{key}: placeholders differ")
        ones = [f"{language}_one" in forms for language in LANGUAGES]
        if any(ones) and not all(ones):
            wrong.append(f"{key}: singular missing in a language")
    assert not wrong, wrong


def test_every_error_code_has_a_sentence_with_its_parameters() -> None:
    for module in pkgutil.walk_packages(brokerdesk.__path__, "brokerdesk."):
        if module.name not in OPTIONAL_PARTS:
            importlib.import_module(module.name)
    texts = Texts("de")
    for code, known in registered().items():
        assert texts.has(f"error.{code}"), f"no sentence for error.{code}"
        assert _placeholders(catalogue()[f"error.{code}"]["de"]) <= set(known.parameters), code


def test_german_texts_use_typographic_signs() -> None:
    wrong = [k for k, forms in catalogue().items() if re.search(r"\w'\w|\s-\s|\.\.\.", forms["de"])]
    assert not wrong, wrong


def test_the_quick_reader_of_texts_reads_what_a_toml_parser_reads() -> None:
    quick = 0
    for path in resource("texts").glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        entries = plain_entries(text)
        if entries is None:
            continue
        quick += 1
        for key, forms in entries.items():
            whole = tomllib.loads(text) if quick < 3 else None
            for part in key.split(".") if whole is not None else ():
                whole = whole[part]
            assert whole is None or forms == whole, key
        assert set(entries) == set(re.findall(r"^\[(.+)\]$", text, re.MULTILINE)), path.name
    assert quick > 20


@pytest.mark.parametrize(
    "text",
    ['[a]\nde = "x\\n"', '[a]\nde = """x"""', '[a]\nb.de = "x"', "[a]\nde = 1", '[a]\nde = "x"\nde = "y"', "[a]\n[a]"],
)
def test_anything_else_is_left_to_the_toml_parser(text: str) -> None:
    assert plain_entries(text) is None
