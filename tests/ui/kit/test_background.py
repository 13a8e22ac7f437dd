"""Results arrive on the GUI thread or not at all; lanes keep their number of workers and their order."""

from __future__ import annotations

import threading
import time

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from brokerdesk.ui.background.lanes import WORKERS, Background, Job, Lane, Progress

pytestmark = pytest.mark.gui


def test_result_arrives_on_the_gui_thread(qtbot: QtBot, background: Background) -> None:
    receiver, seen = QObject(), []
    background.run(
        Lane.READ, lambda _: threading.get_ident(), receiver, lambda w: seen.append((w, threading.get_ident()))
    )
    qtbot.waitUntil(lambda: bool(seen))
    worker, here = seen[0]
    assert worker != here == threading.get_ident()
    assert not background.busy


def test_nothing_arrives_when_the_receiver_is_gone(qtbot: QtBot, background: Background) -> None:
    receiver, seen, go = QObject(), [], threading.Event()
    background.run(Lane.WORK, lambda _: go.wait(5), receiver, seen.append, failed=seen.append)
    receiver.deleteLater()
    qtbot.wait(1)
    go.set()
    qtbot.waitUntil(lambda: not background.busy)
    assert not seen


def test_failure_goes_to_the_receiver(qtbot: QtBot, background: Background) -> None:
    def fail(_: Job) -> None:
        raise ValueError("broken")

    receiver, seen = QObject(), []
    background.run(Lane.WRITE, fail, receiver, seen.append, failed=seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert isinstance(seen[0], ValueError)


def test_cancelled_job_stops_and_stays_silent(qtbot: QtBot, background: Background) -> None:
    started, seen = threading.Event(), []

    def work(job: Job) -> None:
        started.set()
        while True:
            job.check()
            time.sleep(0.001)

    receiver = QObject()
    job = background.run(Lane.WORK, work, receiver, seen.append, failed=seen.append)
    assert started.wait(5)
    job.cancel()
    qtbot.waitUntil(lambda: not background.busy)
    assert not seen


def test_progress_and_list_of_jobs(qtbot: QtBot, background: Background) -> None:
    receiver, steps, done = QObject(), [], []
    background.run(
        Lane.WORK, lambda job: job.report(34, 100), receiver, done.append, progress=steps.append, title_key="ui.undo"
    )
    assert [job.title_key for job, _ in background.jobs()] == ["ui.undo"]
    qtbot.waitUntil(lambda: bool(done))
    assert steps == [Progress(34, 100)]
    assert background.jobs() == []


@pytest.mark.parametrize("lane", list(Lane))
def test_lanes_have_their_number_of_workers(qtbot: QtBot, background: Background, lane: Lane) -> None:
    running, most, lock, done = 0, 0, threading.Lock(), []

    def work(_: Job) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.01)
        with lock:
            running -= 1

    receiver = QObject()
    for _ in range(6):
        background.run(lane, work, receiver, done.append)
    qtbot.waitUntil(lambda: len(done) == 6)
    assert most == WORKERS[lane]


def test_writes_keep_their_order(qtbot: QtBot, background: Background) -> None:
    receiver, seen = QObject(), []
    for number in range(30):
        background.run(Lane.WRITE, lambda _, number=number: number, receiver, seen.append)
    qtbot.waitUntil(lambda: len(seen) == 30)
    assert seen == list(range(30))


def test_shutdown_finishes_writes_and_refuses_more(qtbot: QtBot) -> None:
    lanes, written, receiver = Background(), [], QObject()

    def write(_: Job) -> None:
        time.sleep(0.02)
        written.append(1)

    for _ in range(3):
        lanes.run(Lane.WRITE, write, receiver, lambda _: None)
    lanes.shutdown()
    assert len(written) == 3
    with pytest.raises(RuntimeError):
        lanes.run(Lane.READ, lambda _: None, receiver, lambda _: None)
