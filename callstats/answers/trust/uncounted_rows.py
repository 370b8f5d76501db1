"""Rows that were kept but that no KPI counts, or no campaign's, agent's or period's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import narwhals as nw

from callstats.answers.core.answer import Answer
from callstats.answers.core.scope import records
from callstats.answers.core.voice import Voice
from callstats.answers.trust.searches import QualityFinding
from callstats.model import COST_KINDS, DIRECTIONS, STATES
from callstats.show.words import mark

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset

_SURVEYS = ("csat", "nps", "resolved")


@dataclass(frozen=True, slots=True)
class Uncounting:
    """One kind of rows that figures leave out.

    Attributes
    ----------
    table : str
    columns : tuple of str
        What must be there to tell, of the table or linked to it.
    rows : callable
        The expression that holds on such rows.
    what : str
        The rows, in words.
    why : str
        In which figures they are not, and what to do.
    """

    table: str
    columns: tuple[str, ...]
    rows: Callable[[], nw.Expr]
    what: str
    why: str


def _is(column: str, value: str) -> nw.Expr:
    return nw.col(column) == value


def _true(column: str) -> nw.Expr:
    return nw.col(column).fill_null(value=False)


def _lacks(column: str) -> Callable[[], nw.Expr]:
    return lambda: nw.col(column).is_null()


def _other(column: str, values: tuple[str, ...]) -> Callable[[], nw.Expr]:
    return lambda: ~nw.col(column).is_in(list(values)) & ~nw.col(column).is_null()


def _dials() -> nw.Expr:
    return _is("direction", "outbound").fill_null(value=False)


def _received() -> nw.Expr:
    return _is("direction", "inbound").fill_null(value=False)


_NO_CAMPAIGN = mark("In the figures of the whole site, and in those of no campaign. Name it in the mapping.")
_UNLINKED = mark("In no figure of an agent, a campaign or a period. Import the calls they belong to.")

KINDS: tuple[Uncounting, ...] = (
    Uncounting(
        "calls",
        ("direction", "success"),
        lambda: _received() & _true("success"),
        mark("successes of inbound calls"),
        mark(
            "Successes, conversion, revenue and profit count dials. If these were dialled, "
            "correct their direction in the mapping."
        ),
    ),
    Uncounting(
        "calls",
        ("direction", "do_not_call"),
        lambda: _received() & _true("do_not_call"),
        mark("requests of callers not to be called again"),
        mark("The rate of such requests counts dials. See that the dialer knows them all the same."),
    ),
    Uncounting(
        "calls",
        ("direction",),
        _lacks("direction"),
        mark("calls of unknown direction"),
        mark("In no figure at all but handle times. Say in the mapping which are outbound and inbound."),
    ),
    Uncounting(
        "calls",
        ("direction",),
        _other("direction", DIRECTIONS),
        mark("calls that are neither outbound nor inbound, such as internal ones"),
        mark(
            "In no figure at all but handle times. If they are dials, correct their direction in the mapping."
        ),
    ),
    Uncounting(
        "calls",
        ("value", "success"),
        lambda: (nw.col("value").fill_null(0.0) != 0.0) & ~_true("success"),
        mark("calls with a value that are no success"),
        mark("Revenue adds up successes alone. See which outcomes are sales, and name them in the mapping."),
    ),
    Uncounting(
        "calls",
        ("direction", "contact_id"),
        lambda: _dials() & nw.col("contact_id").is_null(),
        mark("dials without a contact"),
        mark(
            "In the figures of dials, and in none of contacts. Name what identifies a contact in the mapping."
        ),
    ),
    Uncounting(
        "calls",
        ("handled", "agent_id"),
        lambda: _true("handled") & nw.col("agent_id").is_null(),
        mark("conversations without an agent"),
        mark("In the figures of the whole site, and in those of no agent. Name the agent in the mapping."),
    ),
    Uncounting(
        "calls",
        ("local_started_at",),
        _lacks("local_started_at"),
        mark("calls without a time"),
        mark("In no period, day or hour. Correct the time where it was written."),
    ),
    Uncounting(
        "calls", ("campaign_id",), _lacks("campaign_id"), mark("calls without a campaign"), _NO_CAMPAIGN
    ),
    Uncounting(
        "agent_time",
        ("campaign_id",),
        _lacks("campaign_id"),
        mark("agent time without a campaign"),
        _NO_CAMPAIGN,
    ),
    Uncounting(
        "agent_time",
        ("state",),
        _other("state", STATES),
        mark("agent time in a state of its own"),
        mark("In login hours, and in no share of them. Say in the mapping which state it is."),
    ),
    Uncounting(
        "costs", ("campaign_id",), _lacks("campaign_id"), mark("costs without a campaign"), _NO_CAMPAIGN
    ),
    Uncounting(
        "costs",
        ("kind",),
        _other("kind", COST_KINDS),
        mark("costs of a kind of their own"),
        mark("In cost and profit, and not in cost per acquisition. Say which of the four kinds they are."),
    ),
    Uncounting(
        "contacts",
        ("list_id",),
        _lacks("list_id"),
        mark("contacts without a list"),
        mark("In the figures of the whole site, and in those of no list. Name the list in the mapping."),
    ),
    Uncounting(
        "contacts",
        ("campaign_id",),
        _lacks("campaign_id"),
        mark("contacts of a list that was dialled for no campaign"),
        mark("In the figures of the whole site, and in those of no campaign, until they are dialled."),
    ),
    Uncounting(
        "contacts",
        ("loaded_at",),
        _lacks("loaded_at"),
        mark("contacts loaded at an unknown time"),
        mark("Not in list completion. Name the time of loading in the mapping."),
    ),
    Uncounting(
        "surveys",
        ("kind",),
        _other("kind", _SURVEYS),
        mark("survey answers of a kind of their own"),
        mark("In no figure. Say in the mapping which are csat, nps or resolved."),
    ),
    Uncounting(
        "surveys", ("direction",), _lacks("direction"), mark("survey answers without their call"), _UNLINKED
    ),
    Uncounting(
        "evaluations", ("direction",), _lacks("direction"), mark("scores without their call"), _UNLINKED
    ),
)
#: A column that no row of a table has is missing, and told there.
_NAMES = ("campaign_id", "agent_id", "contact_id", "list_id", "loaded_at", "direction", "local_started_at")


@dataclass(frozen=True)
class Uncounted(Answer):
    """The rows that figures leave out.

    Attributes
    ----------
    voice : Voice
    rules : tuple of QualityFinding
        In the order of the tables; the rule names the rows, the hint the figures they are not in.
    """

    voice: Voice
    rules: tuple[QualityFinding, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per kind of rows: what, table, rows, hint."""
        import pandas as pd

        listed = [(f.rule, f.table, f.rows, f.hint) for f in self.rules]
        return pd.DataFrame(listed, columns=["what", "table", "rows", "hint"])


def uncounted(dataset: Dataset) -> Uncounted:
    """Count the rows that no KPI counts, or no campaign's, agent's or period's.

    Parameters
    ----------
    dataset : Dataset
        Narrowed to the rows of interest.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({
    ...     "call_id": list("123"), "direction": ["outbound", "inbound", "inbound"],
    ...     "success": [True, True, False],
    ... })
    >>> uncounted(Dataset({"calls": calls})).to_frame()[["what", "rows"]].to_numpy().tolist()
    [['successes of inbound calls', 1]]
    """
    voice = Voice.of(dataset)
    _ = voice.say
    tables = dict.fromkeys(kind.table for kind in KINDS)
    found = [pair for table in tables for pair in _of_table(dataset, table)]
    rules = (
        QualityFinding("information", _(kind.what), kind.table, rows, "", _(kind.why)) for kind, rows in found
    )
    return Uncounted(voice, tuple(rules))


def _of_table(dataset: Dataset, table: str) -> Iterator[tuple[Uncounting, int]]:
    """Yield the kinds of a table that have rows, with their number: one pass."""
    able = [
        kind
        for kind in KINDS
        if kind.table == table and all(dataset.reaches(table, column) for column in kind.columns)
    ]
    if not able:
        return
    columns = dict.fromkeys(column for kind in able for column in kind.columns)
    frame = dataset.table(table, *columns)
    counts = [kind.rows().cast(nw.Int64).sum().alias(f"n{i}") for i, kind in enumerate(able)]
    known = [(~nw.col(c).is_null()).cast(nw.Int64).sum().alias(f"known_{c}") for c in columns if c in _NAMES]
    (sums,) = records(frame.select(*counts, *known))
    for i, kind in enumerate(able):
        there = reduce(min, [int(sums[f"known_{c}"] or 0) for c in kind.columns if c in _NAMES], 1)
        rows = int(sums[f"n{i}"] or 0)
        if rows and there:
            yield kind, rows
