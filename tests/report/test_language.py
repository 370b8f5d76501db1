from callstats.report.language import frame_words, translate_cells
from tests.report.conftest import notebook


def test_headings_and_paragraphs_are_translated_and_the_rest_is_left():
    made = notebook("## Contents\n\nNot in any catalogue.", "md:Table")
    translate_cells(made, "fr")
    assert [cell.source for cell in made.cells] == ["## Sommaire\n\nNot in any catalogue.", "Tableau"]


def test_a_language_without_a_catalogue_gets_an_english_frame():
    assert frame_words("de") == frame_words("en")
