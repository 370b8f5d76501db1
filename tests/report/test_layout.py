import pytest

from callstats.report import table_layout as layout
from callstats.report.table_layout import height, wide


def table(columns, text):
    return {"columns": [{"label": f"c{n}"} for n in range(columns)], "rows": [[{"text": text}] * columns]}


def test_a_narrow_table_stands_upright():
    fitted = layout.fit(table(5, "12.3 %"))
    assert not fitted["turned"]
    assert [part["columns"] for part in fitted["parts"]] == [[0, 1, 2, 3, 4]]


def test_a_wider_table_is_turned_in_one_part():
    fitted = layout.fit(table(18, "1234567"))
    assert fitted["turned"]
    assert len(fitted["parts"]) == 1


def test_the_widest_table_is_split_and_every_part_names_the_row():
    parts = [part["columns"] for part in layout.fit(table(60, "1234567"))["parts"]]
    assert all(part[0] == 0 for part in parts)
    assert [at for part in parts for at in part[1:]] == list(range(1, 60))


def test_what_introduces_a_turned_table_moves_onto_its_page():
    heading, words = {"kind": "heading"}, {"kind": "paragraph"}
    (kept,) = layout.keep_together([heading, words, {"kind": "table", **layout.fit(table(18, "1234567"))}])
    assert [block["kind"] for block in kept["lead"]] == ["heading", "paragraph"]


def test_words_stick_to_the_figure_they_introduce():
    first, second = layout.keep_together([{"kind": "paragraph"}, {"kind": "figure"}])
    assert first["sticky"]
    assert second["kind"] == "figure"


def test_a_column_that_wraps_is_as_wide_as_its_longest_word():
    text = "a text of many short words " * 30
    rows = [[{"text": "Удовлетворённость клиентов, по опросам (CSAT)"}, {"text": text}]]
    (part,) = layout.fit({"columns": [{"label": "KPI"}, {"label": "formula"}], "rows": rows})["parts"]
    assert part["widths"][0] > wide("Удовлетворённость", 8.5)
    assert sum(part["widths"]) == pytest.approx(layout.UPRIGHT, abs=0.2)


def test_a_glossary_is_as_low_as_its_width_allows():
    """Sixty words of five letters fill a line of 92 four times, and one of 60 six: terms are to wrap."""
    columns = [{"label": "KPI"}, {"label": "formula"}]
    rows = [[{"text": "conversion rate of calls that agents handled"}, {"text": "words " * 60}]] * 9
    fitted = layout.fit({"columns": columns, "rows": rows})
    term, text = fitted["parts"][0]["widths"]
    heights = {
        width: sum(height(row, [width, layout.UPRIGHT - width]) for row in fitted["rows"])
        for width in range(60, 240)
    }
    assert text > 3 * term
    assert heights[round(term)] == min(heights.values())


def test_a_table_that_is_a_little_too_wide_has_smaller_text():
    words = {"columns": [{"label": "сопоставленными", "align": "right"}] * 6, "rows": [[{"text": "1"}] * 6]}
    fitted = layout.fit(words)
    assert fitted["tight"]
    assert not fitted["turned"]


def test_a_short_table_is_kept_whole_and_a_long_one_begins_with_some_rows():
    short, long = (layout.fit({"columns": [{"label": "n"}], "rows": [[{"text": "1"}]] * n}) for n in (5, 60))
    assert short["whole"]
    assert not long["whole"]
    assert long["start"] == 120


def test_a_table_of_texts_may_be_broken_between_two_of_them():
    words = {
        "columns": [{"label": "what"}, {"label": "how"}],
        "rows": [[{"text": "a"}, {"text": "word " * 60}]] * 6,
    }
    assert not layout.fit(words)["whole"]


def test_a_printed_table_is_never_wider_than_the_page():
    for count in (3, 8, 14, 30):
        fitted = layout.fit(table(count, "12 345 words that wrap"))
        room = layout.TURNED if fitted["turned"] else layout.UPRIGHT
        assert all(sum(part["widths"]) <= room + 0.5 for part in fitted["parts"])
