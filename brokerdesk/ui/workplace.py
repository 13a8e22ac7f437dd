"""What every page and dialog of the window is given: kit, threads, the open desk, and the way to the rest of the window.

`Workplace` is made by the composition root for one unlocked book and thrown away when it locks. Pages never reach for the
main window; they ask here for navigation, notices and the exchange.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal

from brokerdesk.core.errors import BUG, BugError, DeskError
from brokerdesk.models.values.changes import ChangeSet
from brokerdesk.services.context import Outcome
from brokerdesk.services.desk import Desk
from brokerdesk.ui.background.lanes import Background, Job, Lane
from brokerdesk.ui.kit import Kit


class Changes(QObject):
    """Brings committed changes from any thread to the GUI thread, in the order they were committed."""

    happened = Signal(object)
    """A `ChangeSet`."""

    def publish(self, changes: ChangeSet) -> None:
        """Called by the book in the committing thread; Qt queues it over to the receivers' thread."""
        self.happened.emit(changes)


class Notices(Protocol):
    """How pages tell the user something."""

    def toast(self, text: str, *, undo: Callable[[], object] | None = None) -> None:
        """A short notice at the lower edge, with undo when there is one."""
        ...

    def problem(self, problem: DeskError) -> None:
        """A lasting bar on top of the page: what happened to the data, what to do, the code."""
        ...


class Exchange(Protocol):
    """What pages may ask of the exchange with the portal; everything runs off the GUI thread."""

    def sync_now(self) -> None:
        """Start a round at once."""
        ...

    def invitation_link(
        self, party_id: str, *, done: Callable[[str], object], failed: Callable[[DeskError], object]
    ) -> None:
        """A new invitation link; online only."""
        ...

    def pair(self, url: str, code: str, *, done: Callable[[], object], failed: Callable[[DeskError], object]) -> None:
        """Pair this book with a portal."""
        ...

    @property
    def online(self) -> bool:
        """Whether the last round reached the portal."""
        ...


@dataclass(slots=True)
class Workplace:
    """One unlocked book in one window."""

    kit: Kit
    background: Background
    desk: Desk
    changes: Changes
    notices: Notices
    exchange: Exchange
    navigate: Callable[..., None]
    """`navigate("customers")`, `navigate("customer", id=…, section="contracts")`."""
    actions: Any = None
    demo: bool = False
    extras: dict[str, Any] = field(default_factory=dict)

    def text(self, key: str, **values: object) -> str:
        """A text in the language in force."""
        return self.kit.texts(key, **values)

    def read(self, work: Callable[[], Any], *, receiver: QObject, done: Callable[[Any], object]) -> Job:
        """Ask something of the book off the GUI thread; the answer arrives on it if `receiver` still lives."""
        return self.background.run(Lane.READ, lambda _job: work(), receiver, done, failed=self.failed)

    def write(
        self,
        work: Callable[[], Outcome[Any]],
        *,
        receiver: QObject,
        done: Callable[[Outcome[Any]], object] | None = None,
        failed: Callable[[DeskError], object] | None = None,
    ) -> Job:
        """Run a use case on the write lane; errors go to `failed`, else to a notice."""

        def refuse(problem: BaseException) -> None:
            if failed is not None and isinstance(problem, DeskError):
                failed(problem)
            else:
                self.failed(problem)

        return self.background.run(
            Lane.WRITE, lambda _job: work(), receiver, done or (lambda _outcome: None), failed=refuse
        )

    def failed(self, problem: BaseException) -> None:
        """Show a problem: known ones with their sentence, everything else as a fault of the program."""
        self.notices.problem(problem if isinstance(problem, DeskError) else BugError(BUG, place=type(problem).__name__))

    def sentence(self, problem: DeskError) -> str:
        """The sentence of an error; parameters that are text keys are translated too."""
        values = {
            k: self.text(v) if isinstance(v, str) and self.kit.texts.has(v) else v
            for k, v in problem.parameters.items()
        }
        return self.text(f"error.{problem.code}", **values)

    def undoable(self, text: str, outcome: Outcome[Any]) -> None:
        """Say what was done, with undo when the use case offers it."""
        work = outcome.undo
        if work is None:
            self.notices.toast(text)
            return
        self.notices.toast(text, undo=lambda: self.write(lambda: self.desk.history.undo(work), receiver=self.changes))
