"""Every HTML page of the demo month, as a reader's browser sees it."""

from __future__ import annotations

import itertools
from pathlib import Path
from urllib.parse import unquote, urlparse

from tests.browser.watching import contrast, elsewhere, watched

COLOURS = """() => {
    const seen = getComputedStyle(document.body);
    return [seen.color, seen.backgroundColor];
}"""
#: What sticks out to the right of the window, its own scrollbars apart.
STICKING_OUT = """() => [...document.querySelectorAll('main *')].filter(one => {
    if (one.closest('.cs-scroll, pre, svg, math, details')) return false;
    return one.getBoundingClientRect().right > document.documentElement.clientWidth + 1;
}).map(one => one.tagName + '.' + one.className + ': ' + one.textContent.slice(0, 60))"""
BROKEN_PICTURES = "() => [...document.images].filter(one => !one.naturalWidth).length"


def test_no_page_complains_on_the_console(chromium, month):
    for path in month:
        with watched(chromium, path) as seen:
            assert not seen.said, path.name


def test_no_request_leaves_a_page(chromium, month):
    for path in month:
        with watched(chromium, path) as seen:
            assert not elsewhere(seen, path), path.name


def test_every_entry_of_the_contents_leads_to_its_heading(chromium, month):
    for path in month:
        with watched(chromium, path, width=1400) as seen:
            links = seen.page.locator('nav.beside a[href^="#"]')
            assert links.count() > 1 or path.name.startswith("index"), path.name  # which is one table
            for number in range(links.count()):
                target = unquote(links.nth(number).get_attribute("href")[1:])
                links.nth(number).click()
                heading = seen.page.locator(f'[id="{target}"]')
                assert heading.count() == 1, (path.name, target)
                assert heading.bounding_box()["y"] < 900, (path.name, target)


def test_every_link_to_another_file_finds_it(chromium, month):
    for path in month:
        with watched(chromium, path) as seen:
            for link in seen.page.locator("a[href]").all():
                where = urlparse(link.get_attribute("href"))
                if where.scheme not in ("", "file"):
                    assert where.scheme == "https", path.name
                elif where.path:
                    linked = path.parent / unquote(where.path)
                    # PDFs and notebooks are made on request; here only pages were.
                    assert linked.suffix != ".html" or linked.exists(), (path.name, linked.name)


def test_the_index_leads_to_every_page(chromium, month):
    index, *pages = month
    with watched(chromium, index) as seen:
        linked = {Path(link.get_attribute("href")).name for link in seen.page.locator("a[href]").all()}
    assert {page.name for page in pages} <= linked


def test_words_stand_out_from_the_paper_by_day_and_by_night(chromium, month):
    papers = {}
    for path in month:
        for scheme in ("light", "dark"):
            with watched(chromium, path, color_scheme=scheme) as seen:
                ink, papers[scheme] = seen.page.evaluate(COLOURS)
                assert contrast(ink, papers[scheme]) > 7, (path.name, scheme)
        assert contrast(papers["light"], papers["dark"]) > 7


def test_nothing_sticks_out_of_a_window_or_a_phone(chromium, month):
    for path in month:
        for width in (1100, 390):
            with watched(chromium, path, width=width) as seen:
                assert not seen.page.evaluate(STICKING_OUT), (path.name, width)
                assert seen.page.evaluate("document.documentElement.scrollWidth") <= width, path.name


def test_print_is_dark_on_white_and_leaves_the_code_out(chromium, month):
    for path in month:
        with watched(chromium, path, color_scheme="dark") as seen:
            seen.page.emulate_media(media="print")
            ink, _ = seen.page.evaluate(COLOURS)
            assert contrast(ink, "rgb(255, 255, 255)") > 7, path.name
            folded = seen.page.locator("details.code")
            assert not any(one.is_visible() for one in folded.all()), path.name


def test_a_page_prints_to_pages_that_are_not_cut(chromium, month, tmp_path: Path):
    from pypdf import PdfReader

    for path in month:
        with watched(chromium, path) as seen:
            printed = tmp_path / f"{path.stem}.pdf"
            seen.page.pdf(path=printed, format="A4")
            title = seen.page.locator("h1").first.inner_text()
        reader = PdfReader(printed)
        assert 1 <= len(reader.pages) < 40, path.name
        words = "".join(reader.pages[0].extract_text().split())
        assert "".join(title.split())[:20] in words, path.name


def test_headings_come_in_order_and_everything_has_its_language(chromium, month, language):
    for path in month:
        with watched(chromium, path) as seen:
            levels = seen.page.eval_on_selector_all(
                "h1, h2, h3, h4, h5, h6", "all => all.map(h => +h.tagName[1])"
            )
            assert levels[0] == 1, path.name
            assert levels.count(1) == 1, path.name
            assert all(deeper - level <= 1 for level, deeper in itertools.pairwise(levels)), path.name
            assert seen.page.evaluate("document.documentElement.lang") == language, path.name


def test_every_picture_is_drawn_and_told_in_words(chromium, month):
    for path in month:
        with watched(chromium, path) as seen:
            assert seen.page.evaluate(BROKEN_PICTURES) == 0, path.name
            for picture in seen.page.locator("img").all():
                assert len(picture.get_attribute("alt") or "") > 20, path.name


def test_a_page_weighs_less_than_a_megabyte(month):
    assert [page.name for page in month if page.stat().st_size >= 1_000_000] == []


def test_a_phone_unfolds_the_contents(chromium, month):
    for path in (path for path in month if not path.name.startswith("index")):
        with watched(chromium, path, width=390) as seen:
            link = seen.page.locator('nav.above a[href^="#"]').last
            assert not link.is_visible(), path.name
            seen.page.locator("nav.above summary").click()
            link.click()
            target = unquote(link.get_attribute("href")[1:])
            assert seen.page.locator(f'[id="{target}"]').bounding_box()["y"] < 900, path.name
