"""Free space (S10): below 500 MB warn, below 100 MB stop what is large."""

from __future__ import annotations

from pathlib import Path

import pytest

from brokerdesk.core.errors import KnownError
from brokerdesk.store.space import Space, free_bytes, require_space, space


@pytest.mark.parametrize(
    ("free", "expected"),
    [
        (500_000_000, Space.ENOUGH),
        (499_999_999, Space.SHORT),
        (100_000_000, Space.SHORT),
        (99_999_999, Space.STOP),
        (0, Space.STOP),
    ],
)
def test_the_two_marks(tmp_path: Path, free: int, expected: Space) -> None:
    assert space(tmp_path, measure=lambda _: free) is expected


def test_what_is_large_leaves_the_stop_mark_free(tmp_path: Path) -> None:
    require_space(tmp_path, 50_000_000, measure=lambda _: 150_000_000)
    with pytest.raises(KnownError) as problem:
        require_space(tmp_path, 50_000_001, measure=lambda _: 150_000_000)
    assert problem.value.code == "disk-low"
    assert problem.value.parameters == {"free_mb": 150, "needed_mb": 150}


def test_a_folder_that_does_not_exist_yet_is_measured_where_it_will_be(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "not" / "yet") == pytest.approx(free_bytes(tmp_path), abs=50_000_000)
