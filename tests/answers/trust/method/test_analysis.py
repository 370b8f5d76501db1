"""What a report stands on, and what it opens with."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pandas as pd
import pytest

import callstats as cs
from callstats.answers.trust.method import _command, fingerprint
from callstats.errors import InputError
from callstats.kpis import get
from callstats.kpis.describing import sources
from callstats.report import provenance
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
    assert fingerprint(DEMO) == provenance.fingerprint(DEMO)


def test_files_of_an_import_are_named_with_their_rows() -> None:
    from dataclasses import replace

    file = {"name": "export.txt", "rows": 1234, "sha256": "ab" * 32}
    dataset = replace(data(calls({})), provenance={"source": "vicidial", "files": [file]})
    facts = dict(cs.method(dataset).facts)
    assert facts["File"] == "export.txt: 1,234 rows, SHA-256 abababababab…"
    assert facts["Source"] == "vicidial"


def test_the_title_tells_campaign_periods_currency_and_last_day() -> None:
    head = cs.title(demo(), "Campaign report", "2026-09", "previous")
    assert (head.title, head.subtitle) == ("Campaign report", "Spring offer")
    assert dict(head.facts) == {
        "Period": "September 2026",
        "Compared with": "August 2026",
        "Currency": "EUR",
        "Data to": "30 Sept 2026",
    }


def test_many_campaigns_are_counted() -> None:
    frame = calls(*({"campaign_id": f"c{i}"} for i in range(6)))
    assert cs.title(data(frame), "Campaign report").subtitle == "6 campaigns"


def test_a_report_speaks_the_language_asked_for() -> None:
    assert cs.open_for_report(DEMO, language="fr").config.language == "fr"
    assert cs.open_for_report(DEMO).config.language == "en"


def test_data_are_found_from_a_notebooks_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "notebooks" / "explore"
    inner.mkdir(parents=True)
    cs.open({"calls": calls({})}).save(tmp_path / "data")
    monkeypatch.chdir(inner)
    assert cs.open_for_report("data").has("calls")


def test_data_that_are_nowhere_are_named_as_given() -> None:
    with pytest.raises(InputError, match="no/such/data"):
        cs.open_for_report("no/such/data")


def test_where_the_demo_data_are_not_it_is_said_what_writes_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(cs.CallstatsError, match="callstats notebooks"):
        cs.open_for_report("data/demo")


@pytest.mark.parametrize("question", ["funnel", "lists", "attempts", "compliance", "method", "check"])
def test_text_from_data_is_never_markup(question: str) -> None:
    evil = "<script>alert(1)</script>"
    frame = calls(
        *(
            {"list_id": evil, "handled": i % 2 == 0, "live": True, "attempt_no": 1, "agent_id": evil}
            for i in range(60)
        )
    )
    dataset = settle(data(frame), labels={evil: f"{evil}label"})
    shown = getattr(cs, question)(dataset)._repr_html_()
    assert "<script>" not in shown


def test_a_result_shows_every_view_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    import IPython.display

    shown: list[object] = []
    monkeypatch.setattr(IPython.display, "display", shown.append)
    result = cs.funnel(demo(), "2026-09")
    result._ipython_display_()
    assert len(shown) == len(result.views())


def test_a_frame_is_a_data_frame() -> None:
    for question in ("portrait", "funnel", "lists", "calling_hours", "attempts", "trend", "time_and_cost"):
        assert isinstance(getattr(cs, question)(demo(), "2026-09").to_frame(), pd.DataFrame)
