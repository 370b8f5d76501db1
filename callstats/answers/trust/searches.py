"""What looks wrong in accepted rows: each search is one question to the data.

A finding does not change a number. It says where to look, and what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import narwhals as nw

from callstats import checks
from callstats.answers.core.scope import all_periods, around, count, date_of, inside, records
from callstats.answers.trust.code_meanings import is_unlisted, where_to_say
from callstats.answers.trust.identity_searches import moved, rounded, shared_phones, spellings
from callstats.answers.trust.interval_searches import calls_of_agents, forgotten, overlaps, stretches
from callstats.sources.content_shapes import as_code
from callstats.sources.raw import SHORT

if TYPE_CHECKING:
    from callstats.dataset import Dataset
    from callstats.show.words import Words

Severity = Literal["rejected", "doubtful", "information"]

#: The possible outcomes of a call; all are unknown for a code without a meaning.
FLAGS = ("connected", "live", "handled")
#: What such a code leaves open, though the call has no agent, or another row of it told the rest.
OPEN = (("connected", "live"), ("handled", "success"))
#: A talk longer than this is doubtful [s].
LONG_TALK_S = 4 * 3600
#: Agent time and call time of an agent-day may differ by this share, and by this many seconds.
TIME_SHARE, TIME_S = 0.10, 600
#: A weekday is a working day if it has calls in at least this share of weeks.
WORKED_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class QualityFinding:
    """A finding about the data.

    Attributes
    ----------
    severity : str
        ``rejected`` (rows left out), ``doubtful`` (rows kept that look wrong) or
        ``information`` (what the data cannot tell).
    rule : str
        The sentence that should be true.
    table : str
    rows : int
        Number of rows concerned; 0 for information.
    example, hint : str
        One case, and what to do.
    handed_out : str
        The case as a report tells it, which others read: without what names or reaches a contact.
    """

    severity: Severity
    rule: str
    table: str
    rows: int
    example: str = ""
    hint: str = ""
    handed_out: str = ""

    def for_report(self) -> QualityFinding:
        """Return the finding with the case as a report tells it."""
        return replace(self, example=self.handed_out)


#: What two rows of one call have alike, where the call has no name.
ALIKE = (
    *("contact_id", "started_at", "list_id", "campaign_id", "agent_id", "direction", "outcome_code"),
    *("talk_s", "ring_s", "wrap_s", "value"),
)
_doubt = partial(QualityFinding, "doubtful")
Search = Callable[["Dataset", "Words"], Iterator[QualityFinding]]


def doubtful(dataset: Dataset, _: Words) -> tuple[QualityFinding, ...]:
    """Return everything that looks wrong in the rows kept, in a fixed order."""
    return tuple(finding for search in SEARCHES for finding in search(dataset, _))


def _rules(dataset: Dataset, _: Words) -> Iterator[QualityFinding]:
    """Apply every single-row rule; frames passed in directly were never checked."""
    for broken in checks.findings({name: dataset.table(name) for name in dataset.frames}):
        yield _doubt(_(broken.rule), broken.table, broken.rows, broken.example, _(broken.hint))


def _midnight(dataset: Dataset, _: Words) -> Iterator[QualityFinding]:
    if not dataset.has("calls", "local_started_at") or "hour" in dataset.provenance.get("lacks", {}):
        return
    clock = nw.col("local_started_at")
    seconds = clock.dt.hour() * 3600 + clock.dt.minute() * 60 + clock.dt.second()
    seen = records(dataset.table("calls").select(s=seconds).select(last=nw.col("s").max(), rows=nw.len()))[0]
    if seen["rows"] > 1 and seen["last"] == 0:
        hint = _("The export has dates only: say so in the mapping file, and ask nothing by hour.")
        rule = _("calls are spread over the day")
        told = _("every call is at midnight")
        yield _doubt(rule, "calls", int(seen["rows"]), told, hint, told)


def _unknown_codes(dataset: Dataset, _: Words) -> Iterator[QualityFinding]:
    codes = codes_without_meaning(dataset)
    if codes:
        first = list(codes.items())[:5]
        listed, shapes = (
            ", ".join(f"{write(code)} ({calls})" for code, calls in first) for write in (str, as_code)
        )
        hint = where_to_say(dataset, _, as_code(next(iter(codes))))
        yield _doubt(_("every outcome code is known"), "calls", sum(codes.values()), listed, hint, shapes)


def codes_without_meaning(dataset: Dataset) -> dict[str, int]:
    """Return the codes that leave open what the call came to, with their calls.

    Every flag from dial to conversation is unknown; or whether a person was reached, of a
    call that no agent had; or whether an agent talked and sold. Where the seconds tell that an agent
    talked, a code that the system does not list leaves open whether it was a sale.
    """
    flags = [flag for flag in FLAGS if dataset.has("calls", flag)]
    if not flags or not dataset.has("calls", "outcome_code"):
        return {}
    silent = _all_unknown(flags)
    for pair in OPEN:
        if dataset.has("calls", *pair, "handled"):
            silent = silent | (_all_unknown(pair) & ~nw.col("handled").fill_null(value=False))
    coded = dataset.table("calls").filter(~nw.col("outcome_code").is_null())
    codes = _counted(coded.filter(silent))
    if dataset.has("calls", "success"):
        open_sales = _counted(coded.filter(nw.col("success").is_null()))
        codes |= {code: calls for code, calls in open_sales.items() if is_unlisted(dataset, code)}
    return dict(sorted(codes.items(), key=lambda item: (-item[1], item[0])))


def _counted(coded: nw.LazyFrame) -> dict[str, int]:
    rows = records(coded.group_by("outcome_code").agg(rows=nw.len()))
    return {str(row["outcome_code"]): int(row["rows"]) for row in rows}


def _all_unknown(columns: Iterable[str]) -> nw.Expr:
    return nw.all_horizontal(*(nw.col(column).is_null() for column in columns), ignore_nulls=False)


def _blank_codes(dataset: Dataset, _: Words) -> Iterator[QualityFinding]:
    """Look for calls of which nothing tells what they came to, not even a code."""
    flags = [flag for flag in FLAGS if dataset.has("calls", flag)]
    if not flags:
        return
    silent = nw.all_horizontal(*(nw.col(flag).is_null() for flag in flags), ignore_nulls=False)
    if dataset.has("calls", "outcome_code"):
        silent = silent & nw.col("outcome_code").is_null()
    hint = _("Export the outcome of every call: nothing is known of these, and rates leave them out.")
    yield from _rows(dataset, silent, _("every call has an outcome"), hint, "call_id")


def _durations(dataset: Dataset, _: Words) -> Iterator[QualityFinding]:
    if not dataset.has("calls", "talk_s"):
        return
    long = nw.col("talk_s") > LONG_TALK_S
    hint = _("Look at the call: a line left open counts as talk and pulls every mean up.")
    yield from _rows(dataset, long, _("a talk lasts less than four hours"), hint, "talk_s")
    if dataset.has("calls", "handled"):
        silent = nw.col("handled") & (nw.col("talk_s") <= 0)
        hint = _("Look at how the dialer writes talk time: a conversation cannot last 0 s.")
        yield from _rows(dataset, silent, _("a conversation has talk time"), hint, "talk_s")


def _agents(dataset: Dataset, _: Words) -> Iterator[QualityFinding]:
    if dataset.has("calls", "handled", "agent_id") and _any(dataset, ~nw.col("agent_id").is_null()):
        nobody = nw.col("handled") & nw.col("agent_id").is_null()
        hint = _("Export the agent of every conversation: without it the call counts for nobody.")
        yield from _rows(dataset, nobody, _("a conversation has an agent"), hint, "call_id")


def _clocks(dataset: Dataset, _: Words) -> Iterator[QualityFinding]:
    if dataset.has("calls", "local_started_at"):
        hint = _("Such calls are in no period, hour or day. Give the zone or the time of the call.")
        unknown = nw.col("local_started_at").is_null()
        yield from _rows(
            all_periods(dataset), unknown, _("the local time of a call is known"), hint, "call_id"
        )


def _unread_cells(dataset: Dataset, _: Words) -> Iterator[QualityFinding]:
    """Report the cells that an import could not read, by column: they are unknown now."""
    found: dict[tuple[str, str], tuple[int, str]] = {}
    for lot in dataset.provenance.get("imports", [dataset.provenance]):
        for book in lot.get("books", ()):
            for column, cells in book["unread_cells"].items():
                before, file = found.get((book["table"], column), (0, book["file"]))
                found[book["table"], column] = (before + cells, file)
    hint = _("Say in the mapping how they are written, or correct them in the export, and import again.")
    for (table, column), (cells, file) in found.items():
        told = f"{file}, {column}"
        yield _doubt(_("every cell can be read"), table, cells, told, hint, told)


def _downloads(dataset: Dataset, _: Words) -> Iterator[QualityFinding]:
    """Find calls without a name that several files hold alike; twice in one file they may be two."""
    if "calls" not in dataset.provenance.get("unnamed", ()) or not dataset.has("calls", "contact_id"):
        return
    same = [column for column in ALIKE if dataset.has("calls", column)]
    named = dataset.table("calls").filter(~nw.col("contact_id").is_null())
    filed = named.with_columns(_file=nw.col("call_id").str.slice(0, SHORT))
    alike = filed.group_by(*same).agg(
        rows=nw.len(), files=nw.col("_file").n_unique(), call_id=nw.col("call_id").min()
    )
    found = alike.filter(nw.col("files") > 1)
    rows = records(found.select(rows=nw.col("rows").sum()))[0]["rows"]
    if rows:
        first = records(found.select("contact_id", "call_id").sort("contact_id", "call_id").head(1))[0]
        shown = f"contact_id {first['contact_id']}, call_id {first['call_id']}"
        hint = _("Downloads may overlap, and the calls have no names: map call_id, or cut the files by day.")
        yield _doubt(_("a call is in one file"), "calls", int(rows), shown, hint)


def _two_lists(dataset: Dataset, _: Words) -> Iterator[QualityFinding]:
    table = "contacts" if dataset.has("contacts", "contact_id", "list_id") else "calls"
    if not dataset.has(table, "contact_id", "list_id"):
        return
    several = records(
        dataset.table(table)
        .filter(~nw.col("contact_id").is_null(), ~nw.col("list_id").is_null())
        .group_by("contact_id")
        .agg(first=nw.col("list_id").min(), last=nw.col("list_id").max())  # cheaper than counting them
        .filter(nw.col("first") != nw.col("last"))
        .select(rows=nw.len(), example=nw.col("contact_id").min())
    )[0]
    if several["rows"]:
        hint = _("A comparison of lists counts it on both sides: take such contacts out, or load them once.")
        rule = _("a contact is on one list")
        yield _doubt(rule, table, int(several["rows"]), f"contact_id {several['example']}", hint)


def _agent_time(dataset: Dataset, _: Words) -> Iterator[QualityFinding]:
    """Compare talk, hold and wrap of each agent-day in both tables."""
    columns = [c for c in ("talk_s", "hold_s", "wrap_s") if dataset.has("calls", c)]
    clocks = dataset.has("calls", "agent_id", "talk_s", "wrap_s") and dataset.reaches("agent_time", "day")
    if not clocks or not dataset.reaches("calls", "day"):
        return
    spent = nw.sum_horizontal(*(nw.col(c) for c in columns))
    days = ["agent_id", "day"]
    calls = dataset.table("calls", "day").filter(~nw.col("agent_id").is_null())
    by_calls = calls.with_columns(spent=spent).group_by(*days).agg(spent=nw.col("spent").sum())
    busy = dataset.table("agent_time", "day").filter(nw.col("state").is_in(["talk", "hold", "wrap"]))
    by_time = busy.group_by(*days).agg(spent=nw.col("seconds").sum())
    in_calls, in_time = (
        {(str(r["agent_id"]), int(r["day"])): float(r["spent"]) for r in records(frame.filter(_known(days)))}
        for frame in (by_calls, by_time)
    )
    both = ((day, in_calls.get(day, 0.0), in_time.get(day, 0.0)) for day in sorted({*in_calls, *in_time}))
    off = [(day, a, b) for day, a, b in both if times_differ(a, b)]
    if off:
        (agent, day), in_call, logged = off[0]
        fields = {"agent": agent, "day": date_of(day), "calls": round(in_call), "time": round(logged)}
        example = _("{agent} on {day}: {calls} s in calls, {time} s in agent time", **fields)
        hint = _("Figures per hour rest on agent time: look for calls or log-ins missing on that day.")
        rule = _("an agent's day has the same talk, hold and wrap time in calls and in agent time")
        yield _doubt(rule, "agent_time", len(off), example, hint, example)


def times_differ(a: float, b: float) -> bool:
    """Return whether two sums of an agent-day [s] are too far apart.

    Examples
    --------
    >>> times_differ(3600, 3700), times_differ(3600, 7200)
    (False, True)
    """
    return abs(a - b) > max(TIME_S, TIME_SHARE * max(a, b))


def _overlaps(dataset: Dataset, _: Words) -> Iterator[QualityFinding]:
    if not dataset.has("agent_time", "agent_id", "local_start", "seconds"):
        return
    found = overlaps(stretches(dataset))
    if len(found):
        first = found.iloc[0]
        fields = {
            "agent": first["agent_id"],
            "start": _minute(first["start"]),
            "end": _minute(first["until"]),
        }
        example = _("{agent} at {start}, in another state until {end}", **fields)
        hint = _("The time counts twice in every figure per hour: look for sessions exported twice.")
        rule = _("an agent is in one state at a time")
        yield _doubt(rule, "agent_time", len(found), example, hint, example)


def _forgotten(dataset: Dataset, _: Words) -> Iterator[QualityFinding]:
    clocks = dataset.has("agent_time", "agent_id", "local_start", "seconds")
    if not clocks or not dataset.has("calls", "agent_id", "local_started_at"):
        return
    found = forgotten(stretches(dataset), calls_of_agents(dataset))
    if len(found):
        first = found.iloc[0]
        fields = {"agent": first["agent_id"], "last": _minute(first["last"]), "end": _minute(first["end"])}
        example = _("{agent}: last call over at {last}, logged in until {end}", **fields)
        hint = _("A forgotten log-out: correct the end of the login, or figures per hour are too low.")
        rule = _("a login ends soon after its last call")
        yield _doubt(rule, "agent_time", len(found), example, hint, example)


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _written_apart(dataset: Dataset, _: Words) -> Iterator[QualityFinding]:
    found = spellings(dataset)
    if found:
        hint = _('Map the contact as a phone (type = "phone" and its country): one person counts as several.')
        rule = _("a contact's number is written in one way")
        yield _doubt(
            rule, _holder(dataset), len(found), _("one number: {ways}", ways=", ".join(found[0])), hint
        )


def _rounded(dataset: Dataset, _: Words) -> Iterator[QualityFinding]:
    found = rounded(dataset)
    if found:
        hint = _("A spreadsheet rounded it, and several persons may be one now: export anew, as text.")
        example = f"contact_id {next(iter(found))}"
        yield _doubt(_("a contact's number is whole"), _holder(dataset), sum(found.values()), example, hint)


def _holder(dataset: Dataset) -> str:
    return "calls" if dataset.has("calls", "contact_id") else "contacts"


def _other_list(dataset: Dataset, _: Words) -> Iterator[QualityFinding]:
    found = moved(all_periods(dataset))
    if found is not None:
        rows, first = found
        example = f"call_id {first['call_id']}, contact_id {first['contact_id']}, list_id {first['list_id']}"
        hint = _("The contact was moved after the call: figures per contact loaded cannot be had by list.")
        yield _doubt(_("a call is on its contact's list"), "calls", rows, example, hint)


def _shared_phones(dataset: Dataset, _: Words) -> Iterator[QualityFinding]:
    found = shared_phones(dataset)
    if found is not None:
        table, rows, phone, contacts = found
        example = _("phone {phone}: {n} contacts", phone=phone, n=contacts)
        hint = _("One person may be dialled as several: load the number once; compliance counts by number.")
        yield _doubt(_("a phone is on one contact"), table, rows, example, hint)


def _known(columns: list[str]) -> nw.Expr:
    return nw.all_horizontal(*(~nw.col(c).is_null() for c in columns), ignore_nulls=False)


def _gaps(dataset: Dataset, _: Words) -> Iterator[QualityFinding]:
    if not dataset.reaches("calls", "day"):
        return
    calls = around(dataset).table("calls", "day")
    days = records(calls.select("day").filter(_known(["day"])).unique())
    worked = sorted(date_of(int(row["day"])) for row in days)
    missing = inside(dataset, missing_days(worked))
    if missing:
        hint = _("A holiday, or a file of the export that is missing: look before comparing periods.")
        rule = _("a weekday that is usually worked has calls")
        listed = ", ".join(str(day) for day in missing[:5]) + ("…" if len(missing) > 5 else "")
        yield _doubt(rule, "calls", len(missing), listed, hint, listed)


def missing_days(worked: list[date]) -> Iterator[date]:
    """Yield the days without calls whose weekday is usually worked.

    Examples
    --------
    >>> weeks = [date(2026, 9, day) for day in (1, 8, 22, 29)]
    >>> list(missing_days(weeks))
    [datetime.date(2026, 9, 15)]
    """
    if not worked:
        return
    span = [worked[0] + timedelta(days=n) for n in range((worked[-1] - worked[0]).days + 1)]
    usual = {
        weekday
        for weekday in range(7)
        if sum(day.weekday() == weekday for day in worked)
        > WORKED_SHARE * sum(day.weekday() == weekday for day in span)
    }
    for before, after in pairwise(worked):
        between = (before + timedelta(days=n) for n in range(1, (after - before).days))
        yield from (day for day in between if day.weekday() in usual)


SEARCHES: tuple[Search, ...] = (
    _rules,
    _unknown_codes,
    _blank_codes,
    _durations,
    _agents,
    _clocks,
    _midnight,
    _unread_cells,
    _downloads,
    _two_lists,
    _other_list,
    _written_apart,
    _rounded,
    _shared_phones,
    _agent_time,
    _overlaps,
    _forgotten,
    _gaps,
)


def _rows(dataset: Dataset, wrong: nw.Expr, rule: str, hint: str, shown: str) -> Iterator[QualityFinding]:
    """Yield a finding on the calls that meet a condition, with the first as an example."""
    broken = dataset.table("calls").filter(wrong)
    rows = count(broken)
    if rows:
        columns = list(dict.fromkeys(["call_id", shown]))
        first = records(broken.select(*columns).sort("call_id").head(1))[0]
        example = ", ".join(f"{name} {first[name]}" for name in columns)
        yield _doubt(rule, "calls", rows, example, hint)


def _any(dataset: Dataset, condition: nw.Expr) -> bool:
    return bool(records(dataset.table("calls").filter(condition).select("call_id").head(1)))
