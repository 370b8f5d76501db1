"""The canonical tables as data: column, type, unit, null?, meaning.

Every source is brought into these tables once, when it is imported; everything
above this room reads only them. A flag that an export does not carry is null,
which means unknown, never false.

Types are ``text``, ``integer``, ``number``, ``flag`` (true, false or unknown),
``instant`` (a moment in UTC), ``clock`` (what a wall clock showed, without a
zone) and ``date``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Type = Literal["text", "integer", "number", "flag", "instant", "clock", "date"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a canonical table.

    ``unit`` is in brackets in the docs: ``s`` (seconds), ``money`` (the
    currency of the data set), ``n`` (a count), or empty. ``derived`` columns
    are computed at import where the export lacks them.
    """

    name: str
    type: Type
    meaning: str
    unit: str = ""
    nullable: bool = True
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A canonical table: what one row is, its key, its clock and its links.

    ``clock`` names the naive local time that hours, weekdays and periods are
    read from. ``links`` maps another table's name to the columns both share,
    so that a question by one of that table's columns can be joined in.
    """

    name: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    clock: str | None = None
    links: dict[str, tuple[str, ...]] = field(default_factory=dict)
    shared: bool = False

    def __getitem__(self, name: str) -> Column:
        return {column.name: column for column in self.columns}[name]

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """The columns without which the table cannot be read at all."""
        return tuple(c.name for c in self.columns if not c.nullable and not c.derived)


CALLS = Table(
    "calls",
    "one interaction: a dial placed or a call received (a transfer is not a second call)",
    (
        Column("call_id", "text", "identifies the interaction", nullable=False),
        Column("contact_id", "text", "the person or number that was dialled or that called"),
        Column("list_id", "text", "the list (address file) the contact was loaded with"),
        Column("campaign_id", "text", "the campaign, or the queue of an inbound call"),
        Column("agent_id", "text", "the agent; null where only the dialer was on the line"),
        Column("direction", "text", "outbound or inbound", nullable=False),
        Column("started_at", "instant", "when the dial was placed or the call came in"),
        Column(
            "local_started_at",
            "clock",
            "the same on the clock of the site, or of the contact where its zone is known",
            derived=True,
        ),
        Column("time_zone", "text", "the IANA zone of local_started_at"),
        Column("attempt_no", "integer", "which dial to this contact, counted from 1", "n", derived=True),
        Column(
            "live_no",
            "integer",
            "which live call with this contact, counted from 1; null where not live",
            "n",
            derived=True,
        ),
        Column("since_loaded_s", "number", "from loading the contact to this call", "s", derived=True),
        Column("connected", "flag", "the line was answered, by a person or a machine"),
        Column("live", "flag", "a person answered"),
        Column("handled", "flag", "a person answered and spoke with an agent"),
        Column(
            "abandoned", "flag", "a person waited and was not given an agent in time, or hung up in the queue"
        ),
        Column("right_party", "flag", "the person sought was on the line"),
        Column("argued", "flag", "the offer was heard and answered"),
        Column("success", "flag", "the offer was accepted"),
        Column("closed", "flag", "this call closed the contact"),
        Column("closed_reason", "text", "success, refusal, invalid, do_not_call or exhausted"),
        Column("callback_at", "instant", "when the contact asked to be called back"),
        Column("do_not_call", "flag", "the contact asked not to be called again"),
        Column("invalid_number", "flag", "the number does not work"),
        Column("ring_s", "number", "ringing before an answer or the end", "s"),
        Column("queue_s", "number", "waiting for an agent, the caller's side", "s"),
        Column("talk_s", "number", "talking, hold left out", "s"),
        Column("hold_s", "number", "on hold during the talk", "s"),
        Column("wrap_s", "number", "work after the call", "s"),
        Column("value", "number", "value of the success, less cancellations where cancelled", "money"),
        Column("cancelled", "flag", "the success was cancelled later"),
        Column("outcome_code", "text", "the dialer's own status, as exported"),
    ),
    key=("call_id",),
    clock="local_started_at",
    links={"contacts": ("contact_id",)},
)

AGENT_TIME = Table(
    "agent_time",
    "one stretch of an agent's login in one state",
    (
        Column("agent_id", "text", "the agent", nullable=False),
        Column("campaign_id", "text", "the campaign logged in to"),
        Column("start", "instant", "when the stretch began"),
        Column("local_start", "clock", "the same on the clock of the site", derived=True),
        Column("state", "text", "talk, hold, wrap, wait or pause", nullable=False),
        Column("seconds", "number", "how long it lasted", "s", nullable=False),
        Column("pause_code", "text", "the reason given for a pause"),
        Column("paid", "flag", "the stretch is paid"),
    ),
    clock="local_start",
)

CONTACTS = Table(
    "contacts",
    "one contact of one loaded list; further columns are attributes of the contact",
    (
        Column("contact_id", "text", "the contact", nullable=False),
        Column("list_id", "text", "the list it was loaded with"),
        Column("campaign_id", "text", "the campaign the list belongs to", derived=True),
        Column("loaded_at", "instant", "when it was loaded"),
        Column("time_zone", "text", "the IANA zone of the contact"),
        Column("consent", "flag", "the contact agreed to be called"),
    ),
    key=("contact_id", "list_id"),
)

COSTS = Table(
    "costs",
    "one amount spent on a campaign",
    (
        Column("campaign_id", "text", "the campaign"),
        Column("list_id", "text", "the list, for the price of a list"),
        Column("period", "text", "the month (2026-09) or the day (2026-09-14) it belongs to", nullable=False),
        Column("kind", "text", "labour, advertising, technical or list", nullable=False),
        Column("amount", "number", "how much", "money", nullable=False),
    ),
    shared=True,
)

EVALUATIONS = Table(
    "evaluations",
    "one score that an evaluator gave a call on one criterion",
    (
        Column("call_id", "text", "the call that was listened to", nullable=False),
        Column("evaluator", "text", "who gave the score"),
        Column("criterion", "text", "script, agenda, offer, dispute, product, outcome or etiquette"),
        Column("score", "number", "from 1 (worst) to 5 (best)", nullable=False),
    ),
    links={"calls": ("call_id",)},
)

SURVEYS = Table(
    "surveys",
    "one question asked after a call; score is null where nobody answered",
    (
        Column("call_id", "text", "the call that was asked about", nullable=False),
        Column("kind", "text", "csat (1 to 5), nps (0 to 10) or resolved (0 or 1)", nullable=False),
        Column("score", "number", "the answer"),
    ),
    links={"calls": ("call_id",)},
)

CALLBACKS = Table(
    "callbacks",
    "one call-back that was promised",
    (
        Column("contact_id", "text", "the contact", nullable=False),
        Column("campaign_id", "text", "the campaign"),
        Column("list_id", "text", "the list"),
        Column("agent_id", "text", "the agent who promised it"),
        Column("asked_at", "instant", "when it was asked for"),
        Column("local_asked_at", "clock", "the same on the clock of the site", derived=True),
        Column("due_at", "instant", "when it was due"),
        Column("kept", "flag", "the contact was dialled within an hour of the due time"),
        Column("success", "flag", "the call back ended in a success"),
    ),
    clock="local_asked_at",
)

CASES = Table(
    "cases",
    "one issue of a customer, from opening to solution",
    (
        Column("case_id", "text", "identifies the issue", nullable=False),
        Column("contact_id", "text", "the customer"),
        Column("campaign_id", "text", "the queue or service"),
        Column("opened_at", "instant", "when it was opened"),
        Column("local_opened_at", "clock", "the same on the clock of the site", derived=True),
        Column("closed_at", "instant", "when it was solved"),
        Column("resolution_s", "number", "from opening to solution", "s", derived=True),
        Column("calls", "integer", "calls it took so far", "n"),
        Column("solved_first_call", "flag", "solved at the first call"),
    ),
    key=("case_id",),
    clock="local_opened_at",
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (CALLS, AGENT_TIME, CONTACTS, COSTS, EVALUATIONS, SURVEYS, CALLBACKS, CASES)
}

STATES = ("talk", "hold", "wrap", "wait", "pause")
CLOSED_REASONS = ("success", "refusal", "invalid", "do_not_call", "exhausted")
COST_KINDS = ("labour", "advertising", "technical", "list")
DIRECTIONS = ("outbound", "inbound")

#: Each flag implies the one before it: the chain from dial to success.
CHAIN = ("connected", "live", "handled", "argued", "success")
