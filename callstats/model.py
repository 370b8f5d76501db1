"""The canonical tables as data: column, type, unit, nullable or not, meaning.

Every source is brought into these tables once, when it is imported; everything
above this module reads only them. A flag that an export does not carry is null,
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
class TableColumn:
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
    so that a question can be broken down by that table's columns. ``undated`` says
    that rows without a time belong to every period: they count as unknown there.
    ``made_of`` names the columns of other tables that this one follows from, if it does.
    """

    name: str
    row: str
    columns: tuple[TableColumn, ...]
    key: tuple[str, ...] = ()
    clock: str | None = None
    links: dict[str, tuple[str, ...]] = field(default_factory=dict)
    shared: bool = False
    undated: bool = False
    made_of: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> TableColumn:
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
        TableColumn("call_id", "text", "identifies the interaction", nullable=False),
        TableColumn("contact_id", "text", "the person or number that was dialled or that called"),
        TableColumn("phone", "text", "the number that was dialled or that called, where it is no contact_id"),
        TableColumn("list_id", "text", "the list (address file) the contact was loaded with"),
        TableColumn("campaign_id", "text", "the campaign, or the queue of an inbound call"),
        TableColumn("agent_id", "text", "the agent; null where only the dialer was on the line"),
        TableColumn("direction", "text", "outbound or inbound", nullable=False),
        TableColumn("started_at", "instant", "when the dial was placed or the call came in"),
        TableColumn(
            "local_started_at",
            "clock",
            "the same on the clock of the site, or of the contact where its zone is known",
            derived=True,
        ),
        TableColumn("time_zone", "text", "the IANA zone of local_started_at"),
        TableColumn("attempt_no", "integer", "which dial to this contact, counted from 1", "n", derived=True),
        TableColumn(
            "live_no",
            "integer",
            "which live call with this contact, counted from 1; null where not live",
            "n",
            derived=True,
        ),
        TableColumn("since_loaded_s", "number", "from loading the contact to this call", "s", derived=True),
        TableColumn("connected", "flag", "the line was answered, by a person or a machine"),
        TableColumn("live", "flag", "a person answered"),
        TableColumn("handled", "flag", "a person answered and spoke with an agent"),
        TableColumn(
            "abandoned", "flag", "a person waited and was not given an agent in time, or hung up in the queue"
        ),
        TableColumn("right_party", "flag", "the person sought was on the line"),
        TableColumn("argued", "flag", "the offer was heard and answered"),
        TableColumn("success", "flag", "the offer was accepted"),
        TableColumn("closed", "flag", "this call closed the contact"),
        TableColumn("closed_reason", "text", "success, refusal, invalid, do_not_call or exhausted"),
        TableColumn("callback_at", "instant", "when the contact asked to be called back"),
        TableColumn("do_not_call", "flag", "the contact asked not to be called again"),
        TableColumn("invalid_number", "flag", "the number does not work"),
        TableColumn("ring_s", "number", "ringing before an answer or the end", "s"),
        TableColumn("queue_s", "number", "waiting for an agent, the caller's side", "s"),
        TableColumn("talk_s", "number", "talking, hold left out", "s"),
        TableColumn("hold_s", "number", "on hold during the talk", "s"),
        TableColumn("wrap_s", "number", "work after the call", "s"),
        TableColumn("value", "number", "value of the success, less cancellations where cancelled", "money"),
        TableColumn("cancelled", "flag", "the success was cancelled later"),
        TableColumn("outcome_code", "text", "the dialer's own status, as exported"),
    ),
    key=("call_id",),
    clock="local_started_at",
    links={"contacts": ("contact_id",)},
)

AGENT_TIME = Table(
    "agent_time",
    "one stretch of an agent's login in one state",
    (
        TableColumn("agent_id", "text", "the agent", nullable=False),
        TableColumn("campaign_id", "text", "the campaign logged in to"),
        TableColumn("start", "instant", "when the stretch began"),
        TableColumn("local_start", "clock", "the same on the clock of the site", derived=True),
        TableColumn(
            "shift_start",
            "clock",
            "when the shift it belongs to began, on the clock of the site",
            derived=True,
        ),
        TableColumn("state", "text", "talk, hold, wrap, wait or pause", nullable=False),
        TableColumn("seconds", "number", "how long it lasted", "s", nullable=False),
        TableColumn("pause_code", "text", "the reason given for a pause"),
        TableColumn("paid", "flag", "the stretch is paid"),
    ),
    clock="local_start",
)

CONTACTS = Table(
    "contacts",
    "one contact of one loaded list; further columns are attributes of the contact",
    (
        TableColumn("contact_id", "text", "the contact", nullable=False),
        TableColumn("phone", "text", "its telephone number, where that is no contact_id"),
        TableColumn("list_id", "text", "the list it was loaded with"),
        TableColumn("campaign_id", "text", "the campaign the list belongs to", derived=True),
        TableColumn("loaded_at", "instant", "when it was loaded"),
        TableColumn("time_zone", "text", "the IANA zone of the contact"),
        TableColumn("consent", "flag", "the contact agreed to be called"),
    ),
    key=("contact_id", "list_id"),
)

COSTS = Table(
    "costs",
    "one amount spent on a campaign",
    (
        TableColumn("campaign_id", "text", "the campaign"),
        TableColumn("list_id", "text", "the list, for the price of a list"),
        TableColumn(
            "period", "text", "the month (2026-09) or the day (2026-09-14) it belongs to", nullable=False
        ),
        TableColumn("kind", "text", "labour, advertising, technical or list", nullable=False),
        TableColumn("amount", "number", "how much", "money", nullable=False),
    ),
    shared=True,
)

EVALUATIONS = Table(
    "evaluations",
    "one score that an evaluator gave a call on one criterion",
    (
        TableColumn("call_id", "text", "the call that was listened to", nullable=False),
        TableColumn("evaluator", "text", "who gave the score"),
        TableColumn("criterion", "text", "script, agenda, offer, dispute, product, outcome or etiquette"),
        TableColumn("score", "number", "from 1 (worst) to 5 (best)", nullable=False),
    ),
    links={"calls": ("call_id",)},
)

SURVEYS = Table(
    "surveys",
    "one question asked after a call; score is null where nobody answered",
    (
        TableColumn("call_id", "text", "the call that was asked about", nullable=False),
        TableColumn("kind", "text", "csat (1 to 5), nps (0 to 10) or resolved (0 or 1)", nullable=False),
        TableColumn("score", "number", "the answer"),
    ),
    links={"calls": ("call_id",)},
)

CALLBACKS = Table(
    "callbacks",
    "one call-back that was promised",
    (
        TableColumn("contact_id", "text", "the contact", nullable=False),
        TableColumn("campaign_id", "text", "the campaign"),
        TableColumn("list_id", "text", "the list"),
        TableColumn("agent_id", "text", "the agent who promised it"),
        TableColumn("asked_at", "instant", "when it was asked for"),
        TableColumn("local_asked_at", "clock", "the same on the clock of the site", derived=True),
        TableColumn("due_at", "instant", "when it was due"),
        TableColumn("kept", "flag", "the contact was dialled within an hour of the due time"),
        TableColumn("success", "flag", "the call back ended in a success"),
    ),
    clock="local_asked_at",
)

CASES = Table(
    "cases",
    "one issue of a customer, from opening to solution",
    (
        TableColumn("case_id", "text", "identifies the issue", nullable=False),
        TableColumn("contact_id", "text", "the customer"),
        TableColumn("campaign_id", "text", "the queue or service"),
        TableColumn("agent_id", "text", "the agent who solved it, or who has it"),
        TableColumn("opened_at", "instant", "when it was opened"),
        TableColumn("local_opened_at", "clock", "the same on the clock of the site", derived=True),
        TableColumn("closed_at", "instant", "when it was solved"),
        TableColumn("resolution_s", "number", "from opening to solution", "s", derived=True),
        TableColumn("calls", "integer", "calls it took so far", "n"),
        TableColumn("solved_first_call", "flag", "solved at the first call"),
    ),
    key=("case_id",),
    clock="local_opened_at",
)

DEADLINES = Table(
    "deadlines",
    "one contact of one loaded list whose deadline is over, or unknown; made from contacts and calls",
    (
        TableColumn("contact_id", "text", "the contact", nullable=False),
        TableColumn("list_id", "text", "the list it was loaded with"),
        TableColumn("campaign_id", "text", "the campaign the list belongs to"),
        TableColumn(
            "local_loaded_at", "clock", "when it was loaded, on the clock of its calls", derived=True
        ),
        TableColumn("local_deadline", "clock", "when its working hours were over", derived=True),
        TableColumn("in_time", "flag", "it was dialled by then", derived=True),
    ),
    key=("contact_id", "list_id"),
    clock="local_deadline",
    links={"contacts": ("contact_id",)},
    undated=True,
    made_of={
        "calls": ("contact_id", "direction", "local_started_at", "started_at"),
        "contacts": ("contact_id", "loaded_at"),
    },
)

WINS = Table(
    "wins",
    "one contact won for a campaign: its first success there; made from calls",
    (
        TableColumn("contact_id", "text", "the contact", nullable=False),
        TableColumn("campaign_id", "text", "the campaign"),
        TableColumn("list_id", "text", "the list of the winning dial"),
        TableColumn("agent_id", "text", "the agent who won it"),
        TableColumn("local_won_at", "clock", "when the winning dial was placed", derived=True),
        TableColumn(
            "touches", "integer", "dials to the contact for the campaign until it was won", "n", derived=True
        ),
    ),
    key=("contact_id", "campaign_id"),
    clock="local_won_at",
    links={"contacts": ("contact_id",)},
    made_of={"calls": ("attempt_no", "contact_id", "direction", "local_started_at", "success")},
)

#: Tables that follow from others, and from the settings of a project: no export holds them, nothing stores them.
MADE: dict[str, Table] = {table.name: table for table in (DEADLINES, WINS)}


class _TableIndex(dict[str, Table]):
    """The tables that an export can hold; one that follows from them is found by its name alone."""

    def __missing__(self, name: str) -> Table:
        return MADE[name]


TABLES: dict[str, Table] = _TableIndex(
    (table.name, table)
    for table in (CALLS, AGENT_TIME, CONTACTS, COSTS, EVALUATIONS, SURVEYS, CALLBACKS, CASES)
)

STATES = ("talk", "hold", "wrap", "wait", "pause")
CLOSED_REASONS = ("success", "refusal", "invalid", "do_not_call", "exhausted")
COST_KINDS = ("labour", "advertising", "technical", "list")
DIRECTIONS = ("outbound", "inbound")

#: The clock of costs that are charged to calls; the table as it is stored has periods alone.
CHARGED_AT = "charged_at"
#: What costs can be asked by besides, once they are charged to calls.
CHARGED = ("agent_id", "direction")

#: Begins the names of columns that keep what an export itself said of a column that is derived otherwise.
#: They are for the next import alone: no question sees them.
STATED = "_stated_"

#: Each flag implies the one before it: the chain from dial to success.
CHAIN = ("connected", "live", "handled", "argued", "success")
