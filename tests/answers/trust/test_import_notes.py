"""What the import noted is said in the reader's language."""

from __future__ import annotations

from dataclasses import replace

import pytest

import callstats as cs
from callstats.answers.core.voice import Voice
from callstats.show.words import words
from callstats.sources import notes
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
        ("ru", "1 204 вызова — по часам контакта, а они не те, что у площадки"),
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
