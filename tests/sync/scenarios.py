"""Short stories in which a careless exchange loses or repeats something. Each ends in assertions that must hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from brokerdesk.sync.report import State
from tests.support.portal import Office
from tests.sync.desks import TestDesk
from tests.sync.network import BadNetwork


class Killed(BaseException):
    """The desk dies here: nothing after this point happens, nothing uncommitted stays."""


@dataclass(slots=True)
class World:
    """Two desks with a network each, and a customer that both know."""

    make: Callable[..., TestDesk]
    office: Office
    networks: dict[str, BadNetwork] = field(default_factory=dict)
    kill_at: str | None = None

    def desk(self, name: str) -> TestDesk:
        """A paired desk behind its own bad network."""
        network = self.networks[name] = BadNetwork()
        network.only = lambda path: path.startswith("/v1/sync/push")
        made = self.make(name, engine_values={"sessions": network.sessions, "fault": self._fault})
        made.pair(self.office, self.office.employee(name=name, role="admin"))
        return made

    def _fault(self, point: str) -> None:
        if point == self.kill_at:
            self.kill_at = None
            raise Killed(point)

    def two_with_customer(self) -> tuple[TestDesk, TestDesk, str]:
        """Anna, Bert, and a customer in both books whose phone is 1."""
        anna, bert = self.desk("anna"), self.desk("bert")
        party = anna.add_customer(phone="1")
        anna.sync(), bert.sync()
        return anna, bert, party


def settle(*desks: TestDesk) -> None:
    """Everybody is online and idle."""
    for _ in range(2):
        for desk in desks:
            desk.sync(state=None)


def shown(desk: TestDesk, party: str, name: str = "phone") -> object:
    """One field of a party on one desk."""
    found = desk.show(party)
    assert found is not None
    return found[name]


def lost_answer_then_set_back(world: World) -> None:
    """INV-03: an operation whose answer was lost is not applied again after somebody set the field back."""
    anna, bert, party = world.two_with_customer()
    anna.edit(party, phone="2")
    world.networks["anna"].plan = ["drop-answer"]
    anna.sync(state=State.UNREACHABLE)
    bert.sync()
    assert shown(bert, party) == "2"
    bert.edit(party, phone="1")
    bert.sync()
    settle(anna, bert)
    assert shown(anna, party) == shown(bert, party) == "1"


def both_edit_one_field(world: World) -> None:
    """INV-02, INV-04: of two edits of one field one is in force and the other is a visible conflict."""
    anna, bert, party = world.two_with_customer()
    anna.edit(party, phone="2")
    bert.edit(party, phone="3")
    settle(anna, bert)
    kept = {c.mine for d in (anna, bert) for c in d.conflicts}
    assert kept == {"3"}
    assert shown(anna, party) == "2"


def acknowledged_beside_anothers_change(world: World) -> None:
    """INV-01: an acknowledgement brings along what another desk changed in the same record."""
    anna, bert, party = world.two_with_customer()
    anna.edit(party, email="anna@makler.example")
    anna.sync()
    bert.edit(party, phone="9")
    settle(bert, anna)
    assert shown(bert, party, "email") == "anna@makler.example"
    assert bert.show(party) == anna.show(party)


def killed_between_page_and_cursor(world: World) -> None:
    """INV-07: page and cursor are stored together, whatever moment the desk dies at."""
    anna, bert, party = world.two_with_customer()
    anna.edit(party, phone="2")
    anna.sync()
    for point in ("cursor-stored", "mid-page"):
        world.kill_at = point
        try:
            bert.sync(state=None)
        except Killed:
            pass
        world.kill_at = None
        bert.restart()
    settle(bert)
    assert shown(bert, party) == "2"


def edited_again_after_lost_answer(world: World) -> None:
    """INV-02, INV-10: an edit made after a lost answer is an operation of its own."""
    anna, bert, party = world.two_with_customer()
    anna.edit(party, phone="2")
    world.networks["anna"].plan = ["drop-answer"]
    anna.sync(state=State.UNREACHABLE)
    anna.edit(party, phone="3")
    assert shown(anna, party) == "3"
    settle(anna, bert)
    assert shown(anna, party) == shown(bert, party) == "3"


SCENARIOS = (
    lost_answer_then_set_back,
    both_edit_one_field,
    acknowledged_beside_anothers_change,
    killed_between_page_and_cursor,
    edited_again_after_lost_answer,
)
