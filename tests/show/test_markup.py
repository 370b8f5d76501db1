from callstats.show.display import TableView
from callstats.show.markup import render


def html(columns, rows):
    return render(TableView("Glossary", columns, rows).payload())


def test_a_term_and_its_text_are_marked_for_the_phone():
    assert "cs-prose" in html(["term", "text"], [["answer rate", "word " * 40]])


def test_a_table_of_numbers_stays_a_table_on_the_phone():
    assert "cs-prose" not in html(["list", "rate"], [["A", "12 %"]])
    assert "cs-prose" not in html(["list", "why", "rate"], [["A", "word " * 40, "word " * 40]])


def test_a_word_longer_than_a_phone_may_be_broken_anywhere():
    assert "cs-broken" in html(["list"], [["x" * 60]])
    assert "cs-broken" not in html(["list"], [["Удовлетворённость клиентов"]])
