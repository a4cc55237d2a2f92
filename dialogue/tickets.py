"""Questions that nobody has written an answer for: kept for a person, whose answer goes to everybody who asked. Pure."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from dialogue.contract import Comment
from dialogue.language import comparable

MOST_OPEN: Final = 200
"""With one more the oldest is given up."""
_MOST_ASKERS: Final = 100


@dataclass(frozen=True, slots=True)
class Asker:
    """Who is to get the answer."""

    comment: str
    viewer: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """One open question."""

    id: str
    question: str
    language: str
    products: tuple[str, ...]
    """Skus that it is about."""
    opened_at: float
    askers: tuple[Asker, ...]


class Tickets:
    """The open questions of one show."""

    def __init__(self, *, id_prefix: str = "") -> None:
        self._prefix = id_prefix
        self._open: OrderedDict[str, Ticket] = OrderedDict()
        self._by_words: dict[tuple[str, ...], str] = {}
        self._count = 0

    def open(
        self, comment: Comment, now: float, *, products: tuple[str, ...] = (), also: Iterable[Comment] = ()
    ) -> tuple[Ticket, Ticket | None]:
        """The ticket for a question, which may be open already, and the one that was given up for it.

        `products` are the skus that it is about, `also` the comments that ask the same.
        """
        key = (comment.language, comparable(comment.text), *products)
        known = self._open.get(self._by_words.get(key, ""))
        askers = tuple(Asker(c.id, c.viewer) for c in (comment, *also))
        if known is not None:
            there = {asker.comment for asker in known.askers}
            more = (*known.askers, *(asker for asker in askers if asker.comment not in there))
            ticket = replace(known, askers=more[:_MOST_ASKERS])
            self._open[ticket.id] = ticket
            return ticket, None
        self._count += 1
        ident = f"{self._prefix}q{self._count}"
        ticket = Ticket(ident, comment.text, comment.language, products, now, askers[:_MOST_ASKERS])
        self._open[ticket.id] = ticket
        self._by_words[key] = ticket.id
        given_up = None
        if len(self._open) > MOST_OPEN:
            given_up = self.close(next(iter(self._open)))
        return ticket, given_up

    def close(self, ident: str) -> Ticket | None:
        """Take out a ticket by its id, or by the id of a comment that asked; None where there is none."""
        ticket = self.get(ident)
        if ticket is None:
            return None
        del self._open[ticket.id]
        self._by_words.pop((ticket.language, comparable(ticket.question), *ticket.products), None)
        return ticket

    def get(self, ident: str) -> Ticket | None:
        """The open ticket of this id, or of a comment of this id."""
        known = self._open.get(ident)
        if known is not None:
            return known
        return next((t for t in self._open.values() if any(asker.comment == ident for asker in t.askers)), None)

    def waiting(self) -> tuple[Ticket, ...]:
        """All open tickets, the oldest first."""
        return tuple(self._open.values())
