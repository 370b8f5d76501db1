"""Notes of an import are sentences with fields, whoever wrote them and whenever."""

from __future__ import annotations

import pytest

from callstats.sources import notes
from callstats.sources.notes import MESSAGES

FIELDS = {
    "count": "1204",
    "hours": "-2.00",
    "seed": "7",
    "file": "a: b (2026).csv",
    "column": "call_date",
    "days": "2026-10-25, 2027-10-31",
    "encoding": "cp1252",
    "problem": "byte 0xe9 at 12",
    "zone": "Europe/Paris",
    "other": "b; c.csv",
    "filters": "list_id A, 2026-09",
    "formats": "%d/%m/%Y",
    "unit": "hh:mm:ss",
    "reason": "no number",
    "kind": "a row of totals",
    "found": "'to be agreed'",
    "row": "7",
    "spellings": "ANN and Ann",
    "name": "Ann",
}


def used(text: str) -> dict[str, str]:
    return {name: value for name, value in FIELDS.items() if f"{{{name}}}" in text}


@pytest.mark.parametrize("message", MESSAGES, ids=str)
def test_a_note_is_found_again_with_its_fields(message):
    text = message if isinstance(message, str) else message[1]
    assert notes.read(text.format(**FIELDS)) == (message, used(text))


@pytest.mark.parametrize(("count", "verb"), [(1, "1 call is"), (2, "2 calls are"), (21, "21 calls are")])
def test_a_note_counts_in_good_english(count, verb):
    written = notes.write(notes.OTHER_CLOCK, count=count)
    assert written.startswith(verb)
    assert notes.read(written) == (notes.OTHER_CLOCK, {"count": str(count)})


def test_a_note_of_somebody_else_is_left_alone():
    assert notes.read("exported by hand") is None


def test_what_a_file_is_called_is_never_a_field():
    hostile = "{0.__class__}.csv"
    assert notes.read(notes.write(notes.NO_MARK, file=hostile, encoding="utf-16")) == (
        notes.NO_MARK,
        {"file": hostile, "encoding": "utf-16"},
    )
