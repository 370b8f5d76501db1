"""The index of a month: what it says of each report, and that nothing of it is markup or clock."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from callstats.report import index, month
from callstats.report.order import Order
from tests.report.conftest import HOSTILE


def order(stem: str) -> Order:
    return Order(
        *(Path("x.ipynb"), Path("data"), "data", {}, "en", "2026-09", "September 2026"),
        *(Path("out"), stem, {}),
    )


def entry(
    report: str, campaign: str = "", subject: str | None = None, error: str = "", **told
) -> index.Entry:
    """Return a report that is there with an HTML and a PDF, or that failed."""
    stem = f"{report}-{campaign}" if campaign else report
    subject = campaign if subject is None else subject
    planned = month.PlannedReport(
        report, subject, campaign, report.replace("_", " ").title(), order(stem), error
    )
    if error:
        return index.Entry(planned, None, error)
    made = {"files": {f"{stem}.{ending}": "0" for ending in ("html", "ipynb", "pdf")}}
    return index.Entry(planned, {"title": planned.heading, "made": made, "headline": told})


def plan(*entries: index.Entry, language: str = "en") -> month.MonthPlan:
    label = {"en": "September 2026", "fr": "septembre 2026", "ru": "сентябрь 2026"}[language]
    planned = tuple(one.planned for one in entries)
    said = {"data": "data/demo", "sha256": "ab" * 32}
    return month.MonthPlan(
        planned, (), "2026-09", label, language, Path("out"), {"spring": "Spring offer"}, said
    )


def page(*entries: index.Entry, language: str = "en") -> BeautifulSoup:
    written = index.contents(plan(*entries, language=language), entries)
    return BeautifulSoup(written[f"{index.stem(language)}.html"], "html.parser")


GOOD = [{"text": "Profit is above target.", "tone": "good"}]
FIGURES = [
    {
        **dict.fromkeys(["interval", "n", "target", "change", "change_interval", "note"], ""),
        **{"name": name, "label": name.title(), "value": "12", "bullet": None, "arrow": "none", "good": None},
    }
    for name in ("profit", "roi", "reach", "fourth")
]


def test_reports_stand_by_campaign_after_those_on_the_whole_site():
    made = page(entry("campaign_report", "spring"), entry("campaign_report", "autumn"), entry("summary"))
    assert [heading.text for heading in made.select("main h2")] == ["All campaigns", "autumn", "Spring offer"]
    assert [heading.text for heading in made.select("main h3")] == ["Summary", *["Campaign Report"] * 2]


def test_the_summary_comes_first():
    made = page(entry("data_quality"), entry("monthly_summary"), entry("campaign_report", "spring"))
    assert [heading.text for heading in made.select("main h3")][:2] == ["Monthly Summary", "Data Quality"]


def test_a_report_shows_its_verdict_its_first_figures_and_its_files():
    made = page(entry("campaign_report", "spring", verdict=GOOD, figures=FIGURES))
    assert "Profit is above target." in made.select(".cs-verdict")[1].text
    assert [label.text for label in made.select(".cs-label")] == ["Profit", "Roi", "Reach"]
    assert [(link.text, link["href"]) for link in made.select("main p a")] == [
        ("HTML", "./campaign_report-spring.html"),
        ("PDF", "./campaign_report-spring.pdf"),
        ("Notebook", "./campaign_report-spring.ipynb"),
        ("JSON", "./campaign_report-spring.json"),
    ]


def test_a_test_is_called_by_its_name_as_well():
    made = page(entry("list_ab_test", "spring", subject="spring_lists"))
    assert made.select_one("main h3").text == "List Ab Test: spring_lists"


def test_a_failed_report_is_listed_with_its_error_and_without_links():
    made = page(entry("campaign_report", "spring", error="the kernel died.\nTry a shorter period."))
    assert "Try a shorter period." in made.select_one("pre.error").text
    assert made.select("main a") == []
    assert [item.text[1:] for item in made.select(".cs-verdict li")] == [
        "0 reports are ready.",
        "1 report failed.",
    ]


@pytest.mark.parametrize(
    ("language", "title", "ready"),
    [
        ("en", "Reports of September 2026", "2 reports are ready."),
        ("fr", "Rapports\N{NO-BREAK SPACE}: septembre 2026", "2 rapports sont prêts."),
        ("ru", "Отчёты: сентябрь 2026", "Готовы 2 отчёта."),
    ],
)
def test_it_speaks_the_language_of_the_batch(language, title, ready):
    made = page(entry("a"), entry("b"), language=language)
    assert made.html["lang"] == language
    assert made.h1.text == title
    assert ready in made.select_one(".cs-verdict").text


def test_text_from_data_is_shown_as_text_and_reaches_nothing():
    verdict = [{"text": HOSTILE, "tone": "bad"}]
    made = page(
        entry("campaign_report", HOSTILE, verdict=verdict), entry("service_report", "x", error=HOSTILE)
    )
    assert made.select("script, img, iframe, link, object") == []
    assert made.select_one("main h2").text == HOSTILE
    assert all(link["href"].startswith(("#", "./")) for link in made.select("a"))
    assert "default-src 'none'" in made.select_one("meta[http-equiv]")["content"]


def test_a_file_name_is_quoted_as_an_address():
    made = page(entry("campaign_report", "été 100%"))
    assert made.select_one("main h3 a")["href"] == "./campaign_report-%C3%A9t%C3%A9%20100%25.html"


def test_the_json_says_the_same_as_the_page_and_the_same_each_time():
    entries = [entry("campaign_report", "spring", verdict=GOOD), entry("summary", error="no ink")]
    first, second = (index.contents(plan(*entries), entries) for _ in range(2))
    assert first == second
    told = json.loads(first["index.json"])
    assert [(r["report"], r["status"], r["error"]) for r in told["reports"]] == [
        ("summary", "failed", "no ink"),
        ("campaign_report", "ready", ""),
    ]
    assert told["reports"][1]["verdict"] == GOOD
    assert told["reports"][1]["files"]["pdf"] == "campaign_report-spring.pdf"
