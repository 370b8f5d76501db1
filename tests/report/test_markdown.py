import pytest

from callstats.report import markdown


@pytest.mark.parametrize(
    "url", ["https://example.org/a?b=c", "mailto:a@example.org", "other.html", "#s-verdict", "a/b.html"]
)
def test_an_address_that_runs_nothing_is_kept(url):
    assert markdown.safe_address(url) == url


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:x", "java\nscript:x", "data:text/html,x",
     "vbscript:x", "file:///etc/passwd", "//example.org", ""],
)  # fmt: skip
def test_an_address_that_may_run_or_read_is_dropped(url):
    assert markdown.safe_address(url) is None


def test_a_dropped_address_leaves_its_words():
    (block,) = markdown.read("[click](javascript:alert(1))")
    assert markdown.plain(block["inlines"]) == "click"
    assert "url" not in block["inlines"][0]


def test_raw_html_is_text():
    (block,) = markdown.read('a <img src=x onerror="alert(1)"> b')
    assert markdown.plain(block["inlines"]) == 'a <img src=x onerror="alert(1)"> b'


def test_an_image_from_elsewhere_leaves_its_words():
    (block,) = markdown.read("![a plot](https://example.org/plot.png)")
    assert block["inlines"] == [{"kind": "emphasis", "inlines": [{"kind": "text", "text": "a plot"}]}]


def test_a_comment_is_not_shown():
    assert markdown.read("<!-- for authors -->") == []


def test_lists_tables_quotes_and_code_are_blocks():
    source = "1. a\n   - b\n\n> q\n\n```\ncode\n```\n\n| x | y |\n|---|--:|\n| 1 | 2 |\n\n---\n"
    assert [b["kind"] for b in markdown.read(source)] == ["list", "quote", "code", "table", "rule"]


def test_a_formula_outside_the_subset_is_shown_as_its_source():
    (block,) = markdown.read(r"$\input{secret}$")
    assert block["inlines"] == [{"kind": "code", "text": r"\input{secret}"}]
