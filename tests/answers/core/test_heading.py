"""What a report opens with."""

from __future__ import annotations

from pathlib import Path

import pytest

import callstats as cs
from callstats.errors import InputError
from tests.answers.small_campaigns import DEMO, calls, data, demo


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
