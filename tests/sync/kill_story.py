"""What a desk does in a process of its own before it is killed: edits, told one by one, then a round of the exchange."""

from __future__ import annotations

import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path

from tests.sync.desks import TestDesk


def edit_and_sync(folder: str, party: str, contract: str, point: str, nth: int, pipe: Connection) -> None:
    """Make edits, tell each after its commit, and die at the n-th passing of `point`."""
    passed = 0

    def fault(at: str) -> None:
        nonlocal passed
        passed += at == point
        if at == point and passed == nth:
            pipe.send(("killed", at))
            os.kill(os.getpid(), signal.SIGKILL)

    desk = TestDesk(Path(folder), engine_values={"fault": fault})
    desk.edit(party, phone="anna")
    pipe.send(("edit", "phone"))
    new = desk.add_customer("Neu")
    pipe.send(("new", "party", new))
    pipe.send(("new", "contract", desk.add_contract(new)))
    from brokerdesk.models.entities import Contract

    desk.edit(contract, Contract, product="anna")
    pipe.send(("edit", "product"))
    desk.engine.run_once(force=True)
    pipe.send(("finished",))
    desk.close()
