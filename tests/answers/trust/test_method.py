"""What a report stands on."""

from __future__ import annotations

from datetime import datetime
from itertools import chain

import pandas as pd
import pytest

import callstats as cs
from callstats.answers.trust.method import _command
from callstats.answers.trust.method_topics import REPORTS, topics, used
from callstats.dataset.fingerprint import fingerprint
from callstats.kpis import get
from callstats.kpis.describing import sources
from callstats.report import provenance
from callstats.show.words import LANGUAGES
from tests.answers.small_campaigns import DEMO, calls, data, demo, plain, settle

ASKED = {"data": str(DEMO), "period": "2026-09", "language": "en", "campaign_id": "spring", "config": None}


def test_the_glossary_has_formula_caution_and_source_of_every_kpi() -> None:
    table = cs.method(demo(), "2026-09", kpis=["roi", "answer_rate"]).glossary()
    assert [row[0].text for row in table.rows] == ["Return on investment (ROI)", "Answer rate"]
    assert table.rows[1][1].text.startswith("= handled calls / dials. Answered means")


def test_a_source_is_told_once_and_numbered_in_order_of_appearance() -> None:
    kpis = ["roi", "answer_rate", "roi"]
    made = cs.method(demo(), "2026-09", kpis=kpis)
    table = made.glossary()
    own = [get(kpi).source.split("; ") for kpi in kpis]
    numbers = {source: n for n, source in enumerate(dict.fromkeys(chain(*own)), 1)}
    assert list(table.notes) == [" · ".join(f"[{n}] {source}" for source, n in numbers.items())]
    for row, named in zip(table.rows, own, strict=True):
        cited = ", ".join(str(n) for n in sorted(numbers[source] for source in named))
        assert plain(row[1]).endswith(f" [{cited}]")
    assert made.to_frame()["source"].tolist() == [get(kpi).source for kpi in kpis]


@pytest.mark.parametrize("language", ["fr", "ru"])
def test_sources_are_numbered_in_every_language(language: str) -> None:
    made = cs.method(settle(demo(), language=language), "2026-09", kpis=["roi"])
    assert made.glossary().notes == (f"[1] {sources(get('roi'), language)[0]}",)


def test_the_line_that_makes_the_report_again_names_every_parameter() -> None:
    line = cs.method(demo(), "2026-09", parameters=ASKED).command
    assert line.startswith("callstats report campaign_report ")
    assert line.endswith("--period 2026-09 --lang en -p campaign_id=spring")


def test_the_line_is_safe_to_paste() -> None:
    assert _command("r", {"data": "my data", "campaign_id": "a; rm -rf /"}).endswith(
        "'my data' -p 'campaign_id=a; rm -rf /'"
    )


def test_the_facts_hold_versions_and_checksum_and_no_clock() -> None:
    facts = dict(cs.method(demo(), "2026-09", parameters=ASKED).facts)
    assert f"callstats {cs.__version__}" in facts["Versions"]
    assert fingerprint(DEMO)[:16] in facts["Fingerprint of the data"]
    assert not any(word in facts for word in ("Date", "Made on", "Time"))


def test_the_checksum_is_that_of_the_reports_record() -> None:
    assert fingerprint(DEMO) == provenance.of(DEMO, "data/demo")["sha256"]


def test_files_of_an_import_are_named_with_their_rows() -> None:
    from dataclasses import replace

    file = {"name": "export.txt", "rows": 1234, "sha256": "ab" * 32}
    dataset = replace(data(calls({})), provenance={"source": "vicidial", "files": [file]})
    facts = dict(cs.method(dataset).facts)
    assert facts["File"] == "export.txt, rows: 1,234, SHA-256 abababababab…"
    assert facts["Source"] == "vicidial"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("confidence", "held", "wrong"), [(0.90, "90", "10"), (0.95, "95", "5"), (0.995, "99.5", "0.5")]
)
def test_the_method_says_the_confidence_of_the_project(
    language: str, confidence: float, held: str, wrong: str
) -> None:
    dataset = settle(data(calls({})), language=language, confidence=confidence)
    words = {}
    for report in ("campaign_report", "list_ab_test"):
        made = cs.method(dataset, report=report)
        words |= dict(zip([name for name, _ in made.topics], made.explanation().rows, strict=True))
    form = made.voice.form
    for topic, number in (("Interval", held), ("Many comparisons", wrong), ("Safety figures", wrong)):
        assert f" {form.number(float(number))} " in plain(words[topic][1])
        assert ("95" in plain(words[topic][1])) == (number == "95")


def test_a_report_says_what_was_left_out_where_the_data_come_from_and_where_the_methods_are() -> None:
    of_september = [("campaign_id", "=", "spring"), ("local_started_at", ">=", datetime(2026, 9, 1))]
    raw = pd.read_parquet(DEMO / "calls.parquet", columns=["call_id"], filters=of_september)
    views = cs.method(demo(), "2026-09", parameters=ASKED).views()
    assert [view.kind for view in views] == ["verdict", "table", "note"]
    facts = {plain(row[0]): plain(row[1]) for row in views[1].rows}  # type: ignore[attr-defined]
    assert facts["Period"] == "September 2026"
    assert facts["Calls in this report"] == f"{len(raw):,}"
    assert list(facts)[-1] == "Run it again"
    assert "Parameters" not in facts
    assert str(views[2]).endswith(f"callstats report method {DEMO} --period 2026-09 --lang en")


def test_the_page_of_the_methods_is_asked_for_the_period_of_the_report() -> None:
    assert cs.method(demo(), "2026-09").page == "callstats report method DATA --period 2026-09"
    assert cs.method(demo()).page == "callstats report method DATA"


def test_the_page_of_the_methods_explains_those_of_every_report_once() -> None:
    page = cs.method(demo(), "2026-09", report="method", whole=True)
    assert {topic for report in REPORTS for topic in topics(report)} == set(page.topics)
    assert len(set(page.topics)) == len(page.topics)
    names = [row["name"] for row in page.kpis]
    assert {name for report in REPORTS for name in used(report)} == set(names)
    assert len(set(names)) == len(names)


def test_the_page_of_the_methods_shows_no_number_of_a_campaign() -> None:
    page = cs.method(demo(), "2026-09", report="method", whole=True)
    assert [view.kind for view in page.views()] == ["table"] * 4
    assert "Calls in this report" not in dict(page.facts)


@pytest.mark.parametrize(
    "word", ["argued", "at risk", "shrunken", "horizon", "guardrail", "arm", "design effect", "control"]
)
def test_a_word_of_the_reports_is_in_plain_words(word: str) -> None:
    page = cs.method(demo(), "2026-09", report="method", whole=True)
    tables = (page.terms(), page.explanation())
    named = [plain(row[0]).lower() for table in tables for row in table.rows]
    assert any(word in name for name in named)


def test_whole_it_says_all_in_one_place() -> None:
    made = cs.method(demo(), "2026-09", parameters=ASKED, whole=True)
    captions = [view.caption for view in made.views() if view.kind == "table"]  # type: ignore[attr-defined]
    assert captions[-4:] == [
        "The method in plain words",
        "The words of the reports",
        "Glossary",
        "Data, versions, parameters",
    ]
