"""How far data can be trusted."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

import callstats as cs
from callstats.answers.trust.data_quality import QualityReport
from callstats.dataset import Dataset, Rejects
from callstats.dataset.importing import read
from tests.answers.small_campaigns import DEMO, calls, data, plain
from tests.sources.vicidial_export import write

HOSTILE = '"><img src=x onerror=alert(1)>'


def rejects(*rows: tuple[str, int, str, str]) -> Rejects:
    """Return rejected rows: file, row, rule, what was found."""
    frame = pd.DataFrame(rows, columns=["file", "row", "rule", "found"])
    made = frame.assign(table="calls", column="x", reason="The first row is kept.", content="{}")
    return Rejects(made)


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> QualityReport:
    """Return the report on a VICIdial export of 8,000 lines with every trap."""
    path = tmp_path_factory.mktemp("vicidial") / "export.txt"
    write(path, 8000)
    return cs.data_quality(read(path, source="vicidial", time_zone="Europe/Paris"))


@cache
def demo() -> QualityReport:
    return cs.data_quality(cs.open(DEMO, threads=1))


def test_every_line_of_an_export_went_on_or_was_left_out(export: QualityReport) -> None:
    found = export.arrivals
    joined = 1  # a transfer and the row of the closer log that goes on with it are one call
    assert found.kept + found.rejected + joined == 8000
    assert sum(f.rows for f in export.left_out.rules) == found.rejected
    assert [f["rows"] for f in found.files] == [8000]


def test_every_trap_of_an_export_is_named_with_an_example(export: QualityReport) -> None:
    rules = {f.rule: f for f in export.left_out.rules}
    assert {"a duration is never negative", "a call has a time", "a line has no NUL bytes"} <= set(rules)
    assert plain(rules["a duration is never negative"].example) == "export.txt, row 310"  # no content
    assert all(f.example.startswith("export.txt, row ") for f in rules.values())


def test_statuses_nobody_explained_are_counted(export: QualityReport) -> None:
    assert set(export.codes.unknown) >= {"QUEUE", "INCALL", "ZZTOP"}
    frame = export.codes.to_frame()
    assert frame["calls"].is_monotonic_decreasing
    assert frame["calls"].sum() == sum(export.codes.unknown.values())


def test_what_an_export_lacks_costs_the_kpis_that_need_it(export: QualityReport) -> None:
    missing = export.lacking.columns
    assert "roi" in missing["costs"]
    assert "average_handle_time" in missing["calls.wrap_s"]
    assert next(iter(missing)) == "agent_time"
    assert "needs agent_time" in plain(export.agent_days)


def test_shares_are_of_the_whole_import_whatever_the_period() -> None:
    frame = calls({}, {"local_started_at": dt.datetime(2026, 8, 3, 9)})
    ds = Dataset({"calls": frame}, rejects=rejects(("a.csv", 7, "a call is listed once", "1")))
    found = cs.data_quality(ds, "2026-09")
    assert [(t.table, t.rows, t.rejected) for t in found.arrivals.tables] == [("calls", 1, 1)]
    assert plain(found.sentences[0]) == "Rows that went on: 2 of 3 (66.7%); left out: 1."
    assert found.left_out.to_frame()["share"].tolist() == [pytest.approx(1 / 3)]


def test_text_of_rejected_rows_stays_text() -> None:
    ds = Dataset({"calls": calls({})}, rejects=rejects((HOSTILE, 2, HOSTILE, HOSTILE * 20)))
    html = cs.data_quality(ds)._repr_html_()
    assert "<img" not in html
    assert "&lt;img src=x" in html
    assert HOSTILE * 4 not in str(cs.data_quality(ds))


def test_calls_without_clock_codes_or_agents_take_a_line_each() -> None:
    found = cs.data_quality(data(calls({}).drop(columns="local_started_at")))
    notes = [plain(v) for v in found.views() if v.kind == "note"]
    assert "Unknown codes: not computable, needs calls.outcome_code." in notes
    assert "Talk times: not computable, needs calls.handled, calls.talk_s." in notes
    assert "Gaps in the calendar: not computable, needs calls.local_started_at." in notes
    assert any(note.startswith("Transfers: not computable, needs calls.agent_id") for note in notes)
    assert any(note.startswith("Agent time against call time: not computable") for note in notes)


def test_the_demo_is_whole_but_for_a_holiday() -> None:
    found = demo()
    assert (found.arrivals.rejected, len(found.codes.unknown), found.durations.doubtful) == (0, 0, 0)
    assert not found.agent_days.wrong
    assert found.transfers.pairs == ()
    assert found.gaps.missing == (dt.date(2026, 7, 14),)
    assert found.lacking.columns == {}


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "The data can be trusted: 149,186 rows, nothing looks wrong"),
        ("fr", "Données fiables : 149 186 lignes, rien d’anormal"),
        ("ru", "Данным можно верить: принято строк 149 186, ошибок не видно"),
    ],
)
def test_the_headline_says_that_data_can_be_trusted(language: str, told: str) -> None:
    ds = cs.open(DEMO, threads=1)
    found = cs.data_quality(replace(ds, config=replace(ds.config, language=language)), "2026-09")
    assert plain(found.verdict.headline) == told


def test_the_headline_names_the_first_two_doubts(export: QualityReport) -> None:
    rejected, kept = export.arrivals.rejected, export.arrivals.imported
    share = f"{100 * rejected / (rejected + kept):.1f}%"
    findings = len(export.doubts.rules)
    assert plain(export.verdict.headline) == (
        f"{findings} findings touch figures; {rejected:,} rows left out ({share})"
    )


@pytest.mark.parametrize("language", ["fr", "ru"])
def test_it_speaks_other_languages(language: str) -> None:
    ds = cs.open(DEMO, threads=1)
    found = cs.data_quality(replace(ds, config=replace(ds.config, language=language)))
    text = plain("\n".join(str(view) for view in found.views() if view.kind not in ("record", "table")))
    for english in (" rows", " calls", "Nothing", "usually", "agent-day"):
        assert english not in text


def test_signs_that_turn_text_around_are_named_in_examples() -> None:
    ds = Dataset(
        {"calls": calls({})}, rejects=rejects(("a\u202e.csv", 2, "a call is listed once", "x\u202ey"))
    )
    (rule,) = cs.data_quality(ds).left_out.rules
    assert rule.example == "a[U+202E].csv, row 2"
