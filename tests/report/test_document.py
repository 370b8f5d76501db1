import pytest

from callstats.report import document
from callstats.show.display import FigureView, Note, Record, Sentence, TitleView, Verdict
from tests.report.conftest import SVG, in_one_cell, notebook, shown


def kinds(read):
    return [block["kind"] for block in read["blocks"]]


def test_the_title_block_names_the_report():
    read = document.read(shown(TitleView("Spring", "September", [("Currency", "EUR")])))
    assert (read["title"], read["subtitle"], read["facts"]) == ("Spring", "September", [["Currency", "EUR"]])


def test_without_a_title_block_the_first_heading_names_it():
    assert document.read(notebook("# Spring", "## Verdict"))["title"] == "Spring"


def test_without_any_heading_the_file_names_it():
    assert document.read(notebook("md:words"), name="my_report")["title"] == "my_report"


@pytest.mark.parametrize(
    ("cells", "levels"),
    [
        (["# T", "## A", "### B", "## C"], [2, 3, 2]),
        (["# T", "### A", "## B"], [2, 2]),
        (["# T", "# A", "## B", "# C"], [2, 3, 2]),
        (["## A", "md:#### B"], [2, 3]),
    ],
)
def test_headings_come_in_order_below_the_title(cells, levels):
    read = document.read(notebook(*cells))
    assert [b["level"] for b in read["blocks"] if b["kind"] == "heading"] == levels


def test_headings_of_the_same_words_have_ids_of_their_own():
    read = document.read(notebook("# T", "## Why?", "## Why?"))
    assert [entry["id"] for entry in read["contents"]] == ["s-why", "s-why-2"]


def test_code_without_output_waits_for_the_code_that_has_some():
    made = notebook("# T", "a = 1", "b = 2")
    made.cells[2]["outputs"] = shown(Note("x")).cells[-1]["outputs"]
    read = document.read(made)
    assert kinds(read) == ["note", "source"]
    assert read["blocks"][1]["text"] == "a = 1\n\nb = 2"


def test_a_figure_without_words_is_described_by_its_question():
    made = shown({"image/svg+xml": SVG}, before=("# T", "## When to call?"))
    assert [b["alt"] for b in document.read(made)["blocks"] if b["kind"] == "figure"] == ["When to call?"]


def test_a_figure_view_keeps_its_words_and_its_picture():
    made = shown(FigureView(SVG, "Calls by week", "One bar"))
    (figure,) = [b for b in document.read(made)["blocks"] if b["kind"] == "figure"]
    assert (figure["caption"], figure["alt"], figure["content"]) == ("Calls by week", "One bar", SVG.encode())


def test_records_are_merged_and_not_shown():
    made = shown(Record({"profit": 0.1}), Record({"roi": float("nan")}))
    assert document.results(made) == {"profit": 0.1, "roi": None}
    assert "record" not in kinds(document.read(made))


def test_the_verdict_describes_the_report():
    made = shown(Verdict([Sentence("Profit is up.", "good"), "The list is tiring."]))
    assert document.read(made)["description"] == "Profit is up. The list is tiring."
    headed = shown(Verdict([Sentence("Profit is up.", "good")], "A good month"))
    assert document.read(headed)["description"] == "A good month. Profit is up."
    assert document.verdict(made)[0] == {"text": "Profit is up.", "tone": "good"}


def test_the_html_of_others_is_read_and_not_passed_on():
    made = shown({"text/html": "<b onclick='x()'>bold</b>", "text/plain": "bold"})
    assert document.read(made)["blocks"][1]["inlines"] == [{"kind": "text", "text": "bold"}]


def test_a_dollar_in_a_markdown_output_is_a_dollar():
    made = shown({"text/markdown": "costs $5 or $6"})
    assert document.read(made)["blocks"][1]["inlines"] == [{"kind": "text", "text": "costs $5 or $6"}]


def test_a_cell_tagged_remove_cell_is_left_out():
    made = notebook("# T", "md:words")
    made.cells[1]["metadata"]["tags"] = ["remove-cell"]
    assert document.read(made)["blocks"] == []


def picture(width):
    return FigureView(
        f'<svg width="{width}pt" height="90pt" viewBox="0 0 {width} 90"></svg>', "Calls", "One line"
    )


@pytest.mark.parametrize(
    ("widths", "half"),
    [
        ((235, 235), [True, True]),
        ((235, 235, 235), [True, True, True]),
        ((235, 482), [False, False]),
        ((482, 235), [False, False]),
        ((235,), [False]),
    ],
)
def test_pictures_drawn_for_half_a_column_stand_side_by_side_where_they_follow_each_other(widths, half):
    blocks = document.read(in_one_cell(shown(*(picture(width) for width in widths))))["blocks"]
    assert [bool(block.get("half")) for block in blocks if block["kind"] == "figure"] == half


@pytest.mark.parametrize(
    ("title", "name"),
    [
        (TitleView("Campaign report", "Spring offer"), "Campaign report: Spring offer, 2026-09"),
        (TitleView("Monthly summary"), "Monthly summary: 2026-09"),
    ],
)
def test_a_report_is_named_by_what_it_is_about_and_its_period(title, name):
    assert document.read(shown(title))["name"] == name


def last_block(page):
    made = shown(Note("Make it: callstats report method DATA", beside="How we know"))
    made.metadata["callstats"]["method_page"] = page
    return document.read(made)["blocks"][1]


def test_the_way_to_the_page_of_the_methods_is_a_link_where_it_lies_beside_the_report():
    block = last_block("method-fr")
    (link,) = block["inlines"]
    assert (link["url"], link["inlines"][0]["text"]) == ("./method-fr.html", "How we know")


@pytest.mark.parametrize("page", ["", "../method", "javascript:alert(1)//", "https://example.com/method"])
def test_without_such_a_page_the_command_that_makes_it_is_told(page):
    assert last_block(page) == {"kind": "note", "text": "Make it: callstats report method DATA"}
