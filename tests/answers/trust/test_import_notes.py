"""What the import noted is said in the reader's language."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

import callstats as cs
from callstats.answers.core.voice import Voice
from callstats.show.words import words
from callstats.sources import instants, notes, reasons
from callstats.sources.notes import MESSAGES
from tests.answers.small_campaigns import calls, data, demo, plain


@pytest.mark.parametrize("language", ["fr", "ru"])
def test_every_note_of_an_import_is_translated(language: str) -> None:
    said = words(language)
    wanted = [(m,) if isinstance(m, str) else m for m in MESSAGES]
    assert [message[0] for message in wanted if not said.has(*message)] == []


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "1,204 calls are on the contact's clock, which is not the site's"),
        ("fr", "1 204 appels sont à l’heure du contact, qui n’est pas celle du site"),
        ("ru", "1 204 звонка — по часам контакта, а они не те, что у площадки"),
    ],
)
def test_a_number_in_a_note_is_written_as_the_language_does(language: str, expected: str) -> None:
    noted = Voice(language).noted("1204 calls are on the contact's clock, which is not the site's")
    assert plain(noted) == expected


def test_a_clock_that_is_off_says_by_how_much() -> None:
    note = "a.csv: the server's clock is -2.00 h from start_epoch: check the time zone that was given"
    assert "de −2,00 h de start_epoch" in plain(Voice("fr").noted(note))


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_notes_stand_beneath_what_came_in(language: str) -> None:
    seen = ["simulated by callstats, seed 7", "exported by <b>hand</b>"]
    dataset = replace(data(calls({}), language), provenance={"notes": seen, "source": "x"})
    arrivals = cs.data_quality(dataset).arrivals
    assert arrivals.table().notes == (words(language)("simulated by callstats, seed {seed}", seed=7), seen[1])
    assert "<b>" not in arrivals._repr_html_()


def test_why_hours_cannot_be_asked_is_said_in_the_language() -> None:
    lacks = {"hour": "call_date holds dates without a time of day"}
    dataset = replace(data(calls({}), "fr"), provenance={"lacks": lacks})
    assert "call_date contient des dates sans heure" in str(cs.check(dataset).lacking_table())
    assert "call_date contient des dates sans heure" in str(cs.data_quality(dataset).lacking)


def test_the_note_of_the_demo_is_one_of_them() -> None:
    """The simulator knows no sources; its note is told by its words."""
    assert [notes.read(str(note)) for note in demo().provenance["notes"]] == [
        (notes.SIMULATED, {"seed": "20260701"})
    ]


@pytest.mark.parametrize("language", ["fr", "ru"])
def test_every_reason_is_translated(language: str) -> None:
    said = words(language)
    wanted = [m for m in (*reasons.REASONS, *reasons.RULES) if isinstance(m, str)]
    assert [message for message in wanted if not said.has(message)] == []


def test_a_reason_inside_a_note_is_said_in_the_language() -> None:
    why = 'no number; say decimal = "," where 95,5 is meant, or thousands = "," for 1,234'
    note = notes.write(
        notes.UNREAD_CELLS, file="a.csv", count=2, column="talk_s", found="'1,2'", row=7, reason=why
    )
    said = plain(Voice("fr").noted(note))
    assert said.endswith('pas un nombre ; indiquez decimal = "," pour 95,5, ou thousands = "," pour 1,234')


def test_the_kind_of_a_line_that_is_no_record_is_said_in_the_language() -> None:
    note = notes.write(notes.FURNITURE, file="a.csv", count=3, kind="a row of totals")
    assert plain(Voice("ru").noted(note)) == "a.csv: 3 строки — не записи (строка итогов)"


def test_what_another_library_said_stays_as_it_is() -> None:
    note = notes.write(notes.NOT_READ, file="a.xls", reason="the zip archive is {broken}")
    assert plain(Voice("fr").noted(note)) == "a.xls n’est pas lu : the zip archive is {broken}"


EXPORT = """Id,Date,Who,Talk,Sold,Kind
1,2026-09-01 10:00,c1,"9,5",Yes,Outbound
2,2026-09-01 10:05,c2,12,perhaps,Outbound
3,2026-09-01 10:06,c2,12,No,Inbound
4,2026-13-01 10:06,c2,12,No,Outbound
5,1926-09-01 10:06,c2,12,No,Outbound
6,2026-09-01 10:06,c2,12
"""
READING = """
time_zone = "UTC"
[calls]
where = { Kind = "Outbound" }
[calls.columns]
call_id = "Id"
started_at = { column = "Date", format = "%Y-%m-%d %H:%M" }
contact_id = "Who"
talk_s = "Talk"
success = { column = "Sold", true = ["Yes"], false = ["No"] }
"""


def test_what_the_readers_say_is_among_the_reasons(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(READING)
    (tmp_path / "a.csv").write_text(EXPORT)
    read = cs.read(tmp_path / "a.csv", mapping=tmp_path / "m.toml")
    told = [found[1]["reason"] for note in read.provenance["notes"] if (found := notes.read(note))]
    rejected = read.rejects.frame()["reason"].tolist()
    rules = [rule for account in read.provenance["books"] for rule in account["left_out"]]
    assert (len(told), len(rejected), rules) == (2, 3, ["Kind is not Outbound"])
    assert [reason for reason in (*told, *rejected) if reasons.read(reason) is None] == []
    assert all(reasons.read_rule(rule) for rule in rules)


def rules_of_the_readers() -> set[str]:
    """Return the rules that a reader names beside a cell or a line, read from its source."""
    found = {instants.NEVER, instants.PLAUSIBLE, instants.MIXED}
    for file in Path(instants.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and len(node.args) > 3 and isinstance(node.args[1], ast.Constant):
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                found |= {str(node.args[1].value)} if called in ("add", "Bad") else set()
    return found


@pytest.mark.parametrize("language", ["fr", "ru"])
def test_every_rule_of_the_readers_is_translated(language: str) -> None:
    assert len(rules_of_the_readers()) > 10
    assert [rule for rule in sorted(rules_of_the_readers()) if not words(language).has(rule)] == []
