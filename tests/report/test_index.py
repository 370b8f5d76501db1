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
    results = told.pop("results", {})
    content = {"title": planned.heading, "made": made, "headline": told, "results": results}
    return index.Entry(planned, content)


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
KPIS = ("profit", "roi", "successes_per_login_hour", "answer_rate")
FIGURES = [
    {
        **dict.fromkeys(["n", "target", "change", "change_interval", "note"], ""),
        **{"name": name, "label": name.title(), "value": f"{at}2", "interval": f"{at}1 to {at}3"},
        **{"bullet": None, "arrow": "none", "good": None},
    }
    for at, name in enumerate(KPIS, 1)
]
STATES = ("met", "missed", "met", "close", "unknown", "met")
TARGETS = {"targets": [{"scope": "site", "name": "", "kpi": "x", "state": state} for state in STATES]}


def shelves(made: BeautifulSoup) -> dict[str, list[str]]:
    """Return what stands under each heading of links."""
    return {
        shelf.dt.text: [item.find(string=True) for item in shelf.select("dd > span")]
        for shelf in made.select(".shelves > div")
    }


def test_every_campaign_is_a_row_in_the_order_of_its_name_and_other_reports_are_links():
    made = page(
        entry("campaign_report", "spring"),
        entry("service_report", "help"),
        entry("agent_comparison", "spring"),
        entry("campaign_report", "autumn"),
        entry("monthly_summary"),
        entry("list_ab_test", "spring", subject="spring_lists"),
        entry("data_quality"),
        entry("method"),
        entry("my_report", "spring"),
        entry("of_the_site"),
    )
    assert [row.text for row in made.select(".overview tbody th")] == ["autumn", "Spring offer"]
    assert shelves(made) == {
        "The whole site": ["Monthly Summary"],
        "Agents": ["Spring offer"],
        "List tests": ["spring_lists"],
        "Service": ["help"],
        "Data quality": ["Data Quality"],
        "How we know": ["Method"],
        "Own reports": ["Of The Site", "My Report: Spring offer"],
    }


def test_a_row_has_the_figures_of_its_report_with_their_intervals():
    made = page(entry("campaign_report", "spring", figures=FIGURES))
    assert [head.text for head in made.select(".overview thead th")] == [
        *("Campaign", "Profit", "Roi", "Successes_Per_Login_Hour", "Targets", "HTML, PDF")
    ]
    cells = made.select(".overview tbody td")
    assert [cell.text for cell in cells[:3]] == ["12 11 to 13", "22 21 to 23", "32 31 to 33"]
    assert [cell.small.text for cell in cells[:3]] == ["11 to 13", "21 to 23", "31 to 33"]


def test_a_figure_that_a_report_lacks_is_a_dash_and_no_nought():
    made = page(entry("campaign_report", "spring", figures=FIGURES[1:2]))
    assert [cell.text for cell in made.select(".overview tbody td")[:4]] == ["–", "22 21 to 23", "–", "–"]
    assert made.select_one(".overview thead th:nth-of-type(2)").text == "Profit"


def test_targets_are_told_by_word_and_shape_the_missed_first():
    made = page(entry("campaign_report", "spring", results=TARGETS))
    assert [(chip.text, chip["class"]) for chip in made.select(".chip")] == [
        ("1 missed", ["chip", "bad"]),
        ("1 too close to tell", ["chip", "unknown"]),
        ("3 met", ["chip", "good"]),
    ]


@pytest.mark.parametrize(
    ("language", "chips"),
    [
        ("fr", ["1 manqué", "1 trop proche pour trancher", "3 atteints"]),
        ("ru", ["1 не достигнута", "1 слишком близко, чтобы судить", "3 достигнуты"]),
    ],
)
def test_targets_are_told_in_the_language_of_the_batch(language, chips):
    made = page(entry("campaign_report", "spring", results=TARGETS), language=language)
    assert [chip.text for chip in made.select(".chip")] == chips


def test_a_row_leads_to_its_page_and_its_pdf():
    made = page(entry("campaign_report", "spring"))
    assert [(link.text, link["href"]) for link in made.select(".overview a")] == [
        ("Spring offer", "./campaign_report-spring.html"),
        ("HTML", "./campaign_report-spring.html"),
        ("PDF", "./campaign_report-spring.pdf"),
    ]
    assert made.select(".overview a")[2]["aria-label"] == "Spring offer, PDF"


def test_it_opens_with_what_the_summary_says_of_the_month():
    made = page(entry("data_quality"), entry("monthly_summary", verdict=GOOD))
    assert [item.text[1:] for item in made.select(".cs-verdict li")] == [
        "Profit is above target.",
        "2 reports are ready.",
    ]


def test_a_failed_report_is_told_with_its_error_and_without_links():
    made = page(entry("campaign_report", "spring", error="the kernel died.\nTry a shorter period."))
    assert "Try a shorter period." in made.select_one("pre.error").text
    assert made.select_one("main h2").text == "Campaign Report: Spring offer"
    assert made.select_one(".overview tbody tr").text == "Spring offercould not be made"
    assert made.select("main a") == []
    assert [item.text[1:] for item in made.select(".cs-verdict li")] == [
        "1 report failed.",
        "0 reports are ready.",
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
    figures = [{**FIGURES[0], "label": HOSTILE, "value": HOSTILE, "interval": HOSTILE}]
    made = page(
        entry(
            "campaign_report", HOSTILE, figures=figures, results={"targets": [{"state": HOSTILE}, HOSTILE]}
        ),
        entry("agent_comparison", HOSTILE),
        entry("monthly_summary", verdict=verdict),
        entry("service_report", "x", error=HOSTILE),
    )
    assert made.select("script, img, iframe, link, object") == []
    assert made.select_one(".overview tbody th").text == HOSTILE
    assert made.select_one("main h2").text == "Service Report: x"
    assert all(link["href"].startswith(("#", "./")) for link in made.select("a"))
    assert "default-src 'none'" in made.select_one("meta[http-equiv]")["content"]


def test_a_file_name_is_quoted_as_an_address():
    made = page(entry("campaign_report", "été 100%"))
    assert made.select_one(".overview a")["href"] == "./campaign_report-%C3%A9t%C3%A9%20100%25.html"


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


def test_each_report_is_told_by_its_headline_beneath_its_name():
    entries = [
        entry("monthly_summary", text="Profit down", verdict=GOOD),
        entry("campaign_report", "spring", text=f"Profit up {HOSTILE}", figures=FIGURES),
        entry("campaign_report", "autumn"),
        entry("agent_comparison", "spring", text="Coach Ann first"),
        entry("data_quality"),
    ]
    made = page(*entries)
    assert made.select_one(".cs-headline").text == "Profit down"
    assert [row.text for row in made.select(".overview tr.told")] == [f"Profit up {HOSTILE}"]
    assert [told.text for told in made.select(".shelves em")] == ["Coach Ann first"]
    written = json.loads(index.contents(plan(*entries), entries)["index.json"])["reports"]
    told = {one["title"]: one["headline"] for one in written}
    assert told["Agent Comparison: Spring offer"] == "Coach Ann first"
    assert told["Data Quality"] == ""
