"""The rules, each named by the sentence that must be true of every row.

A rule is data: the table, the columns it reads, and an expression that is true
where the rule is broken. Expressions are Narwhals', so the same rule checks a
frame in memory and a table on any engine. An unknown value breaks only the
rules that require it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw

from callstats.model import CLOSED_REASONS, COST_KINDS, DIRECTIONS, STATES, TABLES

#: pandas frames and columns; pandas' own annotations are unions that no check narrows.
Frame = Any
Series = Any

_MANY = float("inf")
LONGEST = 65_000  # s; VICIdial writes such numbers when a clock overflowed


@dataclass(frozen=True, slots=True)
class Rule:
    """One sentence that must be true.

    Attributes
    ----------
    name : str
        The sentence.
    table : str
        The canonical or helper table whose rows it checks.
    columns : tuple of str
        What it reads; if one is missing, there is nothing to check. The first is
        the one reported.
    broken : narwhals.Expr, optional
        True where the rule is broken; if None, the rule is that the columns form a key.
    hint : str
        What to do about it.
    """

    name: str
    table: str
    columns: tuple[str, ...]
    broken: Any = None
    hint: str = ""


def _no(name: str) -> Any:
    return ~nw.col(name)


def implies(name: str, first: str, second: str, hint: str) -> Rule:
    """A call with the first flag has the second one."""
    return Rule(name, "calls", (first, second), nw.col(first) & _no(second), hint)


def excludes(name: str, first: str, second: str, hint: str) -> Rule:
    """A call with the first flag does not have the second one."""
    return Rule(name, "calls", (first, second), nw.col(first) & nw.col(second), hint)


def known(name: str, table: str, column: str, hint: str) -> Rule:
    """Every row has a value in the column."""
    return Rule(name, table, (column,), nw.col(column).is_null(), hint)


def one_of(name: str, table: str, column: str, values: tuple[str, ...]) -> Rule:
    """Every value is one of the model's terms."""
    broken = ~nw.col(column).is_in(list(values)) & ~nw.col(column).is_null()
    return Rule(name, table, (column,), broken, f"Known are {', '.join(values)}.")


def between(name: str, table: str, column: str, low: float, high: float, hint: str) -> Rule:
    """A number lies between two others."""
    return Rule(name, table, (column,), (nw.col(column) < low) | (nw.col(column) > high), hint)


def _durations() -> tuple[tuple[str, str], ...]:
    """Every duration, in seconds, of a canonical or helper table."""
    canonical = [
        (table.name, column.name)
        for table in TABLES.values()
        for column in table.columns
        if column.unit == "s" and not column.derived
    ]
    helpers = [("calls", "length_s")]
    helpers += [("agent_log", f"{state}_s") for state in ("pause", "wait", "talk", "dead", "dispo")]
    return (*canonical, *helpers)


_STATUS_HINT = "Check what the status stands for in the source or the mapping."

_SUCCESS_HINT = "A success needs an agent and an offer. " + _STATUS_HINT

KEYS: tuple[Rule, ...] = (
    Rule(
        "a call is listed once", "calls", ("call_id",), hint="The first row is kept; export without overlap."
    ),
    Rule(
        "a row of the agent log is listed once", "agent_log", ("agent_log_id",), hint="The first row is kept."
    ),
    Rule("a contact is once on a list", "contacts", ("contact_id", "list_id"), hint="The first row is kept."),
    Rule("a case is listed once", "cases", ("case_id",), hint="The first row is kept."),
)

ROWS: tuple[Rule, ...] = (
    Rule(
        "a call was dialled", "calls", ("outcome_code", "dialled"), _no("dialled"),
        "The dialer stopped the number before dialling it; it is no dial.",
    ),
    known("a call has a time", "calls", "started_at", "Without a time it belongs to no period."),
    known("a call has an identity", "calls", "call_id", "Map the column that identifies the call."),
    known("a contact has an identity", "contacts", "contact_id", "Map the column that names the contact."),
    known("a stretch of agent time has an agent", "agent_time", "agent_id", "Map the agent's column."),
    known("a stretch of agent time has an agent", "agent_log", "agent_id", "The dialer has no working time."),
    known("a stretch of agent time has a start", "agent_time", "start", "Map the time it began."),
    known("a stretch of agent time has a length", "agent_time", "seconds", "Map its length."),
    known("a cost has an amount", "costs", "amount", "Map the amount."),
    known("a cost has a period", "costs", "period", "Write the month as 2026-09 or the day as 2026-09-14."),
    known("a score has a call", "evaluations", "call_id", "Map the call that was listened to."),
    known("a score has a value", "evaluations", "score", "Map the score."),
    known("a survey has a call", "surveys", "call_id", "Map the call that was asked about."),
    known("a call-back has a contact", "callbacks", "contact_id", "Map the contact."),
    known("a case has an identity", "cases", "case_id", "Map the case's number."),
    *(
        Rule(
            "a duration is never negative", table, (column,), nw.col(column) < 0,
            "The dialer's clock or the export is at fault.",
        )
        for table, column in _durations()
    ),
    *(
        Rule(
            "a duration is under 65,000 seconds", table, (column,), nw.col(column) >= LONGEST,
            "The dialer's clock ran over, or the unit is not seconds.",
        )
        for table, column in _durations()
        if table != "agent_time"  # which may hold a row a month
    ),
    Rule(
        "dead time lies inside the talk", "agent_log", ("dead_s", "talk_s"),
        nw.col("dead_s") > nw.col("talk_s"),
        "The customer cannot be gone for longer than the talk lasted.",
    ),
    one_of("a direction is outbound or inbound", "calls", "direction", DIRECTIONS),
    one_of("a reason for closing is one of the model's", "calls", "closed_reason", CLOSED_REASONS),
    one_of("a state is one of the model's", "agent_time", "state", STATES),
    one_of("a kind of cost is one of the model's", "costs", "kind", COST_KINDS),
    one_of("a kind of survey is one of the model's", "surveys", "kind", ("csat", "nps", "resolved")),
    between("a score lies between 1 and 5", "evaluations", "score", 1, 5, "Map the scale to 1 to 5."),
    Rule(
        "a survey's score lies on its scale", "surveys", ("score", "kind"),
        (nw.col("score") < 0)
        | ((nw.col("kind") == "csat") & ((nw.col("score") < 1) | (nw.col("score") > 5)))
        | ((nw.col("kind") == "nps") & (nw.col("score") > 10))
        | ((nw.col("kind") == "resolved") & (nw.col("score") > 1)),
        "csat is 1 to 5, nps 0 to 10, resolved 0 or 1.",
    ),
    between("an attempt is counted from 1", "calls", "attempt_no", 1, _MANY, "The first dial is attempt 1."),
    implies("a live call was connected", "live", "connected", _STATUS_HINT),
    implies("a handled call was live", "handled", "live", _STATUS_HINT),
    implies("a call in which the offer was heard was handled", "argued", "handled", _STATUS_HINT),
    implies("the offer was heard in a success", "success", "argued", _SUCCESS_HINT),
    implies("a success closed the contact", "success", "closed", _STATUS_HINT),
    implies("an abandoned call was live", "abandoned", "live", _STATUS_HINT),
    excludes("an abandoned call was not handled", "abandoned", "handled", _STATUS_HINT),
    implies("a call to the right party was live", "right_party", "live", _STATUS_HINT),
    Rule(
        "a case is closed after it was opened", "cases", ("closed_at", "opened_at"),
        nw.col("closed_at") < nw.col("opened_at"), "Check the two columns, and their time zone.",
    ),
    Rule(
        "only a contact that was closed has a reason for it", "calls", ("closed_reason", "closed"),
        ~nw.col("closed_reason").is_null() & _no("closed"), _STATUS_HINT,
    ),
)  # fmt: skip

RULES: tuple[Rule, ...] = (*KEYS, *ROWS)
