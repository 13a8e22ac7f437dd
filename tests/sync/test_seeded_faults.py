"""The harness is worth something: the right exchange passes every story, every wrong one fails its own (reliability Y5)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from tests.support.portal import Office
from tests.sync import scenarios, wrong
from tests.sync.desks import TestDesk
from tests.sync.scenarios import World

Make = Callable[..., TestDesk]
Story = Callable[[World], None]


@pytest.mark.parametrize("story", scenarios.SCENARIOS, ids=lambda s: s.__name__)
def test_the_right_exchange_passes(desks: Make, office: Office, story: Story) -> None:
    story(World(desks, office))


@pytest.mark.parametrize(
    ("parts", "story"),
    [
        ({"pusher": wrong.LastWriterWins}, scenarios.both_edit_one_field),
        ({"pusher": wrong.RevOnlyAcknowledgement}, scenarios.acknowledged_beside_anothers_change),
        ({"puller": wrong.CursorFirst}, scenarios.killed_between_page_and_cursor),
        ({"pusher": wrong.IdsAtEditTime}, scenarios.edited_again_after_lost_answer),
    ],
    ids=["last-writer-wins", "rev-only-acknowledgement", "cursor-before-data", "ids-at-edit-time"],
)
def test_a_wrong_exchange_is_caught(desks: Make, office: Office, parts: dict[str, object], story: Story) -> None:
    make = partial(desks, engine_class=wrong.engine_with(**parts))
    with pytest.raises(AssertionError):
        story(World(make, office))


def test_a_portal_without_memory_is_caught(desks: Make, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong.without_dedupe(monkeypatch)
    with pytest.raises(AssertionError):
        scenarios.lost_answer_then_set_back(World(desks, office))
