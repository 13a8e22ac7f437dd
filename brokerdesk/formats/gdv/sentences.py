"""Findings of the reader and writer as sentences for people. The texts are in `resources/texts/gdv.toml`."""

from __future__ import annotations

from brokerdesk.core.texts import PSEUDO, Texts
from brokerdesk.models.values.dates import format_cents
from brokerdesk.models.values.findings import Finding
from brokerdesk.models.values.names import Language


def sentence(finding: Finding, texts: Texts) -> str:
    """The finding in the language of `texts`; amounts (`…_cents`) in its spelling, record and field in front.

    Raises `UnknownTextError` for a code without a sentence.
    """
    language = Language.DE if texts.language == PSEUDO else Language(texts.language)
    values: dict[str, str] = {}
    for name, value in finding.parameters:
        values[name] = format_cents(int(value), language, unit=True) if name.endswith("_cents") else value
    text = texts(f"finding.{finding.code}", **values)
    if finding.record is None:
        return text
    if finding.field is None:
        return texts("gdv.place.record", record=finding.record, text=text)
    return texts("gdv.place.field", record=finding.record, field=finding.field, text=text)
