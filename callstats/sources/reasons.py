"""Why a row, a cell or a file was not taken: short texts with fields, so that a report can translate them.

The readers write them in English beside what they concern; :func:`read` recovers a text and
its fields. What names a mapping's own words (``decimal``, ``values``) keeps them as they are.
"""

from __future__ import annotations

from callstats.sources.notes import Message, found_among

REASONS: tuple[Message, ...] = (
    # a cell
    "no number",
    "no whole number",
    "a number of over 15 digits",
    'no number; say decimal = "," where 95,5 is meant, or thousands = "," for 1,234',
    'no number of seconds; say its unit, such as unit = "hh:mm:ss" or "hh:mm"',
    "no duration of the unit {unit}",
    "neither yes nor no; say which texts are, with true and false",
    "no date of the expected format",
    "no telephone number",
    'no telephone number; say country = "FR" where numbers have no +33',
    'values knows {known}; add it there, or "*" for every other text',
    "known are {known}; say which is which, as values = {example}",
    "not two times, and not two numbers; say format where they are times",
    "the second is later",
    "no IANA name such as Europe/Paris",
    "not a time of the format {formats}",
    "the clock went forward over this hour; is the time zone right?",
    "a year outside {first} to {last}",
    "most other rows have one",
    "most other rows have none",
    "no number of seconds since 1970",
    'no number of seconds since 1970; for milliseconds, say unit = "ms"',
    "a length of less than nothing, or of over 18 hours; is its unit right?",
    "a number of dials from 0 to {most} is needed",
    # a line
    "{count} of {width} fields: the line is cut off",
    "{count} fields, the header has {width}: the line is too long, or holds the delimiter inside a field",
    "the line holds NUL bytes: part of the file was never written",
    "a {quote} is not closed within {lines} lines",
    # a line that is no record
    "a repeated header",
    "a line of words alone",
    "a row of totals",
    # a file, sheet or table
    "it is empty",
    "it was not asked for",
    "its columns are none that are read",
    "its columns are those of no table of the source",
    "its columns are those of no table of the source; did you mean {name}?",
    "it has no column {column}",
    "no table of the mapping is read from it",
)
#: By which rule rows are left out on purpose.
RULES: tuple[Message, ...] = (
    "a row of totals",
    "calls between extensions",
    "calls of other kinds (internal, test, third party)",
    "Media_Name is no phone call",
    "{column} is empty",
    "{column} is filled",
    "{column} is not above {number}",
    "{column} is not {values}",
    "{column} is {values}",
)


def read(reason: str) -> tuple[Message, dict[str, str]] | None:
    """Return a reason's text and its fields; None if it is another's, such as a library's.

    Examples
    --------
    >>> read("a year outside 1990 to 2026")
    ('a year outside {first} to {last}', {'first': '1990', 'last': '2026'})
    """
    return found_among(REASONS, reason)


def read_rule(rule: str) -> tuple[Message, dict[str, str]] | None:
    """Return the text and the fields of a rule that leaves rows out; None if it is unknown.

    Examples
    --------
    >>> read_rule("Type is not Outbound or Callback")
    ('{column} is not {values}', {'column': 'Type', 'values': 'Outbound or Callback'})
    """
    return found_among(RULES, rule)
