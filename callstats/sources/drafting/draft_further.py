"""The draft of what stands beside the calls: agents' hours, contacts, costs, surveys, joined columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from callstats.sources.drafting import toml_lines
from callstats.sources.drafting.candidates import Choice, choose, score, states_of
from callstats.sources.drafting.column_looks import ColumnLook
from callstats.sources.drafting.entries import DraftEntry, length_entry, time_entry
from callstats.sources.drafting.synonyms import (
    AGENT_TIME,
    CALLS,
    CONTACTS,
    COST_WORDS,
    COSTS,
    LOGIN,
    STATE_WORDS,
    likeness,
    of_words,
)
from callstats.sources.drafting.unknown_files import UnknownTable
from callstats.sources.raw import header_key

STATES_OF_COSTS = tuple(COST_WORDS)
_SCORES = {
    "csat": """csat; csat score; satisfaction; satisfaction rating; satisfaction score; customer satisfaction;
        note satisfaction; оценка; удовлетворенность""",
    "nps": "nps; nps score; recommendation; recommandation",
}
_SHARED = 0.5  # of the keys, for a second file to be joined
_MOST_ATTRIBUTES = 12


def role(table: UnknownTable) -> str:
    """Return what a table holds: calls, agent_time, costs, contacts or nothing known.

    A table of calls has times and says what came of each; hours of agents have a column a
    state, or a state and a length; costs have an amount and a kind or a month.
    """
    looks = table.looks
    calls = choose(looks, CALLS).chosen
    costs = choose(looks, COSTS).chosen
    hours = choose(looks, AGENT_TIME).chosen
    if {"amount", "kind", "period"} <= set(costs) and "agent_id" not in calls:
        return "costs"
    if {"agent_id", "start"} <= set(hours) and _are_hours(looks, hours, calls):
        return "agent_time"
    if "started_at" in calls and _says_what_came(calls):
        return "calls"
    if are_contacts(table):
        return "contacts"
    return "calls" if "started_at" in calls else ""


def are_contacts(table: UnknownTable) -> bool:
    """Tell whether each row is a contact of its own."""
    who = choose(table.looks, CONTACTS).chosen.get("contact_id")
    return who is not None and table.looks[who].unique > 0.9


def _are_hours(looks: Mapping[str, ColumnLook], hours: Mapping[str, str], calls: Mapping[str, str]) -> bool:
    """Tell rows of an agent's time from calls, which name an agent and a length too."""
    sure = {to for to, name in calls.items() if likeness(name, CALLS[to]) > 0.75}
    of_calls = ({"call_id", "contact_id"} & sure) | ({"direction"} & set(calls))
    states = states_of(looks)
    if len(states) >= 3 and not {"call_id", "direction"} & of_calls:
        return True
    said = {"state", "seconds"} <= set(hours) and "contact_id" not in of_calls
    if said and score("state", looks[hours["state"]], AGENT_TIME["state"]) > 0.6:
        return True
    return not of_calls and (len(states) == 2 or login_of(looks) is not None)


def login_of(looks: Mapping[str, ColumnLook]) -> str | None:
    """Return the column of an agent's whole time at work."""
    return next((name for name, seen in looks.items() if seen.lasts and likeness(name, LOGIN) >= 0.7), None)


def _says_what_came(calls: Mapping[str, str]) -> bool:
    return bool(
        {
            "outcome_code",
            "talk_s",
            "agent_id",
            "direction",
            "call_id",
            "_ended_at",
            "handled",
            "success",
            "connected",
        }
        & set(calls)
    )


def agent_time_lines(table: UnknownTable, file: str) -> list[str]:
    """Return the section of agents' hours."""
    made = choose(table.looks, AGENT_TIME)
    states = states_of(table.looks)
    wide = len(states) >= 2 and not {"state", "seconds"} <= set(made.chosen)
    entries: dict[str, DraftEntry] = {}
    for to in ("agent_id", "campaign_id", "pause_code", "paid"):
        if name := made.chosen.get(to):
            entries[to] = DraftEntry(name)
    start = made.chosen["start"]
    entries["start"] = time_entry("start", {"column": start}, table.looks[start], table.cells[start])
    lines = ["[agent_time]", *_file(file)]
    if wide:
        for to in ("state", "seconds", "pause_code"):
            entries.pop(to, None)
        lines += ["[agent_time.columns]", *_lines(entries, made)]
        lines += ["[agent_time.wide]", toml_lines.line("states", states)]
        lengths = [length_entry(table.looks[name]).value for name in states.values()]
        units = {str(item["unit"]) for item in lengths if isinstance(item, Mapping)}
        return [*lines, *([toml_lines.line("unit", units.pop())] if len(units) == 1 else [])]
    state = made.chosen.get("state")
    if state:
        entries["state"] = _state_entry(table.looks[state])
    login = login_of(table.looks)
    if not state and login:
        ask = (
            f"# QUESTION: {toml_lines.shown(login)} is all the time at work; "
            "of which state is not said, so talk and pauses stay unknown"
        )
        entries["state"] = DraftEntry({"constant": "wait"}, above=[ask])
        entries["seconds"] = length_entry(table.looks[login])
    elif seconds := made.chosen.get("seconds"):
        entries["seconds"] = length_entry(table.looks[seconds])
    return [*lines, "[agent_time.columns]", *_lines(entries, made)]


def _state_entry(seen: ColumnLook) -> DraftEntry:
    meant = {text: of_words(text, STATE_WORDS) for text in seen.counts}
    unknown = [toml_lines.shown(text) for text, state in meant.items() if state is None]
    above = (
        [
            toml_lines.comment(
                f"TODO: which state is {', '.join(unknown[:8])}? talk, hold, wrap, wait or pause"
            )
        ]
        if unknown
        else []
    )
    if all(text.casefold() == state for text, state in meant.items()):
        return DraftEntry(seen.name, above=above)
    return DraftEntry(
        {"column": seen.name, "values": {text: state for text, state in meant.items() if state}}, above=above
    )


def costs_lines(table: UnknownTable, file: str) -> list[str]:
    """Return the section of costs."""
    made = choose(table.looks, COSTS)
    entries = {to: DraftEntry(name) for to, name in made.chosen.items()}
    kind = table.looks[made.chosen["kind"]]
    meant = {text: of_words(text, COST_WORDS) for text in kind.counts}
    if any(text.casefold() != word for text, word in meant.items()):
        unknown = [toml_lines.shown(text) for text, word in meant.items() if word is None]
        above = (
            [toml_lines.comment(f"TODO: labour, advertising, technical or list? {', '.join(unknown[:8])}")]
            if unknown
            else []
        )
        entries["kind"] = DraftEntry(
            {"column": kind.name, "values": {t: w for t, w in meant.items() if w}}, above=above
        )
    amount = table.looks[made.chosen["amount"]]
    if amount.decimal == "," and amount.kind == "number":
        entries["amount"] = DraftEntry({"column": amount.name, "decimal": ","})
    return ["[costs]", *_file(file), "[costs.columns]", *_lines(entries, made)]


def contacts_lines(table: UnknownTable, file: str, key: str) -> list[str]:
    """Return the section of contacts: who, from which list, loaded when, and what else is known of them."""
    made = choose(
        {name: seen for name, seen in table.looks.items() if name != key},
        {k: v for k, v in CONTACTS.items() if k != "contact_id"},
    )
    entries = {"contact_id": DraftEntry(key)} | {to: DraftEntry(name) for to, name in made.chosen.items()}
    if loaded := made.chosen.get("loaded_at"):
        entries["loaded_at"] = time_entry(
            "loaded_at", {"column": loaded}, table.looks[loaded], table.cells[loaded]
        )
    used = {key, *made.chosen.values()}
    attributes = attribute_lines(seen for name, seen in table.looks.items() if name not in used)
    return [
        "[contacts]", *_file(file), "[contacts.columns]", *_lines(entries, made),
        *(["[contacts.attributes]", *attributes] if attributes else []),
    ]  # fmt: skip


def attribute_lines(seen: Iterable[ColumnLook]) -> list[str]:
    """Return what contacts can be compared by: columns of few different values, and numbers."""
    lines, names = [], set()
    for item in seen:
        key = "_".join(header_key(item.name).replace("-", " ").split())
        bare = key.isascii() and key.replace("_", "").isalnum()
        fits = item.kind in ("number", "flag") or (
            item.kind == "text" and 2 <= item.distinct <= 50 and (item.unique < 0.5 or item.filled < 20)
        )
        if not fits or key in names or key in _RESERVED or len(lines) >= _MOST_ATTRIBUTES:
            continue
        names.add(key)
        kind = {"number": "integer" if item.whole else "number", "flag": "flag"}.get(item.kind)
        value: Any = {"column": item.name, "type": kind} if kind else item.name
        lines.append(toml_lines.line(key if bare else toml_lines.text(key), value))
    return lines


_RESERVED = frozenset((*CONTACTS, "phone", "time_zone", "local_time"))


def survey_lines(looks: Mapping[str, ColumnLook], call_id: str | None, file: str) -> tuple[list[str], str]:
    """Return the section of a score that callers gave, and its column."""
    if call_id is None:
        return [], ""
    for kind, names in _SCORES.items():
        for name, seen in looks.items():
            fits = seen.kind == "number" and seen.low >= 0 and seen.high <= (5 if kind == "csat" else 10)
            if fits and likeness(name, names) >= 0.7:
                entries = {
                    "call_id": DraftEntry(call_id),
                    "kind": DraftEntry({"constant": kind}),
                    "score": DraftEntry(name),
                }
                return ["[surveys]", *_file(file), "[surveys.columns]", *_lines(entries, Choice())], name
    return [], ""


def join_of(calls: UnknownTable, other: UnknownTable) -> tuple[str, str] | None:
    """Return the columns by which rows of a second file belong to calls: unique there, mostly found here."""
    best, most = None, _SHARED
    for theirs, seen in other.looks.items():
        if seen.unique < 1.0 or seen.share < 0.9 or seen.kind in ("moment", "date", "clock", "span", "flag"):
            continue
        keys = {text.casefold() for text in other.cells[theirs].as_text().dropna()}
        for mine, here in calls.looks.items():
            if here.kind in ("moment", "date", "clock", "span", "flag") or not here.counts:
                continue
            same = header_key(mine) == header_key(theirs)
            if here.kind == "number" and here.distinct < 20 and not same:
                continue  # small numbers are found everywhere
            texts = [text.casefold() in keys for text in here.counts]
            share = sum(texts) / len(texts) + (0.2 if same else 0.0)
            if share > most:
                best, most = (mine, theirs), share
    return best


def _file(name: str) -> list[str]:
    return [toml_lines.line("file", name)] if name else []


def _lines(entries: Mapping[str, DraftEntry], made: Choice) -> list[str]:
    lines = []
    for to, entry in entries.items():
        if other := made.others.get(to):
            entry.remarks.append(f"or: {toml_lines.shown(other)}")
        lines += entry.lines(to)
    return lines
