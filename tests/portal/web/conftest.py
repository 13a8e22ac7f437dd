"""The world of the customer pages."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from tests.portal.world import World, make_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A portal with a small brokerage."""
    made = make_world(tmp_path)
    yield made
    made.portal.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[World]:
    """The same portal behind a real port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = make_world(tmp_path, base=f"http://127.0.0.1:{port}")
    config = uvicorn.Config(made.app, host="127.0.0.1", port=port, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield made
    server.should_exit = True
    thread.join(timeout=10)
    made.portal.close()
