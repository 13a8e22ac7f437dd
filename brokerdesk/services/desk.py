"""All use cases of one open book, bundled for the window, the command line and the exchange."""

from __future__ import annotations

from brokerdesk.core.clock import Clock
from brokerdesk.services.context import Context
from brokerdesk.services.contracts import Contracts
from brokerdesk.services.customers import Customers
from brokerdesk.services.drafts import Drafts
from brokerdesk.services.history import History
from brokerdesk.services.households import Households, OfficeRecords
from brokerdesk.services.invitations import Invitations
from brokerdesk.services.lines import Lines
from brokerdesk.services.overview import Overviews
from brokerdesk.services.settings import Settings
from brokerdesk.store.book import Book


class Desk:
    """The services of an open book. Closing it closes the book."""

    def __init__(self, book: Book, clock: Clock) -> None:
        """Bundle the services of `book`."""
        self.book = book
        self.clock = clock
        self.context = Context(book, clock)
        self.customers = Customers(self.context)
        self.contracts = Contracts(self.context)
        self.households = Households(self.context)
        self.office = OfficeRecords(self.context)
        self.invitations = Invitations(self.context)
        self.history = History(self.context)
        self.settings = Settings(self.context)
        self.lines = Lines()
        self.drafts = Drafts(self.context)
        self.overviews = Overviews(
            self.context, customers=self.customers, contracts=self.contracts, office=self.office, lines=self.lines
        )

    def close(self) -> None:
        """Close the book; the desk must not be used afterwards."""
        self.book.close()
