"""The parts of tables: column heads and cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from callstats.errors import UsageError
from callstats.show.links import beside
from callstats.show.written import WrittenNumber, origin_of

Align = Literal["left", "right", "center"]


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a table's column.

    Attributes
    ----------
    label : str
    align : str
        ``left``, ``right`` (numbers) or ``center``.
    group : str, optional
        The head shared by neighbouring columns of the same group.
    """

    label: str
    align: Align = "left"
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table.

    Attributes
    ----------
    text : str
    bar : float, optional
        Length of the data bar behind the text, 0 to 1.
    strong : bool
    tone : str, optional
        ``accent`` or ``grey``.
    under : sequence of str
        Short lines beneath the text, small and grey: an interval, a change.
    typed : sequence of WrittenNumber or None
        What the text and the lines beneath it were written from; taken from texts of a
        :class:`~callstats.show.format.Formatter`.
    href : str, optional
        A report in the same folder (``campaign_report-spring.html``) that the text
        links to; plain text on paper.

    Raises
    ------
    UsageError
        The link goes anywhere else.
    """

    text: str
    bar: float | None = None
    strong: bool = False
    tone: Literal["accent", "grey"] | None = None
    under: Sequence[str] = ()
    href: str | None = None
    typed: Sequence[WrittenNumber | None] = ()

    def __post_init__(self) -> None:
        origins = tuple(map(origin_of, (self.text, *self.under)))
        if not self.typed and any(origins):
            object.__setattr__(self, "typed", origins)
        object.__setattr__(self, "text", str(self.text))
        object.__setattr__(self, "under", tuple(str(line) for line in self.under))
        if self.href is not None and not beside(self.href):
            raise UsageError(
                f"a cell cannot lead to {self.href!r}", hint="Name a report in the same folder: NAME.html."
            )
