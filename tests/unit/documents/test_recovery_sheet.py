"""The printed recovery code."""

from __future__ import annotations

import io
from datetime import date

import pytest
from pypdf import PdfReader

from brokerdesk.core.logs import Secret
from brokerdesk.documents.contexts.recovery_sheet import RecoverySheet
from brokerdesk.documents.recovery_sheet import make_recovery_sheet
from brokerdesk.models.values.names import Language

CODE = "ABCD-EFGH-JKLM-NPQR STUV-WXYZ-2345-6789"


def _context(**changes: object) -> RecoverySheet:
    values: dict[str, object] = {
        "profile_name": "Büro Şahin",
        "code": Secret(CODE),
        "created_on": date(2026, 11, 23),
    }
    return RecoverySheet(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("language", list(Language))
def test_the_sheet_holds_code_profile_and_date_on_one_page(language: Language) -> None:
    document = make_recovery_sheet(_context(language=language))
    reader = PdfReader(io.BytesIO(document.data))
    text = reader.pages[0].extract_text()
    assert document.pages == 1
    assert "ABCD EFGH JKLM NPQR" in " ".join(text.split()) and "STUV WXYZ 2345 6789" in " ".join(text.split())
    assert "Büro Şahin" in text and "2026" in text and "{" not in text
    assert CODE not in str(reader.metadata)


def test_the_qr_code_is_optional_and_the_file_is_the_same_each_time() -> None:
    with_qr, without = (make_recovery_sheet(_context(with_qr=q)).data for q in (True, False))
    assert len(with_qr) > len(without)
    assert make_recovery_sheet(_context()).data == with_qr


def test_an_empty_code_is_refused() -> None:
    with pytest.raises(ValueError, match="code"):
        make_recovery_sheet(_context(code=Secret(" - ")))


def test_the_code_does_not_show_in_the_context() -> None:
    assert "ABCD" not in repr(_context())
