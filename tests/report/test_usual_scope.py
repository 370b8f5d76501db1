"""A report of which nothing is said: the last whole month, and the only campaign."""

from __future__ import annotations

import pandas as pd
import pytest

import callstats as cs
from callstats.dataset.period import Period
from callstats.errors import UsageError
from callstats.report import notebooks
from callstats.report.usual_scope import usual_scope
from tests.report import month_site as site


def _data(*rows: tuple[str, str, str]) -> cs.Dataset:
    return cs.open({"calls": site.calls(*((campaign, way, "A", day) for campaign, way, day in rows))})


ONE = [
    ("fibre", "outbound", "2026-05-01"),
    ("fibre", "outbound", "2026-05-29"),
    ("help", "inbound", "2026-05-12"),
]


def _of(report: str, rows: list[tuple[str, str, str]], period: str | None = None, **given: str):
    return usual_scope(notebooks.find(report), _data(*rows), period, given)


@pytest.mark.parametrize(
    ("report", "campaign"),
    [("campaign_report", "fibre"), ("agent_comparison", "fibre"), ("service_report", "help")],
)
def test_the_only_campaign_and_the_last_whole_month_are_taken_and_told(report, campaign):
    about = _of(report, ONE)
    assert (about.period, dict(about.parameters)) == ("2026-05", {"campaign_id": campaign})
    assert about.assumed == ("2026-05", f"campaign_id={campaign}")


def test_what_is_said_is_kept():
    about = _of("campaign_report", ONE, "2026-05-01..2026-05-10", campaign_id="")
    assert (about.period, dict(about.parameters), about.assumed) == (
        "2026-05-01..2026-05-10",
        {"campaign_id": ""},
        (),
    )


def test_several_campaigns_have_to_be_told_apart():
    with pytest.raises(UsageError, match=r"there are 2 campaigns: box, fibre") as found:
        _of("campaign_report", [*ONE, ("box", "outbound", "2026-05-05")])
    assert "-p campaign_id=box" in str(found.value)


def test_only_campaigns_of_the_period_count():
    about = _of("campaign_report", [*ONE, ("box", "outbound", "2026-04-30")])
    assert dict(about.parameters) == {"campaign_id": "fibre"}


def test_calls_that_name_no_campaign_are_all_one():
    calls = site.calls(*((c, way, "A", day) for c, way, day in ONE)).drop(columns="campaign_id")
    about = usual_scope(notebooks.find("campaign_report"), cs.open({"calls": calls}), None, {})
    assert dict(about.parameters) == {"campaign_id": ""}


def test_a_report_on_the_whole_site_asks_for_no_campaign():
    assert _of("monthly_summary", [*ONE, ("box", "outbound", "2026-05-05")]).parameters == {}


def test_a_notebook_of_ones_own_decides_itself(tmp_path):
    import nbformat

    nbformat.write(site.quick(site.CAMPAIGN, "Own", '"x"'), tmp_path / "own.ipynb")
    about = usual_scope(tmp_path / "own.ipynb", _data(*ONE), None, {})
    assert (about.period, dict(about.parameters)) == (None, {})


def test_data_without_a_whole_month_ask_for_a_period():
    with pytest.raises(UsageError, match=r"no whole month is in the data \(2026-05-04 to 2026-05-06\)"):
        _of("campaign_report", [("a", "outbound", "2026-05-04"), ("a", "outbound", "2026-05-06")])


def test_last_is_the_last_whole_month_wherever_a_period_is_asked_for():
    ds = _data(*ONE, ("fibre", "outbound", "2026-06-09"))
    assert ds.where(period="last").filters.period == Period.parse("2026-05")
    found = cs.measure(ds.where(period="Last"), "dials")["value"].tolist()
    assert found == [2.0]


def test_reports_of_a_month_take_the_last_one(tmp_path):
    from callstats.report.month import plan

    ds = pd.concat([site.calls(*((c, way, "A", day) for c, way, day in ONE))])
    cs.open({"calls": ds}).save(tmp_path / "data")
    assert plan(tmp_path / "data", "last").period == "2026-05"
