"""The catalogue of texts is complete: three languages, equal placeholders, a sentence for every error code."""

from __future__ import annotations

import importlib
import pkgutil
import re
from string import Formatter

import brokerdesk
from brokerdesk.core.errors import registered
from brokerdesk.core.texts import LANGUAGES, Texts, catalogue

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
