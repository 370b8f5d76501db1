"""The draft of the calls table: which columns, which rows, which legs, which outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from callstats.sources.base import FALSE, NULLS
from callstats.sources.drafting import draft_outcomes, toml_lines
from callstats.sources.drafting.call_ids import CallIds
from callstats.sources.drafting.candidates import Choice, choose
from callstats.sources.drafting.column_looks import ColumnLook, look
from callstats.sources.drafting.entries import DraftEntry, length_entry, marks_of, phone_entry, time_entry
from callstats.sources.drafting.synonyms import (
    CALLS,
    DIRECTIONS,
    NO_PEOPLE,
    NOBODY,
    PEOPLE,
    likeness,
    of_words,
    words_of,
)
from callstats.sources.drafting.unknown_files import UnknownTable
from callstats.sources.matching import folded, is_one_of
from callstats.sources.typed_cells import Cells, of_texts

LENGTHS = ("ring_s", "queue_s", "talk_s", "hold_s", "wrap_s")
FLAGS = ("connected", "live", "handled", "abandoned", "right_party", "success", "do_not_call", "cancelled")
_PLAIN = ("call_id", "list_id", "campaign_id", "agent_id")
#: How a call is made of its legs.
_KEPT = {
    "outcome_code": "best",
    "agent_id": "answered",
    "started_at": "first",
    "talk_s": "sum",
    "ring_s": "max",
}
_NATIVE = {"inbound", "outbound"}


@dataclass(slots=True)
class CallsDraft:
    """What a draft says of the calls.

    Attributes
    ----------
    entries : dict of str to DraftEntry
        By column of the model.
    where : dict of str to list of str
    legs : dict, optional
    repeat : str
    statuses : list of str
        Lines.
    said : list of str
        Comments above the table.
    no_agent : list of str
    marks : dict of str to str
        Of numbers, for the whole file.
    used : set of str
        Columns of the file that are read.
    contact : str
        The column that names the contact, where it is one.
    """

    entries: dict[str, DraftEntry] = field(default_factory=dict)
    where: dict[str, list[str]] = field(default_factory=dict)
    legs: dict[str, Any] | None = None
    repeat: str = ""
    statuses: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    no_agent: list[str] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    contact: str = ""


class CallsWriter:
    """Drafts the calls of one table of a file.

    Parameters
    ----------
    table : UnknownTable
    joined : mapping of str to ColumnLook
        Columns that a second file adds.
    cells : mapping of str to Cells
        Of both.
    zone : str
        Of the dialer's clock, where it is known.
    """

    def __init__(self, table: UnknownTable, joined: Mapping[str, ColumnLook], zone: str) -> None:
        self.table, self.zone = table, zone
        self.looks = {**joined, **table.looks}
        self.draft = CallsDraft()
        self.choice = self._choice()
        self.chosen = self.choice.chosen
        self._ids = CallIds(table, self.looks, self.chosen.get("started_at"))
        self._kinds: dict[str, str | None] = {}

    def _choice(self) -> Choice:
        made = choose(self.looks, CALLS)
        started = made.chosen.get("started_at")
        if "_time" in made.chosen and not (started and self.looks[started].kind == "date"):
            made = choose(self.looks, {to: names for to, names in CALLS.items() if to != "_time"})
        return made

    def write(self) -> CallsDraft:
        """Return the draft."""
        self._identity()
        self._started()
        self._direction()
        self._contact()
        self._outcome()
        self._lengths()
        self._flags_and_value()
        self._legs()
        order = list(CALLS)
        self.draft.entries = dict(sorted(self.draft.entries.items(), key=lambda item: order.index(item[0])))
        for to, entry in self.draft.entries.items():
            if other := self.choice.others.get(to):
                entry.remarks.append(f"or: {toml_lines.shown(other)}")
            if self.choice.scores.get(to, 1.0) < 0.5:
                entry.remarks.append("by its values, not by its name")
        return self.draft

    def _add(self, to: str, entry: DraftEntry, *columns: str) -> None:
        self.draft.entries[to] = entry
        self.draft.used.update(columns)

    def _cells(self, name: str) -> Cells:
        return self.table.cells[name]

    @property
    def _inbound(self) -> bool:
        entry = self.draft.entries.get("direction")
        return entry is not None and entry.value == {"constant": "inbound"}

    def _identity(self) -> None:
        name = self.chosen.get("call_id")
        if name and not self._ids.is_call(name):
            self.chosen.pop("call_id")
            if "contact_id" not in self.chosen:
                self.chosen["contact_id"] = name
        repeat = self.choice.take("_repeat")
        if repeat and self.looks[repeat].high > 1 and (who := self._one_row_each()):
            self.draft.repeat = repeat
            self.draft.used.add(repeat)
            if who == self.chosen.get("call_id"):
                self.chosen["contact_id"] = self.chosen.pop("call_id")
        for to in _PLAIN:
            if to in self.chosen:
                self._add(to, DraftEntry(self.chosen[to]), self.chosen[to])
        agent = self.chosen.get("agent_id")
        if agent:
            self.draft.no_agent = [text for text in self.looks[agent].counts if folded(text) in NOBODY]

    def _one_row_each(self) -> str | None:
        """Return the column that names a person once, where rows are people rather than calls."""
        names = [self.chosen.get("contact_id"), self.chosen.get("call_id")]
        return next((n for n in names if n and self.looks[n].unique == 1.0), None)

    def _started(self) -> None:
        name, time = self.chosen.get("started_at"), self.choice.take("_time")
        if not name:
            return
        seen, cells = self.looks[name], self._cells(name)
        if seen.kind == "date" and time and not set("{}") & {*name, *time}:
            both = of_texts(cells.as_text() + " " + self._cells(time).as_text())
            entry = time_entry("started_at", {"template": f"{{{name}}} {{{time}}}"}, look("", both), both)
            self._add("started_at", entry, name, time)
            return
        entry = time_entry("started_at", {"column": name}, seen, cells)
        if seen.kind == "date":
            entry.remarks.append("dates without a time of day")
        self._add("started_at", entry, name)
        if "callback_at" in self.chosen:
            later = self.chosen["callback_at"]
            self._add(
                "callback_at",
                time_entry("callback_at", {"column": later}, self.looks[later], self._cells(later)),
                later,
            )

    def _direction(self) -> None:
        name = self.chosen.get("direction")
        if not name:
            waits = self.chosen.get("queue_s") or self.chosen.get("abandoned")
            if waits and "list_id" not in self.chosen:  # a list is dialled; its agents wait
                self.draft.entries["direction"] = DraftEntry(
                    {"constant": "inbound"},
                    [f"{toml_lines.shown(waits)} is of callers; outbound if you dial"],
                )
            return
        counts = self.looks[name].counts
        meant = {text: of_words(text, DIRECTIONS) for text in counts}
        others = [text for text, way in meant.items() if way == ""]
        unknown = [text for text, way in meant.items() if way is None]
        empty = self.looks[name].filled < self.looks[name].size
        if others or empty:
            self.draft.where[name] = [text for text, way in meant.items() if way != ""]
        native = all(folded(text) in _NATIVE for text, way in meant.items() if way)
        words = {text: way for text, way in _once(meant).items() if way}
        entry = DraftEntry(name) if native and not unknown else DraftEntry({"column": name, "values": words})
        if others:
            listed = ", ".join(f"{toml_lines.shown(text)} ({counts[text]:,})" for text in others[:8])
            entry.above.append(toml_lines.comment(f"left out, by where above: {listed}"))
        if unknown:
            listed = ", ".join(f"{toml_lines.shown(text)} ({counts[text]:,})" for text in unknown[:8])
            entry.above.append(
                toml_lines.comment(
                    f'TODO: inbound or outbound? {listed}; name them in values, or "*" for all others'
                )
            )
        self._add("direction", entry, name)

    def _ways(self) -> set[str]:
        name = self.chosen.get("direction")
        if not name:
            return {"inbound"} if self._inbound else {"outbound"}
        return {way for text in self.looks[name].counts if (way := of_words(text, DIRECTIONS))}

    def _contact(self) -> None:
        name = self.chosen.get("contact_id")
        called, caller = self.choice.take("_called"), self.choice.take("_caller")
        named = likeness(name, CALLS["contact_id"]) if name else 0.0
        if (called or caller) and named < 0.7:
            ways = self._ways()
            if called and caller and ways == _NATIVE:
                self._add(
                    "contact_id", DraftEntry({"columns": [called, caller], "by": "direction"}), called, caller
                )
                return
            name = (caller if ways == {"inbound"} else called) or called or caller
        if not name:
            return
        entry = phone_entry(name, self.looks[name], self.zone)
        further = self._further_numbers(name)
        if further and isinstance(entry.value, str):
            entry.value = {"column": [name, *further], "first": "filled"}
        self._add("contact_id", entry, name, *further)
        self.draft.contact = name

    def _further_numbers(self, name: str) -> list[str]:
        if self.looks[name].kind != "phone" or self.looks[name].share > 0.95:
            return []
        taken = {name, *self.chosen.values(), *self.draft.used}
        return [other for other, seen in self.looks.items() if seen.kind == "phone" and other not in taken][
            :3
        ]

    def _outcome(self) -> None:
        name, flag = self.chosen.get("outcome_code"), self.chosen.get("handled")
        answered = bool(not name and flag and self._inbound)
        name = self.chosen.pop("handled") if answered else name
        if not name:
            self._result_of_a_contact()
            return
        name = self._more_telling(name)
        seen, second = self._filled_up(name)
        counts = seen.counts
        inbound = self._ways() == {"inbound"}
        agents = "agent_id" in self.chosen
        found = draft_outcomes.kinds(counts, agents=agents, inbound=inbound, flag=answered)
        entry = DraftEntry({"column": [name, second], "first": "filled"} if second else name)
        if blank := seen.size - seen.filled:
            entry.remarks.append(f"{blank:,} without a code")
        self._add("outcome_code", entry, name, *([second] if second else []))
        self.draft.statuses = draft_outcomes.status_lines(counts, found)
        self._kinds = found

    def _more_telling(self, name: str) -> str:
        """Prefer the agent's word on a talk to the line's, which fills it up where there is none."""
        other = self.choice.others.get("outcome_code")
        if not other or not draft_outcomes.tell_sales(self.looks[other].counts):
            return name
        if draft_outcomes.tell_sales(self.looks[name].counts):
            return name
        self.choice.others["outcome_code"] = name
        return other

    def _result_of_a_contact(self) -> None:
        """Take a flag of success as the outcome, where rows are contacts and it is the last word on each."""
        name = self.chosen.get("success")
        if not name or not self.draft.repeat:
            return
        self.chosen.pop("success")
        no = {folded(word) for word in FALSE}
        found: dict[str, str | None] = {
            text: "refusal" if folded(text) in no else "success" for text in self.looks[name].counts
        }
        self._add("outcome_code", DraftEntry(name), name)
        ask = (
            '# QUESTION: is a contact without success a refusal ("refusal"), '
            'or was it perhaps not reached ("no_answer")?'
        )
        self.draft.statuses = [ask, *draft_outcomes.status_lines(self.looks[name].counts, found)]

    def _filled_up(self, name: str) -> tuple[ColumnLook, str | None]:
        """Take what the line said where the agent said nothing: a second column fills the outcome up."""
        seen, second = self.looks[name], self.choice.others.get("outcome_code")
        if (
            not second
            or seen.filled == seen.size
            or name not in self.table.cells
            or second not in self.table.cells
        ):
            return seen, None
        mine, others = (
            self._cells(column).without(lambda texts: is_one_of(texts, NULLS)) for column in (name, second)
        )
        both = look(name, mine.or_else(others))
        if both.filled <= seen.filled or both.distinct > 60:
            return seen, None
        self.choice.others.pop("outcome_code")
        return both, second

    def _lengths(self) -> None:
        for to in LENGTHS:
            if name := self.chosen.get(to):
                self._add(to, length_entry(self.looks[name]), name)
        started, answered, ended = (self.chosen.get(to) for to in ("started_at", "_answered_at", "_ended_at"))
        clear = all(len(self.looks[name].formats) <= 1 for name in (started, answered, ended) if name)
        if not clear:
            return
        if "talk_s" not in self.chosen and ended and (answered or started):
            begin = str(answered or started)
            entry = DraftEntry(
                {"column": ended, "minus": begin}, [] if answered else ["with ringing and waiting in it"]
            )
            self._add("talk_s", entry, ended, begin)
        to = "queue_s" if self._inbound else "ring_s"
        if to not in self.chosen and answered and started and self.looks[started].kind == "moment":
            self._add(to, DraftEntry({"column": answered, "minus": started}), answered)
        self._billed()

    def _billed(self) -> None:
        """Take the talk off the whole, where the file has both: what is left is ringing."""
        talk, whole = (
            self.chosen.get("talk_s"),
            next((n for n in self.looks if words_of(n) == "duration"), None),
        )
        if (
            not talk
            or not whole
            or whole in self.draft.used
            or not words_of(talk).startswith("bill")
            or "ring_s" in self.draft.entries
        ):
            return
        if self.looks[whole].kind == "number":
            self._add("ring_s", DraftEntry({"column": whole, "minus": talk, "unit": "s"}), whole)

    def _flags_and_value(self) -> None:
        for to in FLAGS:
            if name := self.chosen.get(to):
                self._add(to, DraftEntry(name), name)
        self._answered()
        if "success" in self.chosen and "outcome_code" not in self.draft.entries:
            self.draft.entries["success"].above.append(
                "# QUESTION: what is a call without success: a refusal, or nobody "
                "reached? Name the column that says it as outcome_code."
            )
        numbers = [
            self.looks[n]
            for to in (*LENGTHS, "value")
            if (n := self.chosen.get(to)) and self.looks[n].kind == "number"
        ]
        self.draft.marks, own = marks_of(numbers)
        if name := self.chosen.get("value"):
            signs = self.looks[name].signs
            entry = DraftEntry(
                {"column": name, "type": "money"} if signs else name,
                [f"in {', '.join(signs)}"] if signs else [],
            )
            self._add("value", entry, name)
        for entry in self.draft.entries.values():
            column = entry.value if isinstance(entry.value, str) else entry.value.get("column")
            if isinstance(column, str) and column in own:
                entry.value = {
                    "column": column,
                    **(entry.value if isinstance(entry.value, Mapping) else {}),
                    **own[column],
                }

    def _answered(self) -> None:
        """Tell who answered by what the file has of it: a column of people and machines, a time, a length."""
        for name, seen in self.looks.items():
            people = [text for text in seen.counts if folded(text) in PEOPLE]
            others = all(folded(text) in PEOPLE or of_words(text, {"no": NO_PEOPLE}) for text in seen.counts)
            if (
                seen.kind == "text"
                and people
                and others
                and name not in self.draft.used
                and "live" not in self.draft.entries
            ):
                self._add("live", DraftEntry({"column": name, "true": people}), name)
        if {"outcome_code", "connected", "handled", "live"} & set(self.draft.entries):
            return
        talk, answered = self.chosen.get("talk_s"), self.chosen.get("_answered_at")
        if answered and self.looks[answered].share < 1.0:
            self._add("connected", DraftEntry({"column": answered, "filled": True}), answered)
        elif talk and words_of(talk).startswith("bill") and self.looks[talk].kind == "number":
            self._add("connected", DraftEntry({"column": talk, "above": 0}), talk)

    def _legs(self) -> None:
        found = self._ids.legs(self.chosen.get("call_id"), self.draft.contact)
        self.draft.said += found.said
        if found.shared:  # an id that several contacts have names no call
            self.draft.entries.pop("call_id", None)
        if not found.key:
            return
        self.draft.used.add(found.key[0])
        self.draft.legs = {"key": found.key}
        if started := self.chosen.get("started_at"):
            self.draft.legs["first"] = started
        self.draft.legs["keep"] = {to: how for to, how in _KEPT.items() if to in self.draft.entries}
        if "outcome_code" in self.draft.entries:
            self.draft.legs["keep"] = {"handled": "any", **self.draft.legs["keep"]}
            self.draft.legs["best"] = draft_outcomes.best_first(self._kinds)


def _once(meant: Mapping[str, str | None]) -> dict[str, str | None]:
    """Keep one of the spellings that differ in nothing but case and spaces."""
    return {
        text: way
        for (_, way), text in {
            (folded(text), way): text for text, way in reversed(list(meant.items()))
        }.items()
    }
