"""Notes from an import: sentences with fields, so that a report can show them in its language.

A note is kept as its English text, which people read in ``dataset.json``; :func:`read`
recovers the sentence and its fields, also in data imported by an earlier version.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

#: One sentence, or a singular and a plural one.
Message = str | tuple[str, str]

NO_AGENT_LOG = (
    "{count} handled call has no row in the agent log: its work after the call is unknown",
    "{count} handled calls have no row in the agent log: their work after the call is unknown",
)
NO_CLOSER_LOG = (
    "{count} transferred call has no row in the closer log: its outcome is unknown",
    "{count} transferred calls have no row in the closer log: their outcome is unknown",
)
NO_DIAL = (
    "{count} row of the closer log goes on with a call that is not in the data: it is an inbound call here",
    "{count} rows of the closer log go on with calls that are not in the data: they are inbound calls here",
)
JOINED = (
    "{count} row of the closer log was joined with the call handed over to it",
    "{count} rows of the closer log were joined with the calls handed over to them",
)
NO_OFFSET = (
    "{count} gmt_offset_now is no offset; the site's clock is used",
    "{count} gmt_offset_now are no offsets; the site's clock is used",
)
OTHER_CLOCK = (
    "{count} call is on the contact's clock, which is not the site's",
    "{count} calls are on the contact's clock, which is not the site's",
)
SHOWN_TWICE = (
    "{file}: {count} time of {column} falls in the hour that the clock showed twice ({days}); taken as the "
    "first, unless the order of the rows shows the clock stepping back",
    "{file}: {count} times of {column} fall in the hour that the clock showed twice ({days}); taken as the "
    "first, unless the order of the rows shows the clock stepping back",
)
WRONG_CLOCK = "{file}: the server's clock is {hours} h from {column}: check the time zone that was given"
ONE_ROW_A_CONTACT = (
    "{file}: one row stands for all dials to a contact ({column}); outcome and duration are those of the "
    "last one, the earlier ones are given its time and nothing else is known of them"
)
NO_MARK = "{file}: read as {encoding}, though it has no byte-order mark"
NOT_UTF_8 = "{file}: not UTF-8 ({problem}); read as {encoding}, as Western European text"
NO_ZONE = "no time zone was given: the export's clock was taken to be on {zone}"
NARROWED = "narrowed to {filters}"
SIMULATED = "simulated by callstats, seed {seed}"
FORMAT_FOUND = (
    "{file}: times of {column} are read as {formats}; if another is meant, say --dates day-first or "
    "month-first, or format in the mapping"
)
UNIT_FOUND = "{file}: lengths of {column} are read as {unit}; say unit in the mapping if another is meant"
NO_VALUE = (
    "{file}: {count} cell of {column} is an error or was never computed; it is unknown",
    "{file}: {count} cells of {column} are errors or were never computed; they are unknown",
)
NOT_READ = "{file} is not read: {reason}"
FURNITURE = ("{file}: {count} row is {kind}, no record", "{file}: {count} rows are {kind}, no records")
UNREAD_CELLS = (
    "{file}: {count} cell of {column} cannot be read and is unknown ({found}, row {row}): {reason}",
    "{file}: {count} cells of {column} cannot be read and are unknown (first {found}, row {row}): {reason}",
)
SEVERAL_MATCHES = (
    "{file}: {count} key comes several times; its first row is joined",
    "{file}: {count} keys come several times; their first rows are joined",
)
EVENTS_WITHOUT_TIME = (
    "{count} event of a queue has no time that can be read and is left out",
    "{count} events of queues have no time that can be read and are left out",
)
NEVER_LOGGED_IN = (
    "{count} agent never logs in to a queue: when they work is unknown",
    "{count} agents never log in to a queue: when they work is unknown",
)
DATES_ONLY = "{column} holds dates without a time of day"
NO_HOUR = (
    "{file}: {count} time of {column} is a date without an hour, and stands at midnight",
    "{file}: {count} times of {column} are dates without an hour, and stand at midnight",
)
ONE_NAME = "{column}: {spellings} are taken as one, {name}"
MORE_NAMES = (
    "{column}: {count} more name is written in several ways and taken as one",
    "{column}: {count} more names are written in several ways and taken as one each",
)
COPY = "{file}: the same to the byte as {other}; read once"
CAME_AGAIN = (
    "{count} row came again in a later file, which counts",
    "{count} rows came again in a later file, which counts",
)
OTHER_TABLES = (
    "{file}: {count} other table is not read",
    "{file}: {count} other tables are not read",
)
READ_WHOLE = "{file} is read whole, whatever the period: {reason}"
IN_BOTH = "{file} holds rows that are in {other} as well; they count once"
FORGOTTEN = (
    "{count} row of people who were forgotten was left out",
    "{count} rows of people who were forgotten were left out",
)
MESSAGES: tuple[Message, ...] = (
    *(NO_AGENT_LOG, NO_CLOSER_LOG, NO_DIAL, JOINED, NO_OFFSET, OTHER_CLOCK, SHOWN_TWICE, WRONG_CLOCK),
    *(ONE_ROW_A_CONTACT, NO_MARK, NOT_UTF_8, NO_ZONE, NARROWED, SIMULATED, DATES_ONLY, COPY, CAME_AGAIN),
    *(FORMAT_FOUND, UNIT_FOUND, NO_VALUE, NOT_READ, FURNITURE, UNREAD_CELLS, SEVERAL_MATCHES),
    *(ONE_NAME, MORE_NAMES, EVENTS_WITHOUT_TIME, NEVER_LOGGED_IN, NO_HOUR),
    *(OTHER_TABLES, READ_WHOLE, IN_BOTH, FORGOTTEN),
)


def write(message: Message, **fields: Any) -> str:
    """Return a note in English.

    Examples
    --------
    >>> write(OTHER_CLOCK, count=1)
    "1 call is on the contact's clock, which is not the site's"
    """
    if isinstance(message, str):
        return message.format(**fields)
    return message[fields["count"] != 1].format(**fields)


def read(note: str) -> tuple[Message, dict[str, str]] | None:
    """Return a note's sentence and its fields; None if no sentence matches.

    Examples
    --------
    >>> read("simulated by callstats, seed 7")
    ('simulated by callstats, seed {seed}', {'seed': '7'})
    """
    return found_among(MESSAGES, note)


def found_among(messages: tuple[Message, ...], text: str) -> tuple[Message, dict[str, str]] | None:
    """Return the first of some messages that a text is written by, and its fields."""
    for pattern, message in _patterns(messages):
        if found := pattern.fullmatch(text):
            return message, found.groupdict()
    return None


def together(notes: Iterable[str]) -> list[str]:
    """Return the notes on parts of an export as notes on the whole: counts are added, else the first holds.

    Examples
    --------
    >>> together([write(OTHER_CLOCK, count=1), write(SIMULATED, seed=7), write(OTHER_CLOCK, count=2)])
    ["3 calls are on the contact's clock, which is not the site's", 'simulated by callstats, seed 7']
    """
    kept: dict[tuple[Any, ...], tuple[Message, dict[str, str]] | None] = {}
    for note in notes:
        found = read(note)
        if found is None or "count" not in found[1] or found[0] == SEVERAL_MATCHES:  # of a whole file
            kept.setdefault((note,), None)
            continue
        message, fields = found
        named = tuple(value for key, value in fields.items() if key in _NAMING)
        counted = kept.setdefault((message, *named), (message, {**fields, "count": "0"}))
        assert counted is not None
        counted[1]["count"] = str(int(counted[1]["count"]) + int(fields["count"]))
    return [key[0] if found is None else write(found[0], **_numbers(found[1])) for key, found in kept.items()]


#: Fields that say what a note is on; the others give an example.
_NAMING = ("file", "column", "kind", "reason")


def _numbers(fields: Mapping[str, str]) -> dict[str, Any]:
    return {**fields, "count": int(fields["count"])}


@cache
def _patterns(messages: tuple[Message, ...]) -> tuple[tuple[re.Pattern[str], Message], ...]:
    texts = ((t, m) for m in messages for t in ((m,) if isinstance(m, str) else m))
    return tuple((re.compile(_pattern(text), re.DOTALL), message) for text, message in texts)


def _pattern(text: str) -> str:
    r"""Return a sentence as a regular expression.

    Examples
    --------
    >>> _pattern("{count} calls")
    '(?P<count>\\d+)\\ calls'
    """
    parts = re.split(r"\{(\w+)\}", text)
    kinds = {"count": r"\d+", "hours": r"[+-][\d.]+"}
    named = (
        f"(?P<{part}>{kinds.get(part, '.+?')})" if i % 2 else re.escape(part) for i, part in enumerate(parts)
    )
    return "".join(named)
