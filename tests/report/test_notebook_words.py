"""Every shipped report speaks French and Russian, from its headings to its last footnote."""

import re
from functools import cache
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from callstats.report import notebooks
from callstats.show.words import words
from tests.report.shown import ROOT, cells, texts

LANGUAGES = ("fr", "ru")
#: Letters of its own that a sentence with fields needs to be told from what stands in the fields.
_ENOUGH = 12


@cache
def catalogue(language):
    """Return the English sentences that a language has other words for: as they are, and with fields."""
    found = {}
    for file in sorted((ROOT / "callstats/show/words" / language).glob("*.po")):
        with file.open("rb") as content:
            for message in read_po(content, locale=language):
                ids = [message.id] if isinstance(message.id, str) else list(message.id)
                strings = [message.string] if isinstance(message.string, str) else list(message.string)
                found |= {i: re.compile(_pattern(i)) for i in ids if i and strings[0] and i not in strings}
    return {i: pattern for i, pattern in found.items() if _own_letters(i) >= _ENOUGH}


def _parts(message):
    return [(literal, field is not None) for literal, field, _, _ in Formatter().parse(message)]


def _pattern(message):
    return "".join(re.escape(literal) + (".+" if field else "") for literal, field in _parts(message))


def _own_letters(message):
    return sum(char.isalpha() for literal, _ in _parts(message) for char in literal)


def left_in_english(said, language):
    """Return what was said in English though the language has words for it."""
    return sorted(
        text for text in set(said) if any(pattern.fullmatch(text) for pattern in catalogue(language).values())
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(notebooks.names()))
def test_every_paragraph_of_a_report_has_its_words(name, language):
    say = words(language)
    paragraphs = [
        part.lstrip("# ").strip()
        for cell in notebooks.load(notebooks.find(name)).cells
        if cell.cell_type == "markdown"
        for part in cell.source.split("\n\n")
    ]
    assert [text for text in paragraphs if text and not say.has(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["campaign_report", "agent_comparison", "list_ab_test"])
def test_nothing_of_a_report_stays_english(name, language):
    assert left_in_english(texts(cells(name, language=language)), language) == []


def test_an_english_sentence_in_a_french_report_would_be_seen():
    said = ["No row was left out.", "Aucune ligne."]
    assert left_in_english(said, "fr") == ["No row was left out."]


def test_the_service_report_asks_each_of_its_thirteen_questions_under_a_heading():
    notebook = notebooks.load(notebooks.find("service_report"))
    assert len([cell for cell in notebook.cells if cell.cell_type == "markdown"]) == 13
