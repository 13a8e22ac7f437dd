"""Where tokens are kept between starts, behind one small protocol. A new pair is stored before its first use."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from time import monotonic
from typing import Any, Protocol

from brokerdesk.services.exchange import rounds
from brokerdesk.store.book import Book

_EARLY_S = 30.0


@dataclass(frozen=True, slots=True)
class Tokens:
    """A pair of tokens. Life of the access token is counted with the monotonic clock (protocol.md § 11)."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    valid_until: float = 0.0

    @classmethod
    def from_answer(cls, access: str, refresh: str, expires_in: int) -> Tokens:
        """A pair as the portal answers it."""
        return cls(access, refresh, monotonic() + expires_in)

    @property
    def is_stale(self) -> bool:
        """Whether the access token should be exchanged before the next call."""
        return monotonic() > self.valid_until - _EARLY_S


class TokenStore(Protocol):
    """Keeps one pair of tokens safely."""

    def load(self) -> Tokens | None:
        """The kept pair, or None."""
        ...

    def save(self, tokens: Tokens | None) -> None:
        """Keep a pair; durable when this returns."""
        ...


class BookTokens:
    """Tokens in the encrypted book."""

    def __init__(self, book: Book) -> None:
        """Keep them in `book`."""
        self._book = book

    def load(self) -> Tokens | None:
        """The kept pair. After a restart the life of the access token is unknown: it is tried and exchanged on refusal."""
        kept: dict[str, Any] | None = rounds.load_tokens(self._book)
        if not kept:
            return None
        return Tokens(kept["access"], kept["refresh"], monotonic() + 2 * _EARLY_S)

    def save(self, tokens: Tokens | None) -> None:
        """Keep a pair in one committed transaction."""
        kept = None if tokens is None else {k: v for k, v in asdict(tokens).items() if k != "valid_until"}
        rounds.save_tokens(self._book, kept)
