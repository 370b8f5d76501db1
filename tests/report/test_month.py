"""Which reports a month has."""

from __future__ import annotations

from datetime import datetime

import nbformat
import pandas as pd
import pytest

import callstats as cs
from callstats.config import DeclaredTest
from callstats.dataset import Dataset, Period
from callstats.errors import InputError, UsageError
from callstats.report import month, notebooks
from callstats.report.month_data import period_of_test
from tests.report import month_site as site
from tests.report.conftest import HOSTILE


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    folder = site.write_shipped(tmp_path / "shipped")
    monkeypatch.setattr(notebooks, "folder", lambda: folder)
    return folder


@pytest.fixture
def data(tmp_path):
    return site.write_data(tmp_path / "data")


def names(plan):
    return [planned.name for planned in plan.reports]


def test_every_campaign_queue_and_test_of_the_month_has_its_reports(shipped, data):
    assert names(month.plan(data, "2026-09")) == [
        "campaign_report autumn",
        "campaign_report spring",
        "agent_comparison autumn",
        "agent_comparison spring",
        "agent_comparison help",
        "list_ab_test lists",
        "service_report help",
        "data_quality",
        "monthly_summary",
    ]


def test_a_campaign_that_did_not_dial_in_the_month_is_left_out(shipped, data):
    assert names(month.plan(data, "2026-08", only=["campaign_report"])) == [
        "campaign_report autumn",
        "campaign_report winter",
    ]


def test_a_batch_works_with_the_notebooks_that_are_there(tmp_path, data, monkeypatch):
    missing = dict.fromkeys(["service_report", "list_ab_test", "monthly_summary", "data_quality"])
    folder = site.write_shipped(tmp_path / "few", **missing)
    monkeypatch.setattr(notebooks, "folder", lambda: folder)
    assert {planned.report for planned in month.plan(data, "2026-09").reports} == {
        "campaign_report",
        "agent_comparison",
    }


def test_reports_are_narrowed_to_campaigns_without_those_on_the_whole_site(shipped, data):
    assert names(month.plan(data, "2026-09", campaign_id=["spring"])) == [
        "campaign_report spring",
        "agent_comparison spring",
        "list_ab_test lists",
    ]


def test_orders_go_to_the_folder_of_the_month_under_safe_names(shipped, tmp_path):
    rows = [(HOSTILE, "outbound", "A", "2026-09-02"), ("../../x", "outbound", "A", "2026-09-02")]
    data = site.write_data(tmp_path / "data", *rows, project="")
    plan = month.plan(data, "2026-09", out=tmp_path / "out", language="fr")
    assert {planned.order.folder for planned in plan.reports} == {tmp_path / "out" / "2026-09"}
    stems = [planned.order.stem for planned in plan.reports]
    assert len(set(stems)) == len(stems)
    assert all(char.isalnum() or char in "-_" for stem in stems for char in stem)


def test_reports_are_in_the_projects_language_with_its_labels_unless_another_is_asked_for(shipped, data):
    decided = ["language=fr", 'labels.spring={ en = "Spring offer", fr = "Offre de printemps" }']
    own, asked = (month.plan(data, "2026-09", settings=decided, language=one) for one in (None, "ru"))
    assert [plan.language for plan in (own, asked)] == ["fr", "ru"]
    assert [plan.labels["spring"] for plan in (own, asked)] == ["Offre de printemps", "Spring offer"]
    assert {planned.order.values["language"] for planned in own.reports if planned.order} == {"fr"}


def test_the_data_are_opened_and_hashed_once(shipped, data, monkeypatch):
    opened, hashed = [], []
    real_open, real_hash = month.open_data, month.stands_on
    monkeypatch.setattr(month, "open_data", lambda *a: opened.append(a) or real_open(*a))
    monkeypatch.setattr(month, "stands_on", lambda *a: hashed.append(a) or real_hash(*a))
    month.plan(data, "2026-09")
    assert (len(opened), len(hashed)) == (1, 1)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"only": ["campain_report"]}, "Did you mean 'campaign_report'"),
        ({"campaign_id": ["sprng"]}, "Did you mean 'spring'"),
        ({"period": "2025-01"}, "The calls go from"),
        ({"period": "next month"}, "is not a period"),
    ],
)
def test_what_is_not_known_is_refused_with_what_is_near(shipped, data, asked, message):
    with pytest.raises(UsageError, match=message):
        month.plan(data, **{"period": "2026-09", **asked})


def test_data_that_are_not_there_are_an_input_error(shipped, tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        month.plan(tmp_path / "nowhere", "2026-09")


def test_a_report_that_cannot_be_ordered_is_in_the_plan_with_the_reason(tmp_path, data, monkeypatch):
    strict = site.quick(site.SITE, "Campaign report", '"x"')
    folder = site.write_shipped(tmp_path / "shipped", campaign_report=strict)
    monkeypatch.setattr(notebooks, "folder", lambda: folder)
    plan = month.plan(data, "2026-09")
    assert [planned.order for planned in plan.reports[:2]] == [None, None]
    assert "takes no parameter 'campaign_id'" in plan.reports[0].error
    assert all(planned.order is not None for planned in plan.reports[2:])


def test_a_declared_test_that_the_data_do_not_know_is_left_out_and_said(shipped, tmp_path):
    data = site.write_data(tmp_path / "data", project=site.PROJECT.replace('"B"', '"Z"'))
    plan = month.plan(data, "2026-09")
    assert "list_ab_test lists" not in names(plan)
    assert "test lists" in plan.notes[0]
    assert "unknown list_id 'Z'" in plan.notes[0]


def test_calls_without_campaigns_make_one_report_of_all(shipped, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    site.calls(*site.ROWS[:2]).drop(columns=["campaign_id", "list_id"]).to_parquet(data / "calls.parquet")
    assert names(month.plan(data, "2026-09"))[:2] == ["campaign_report", "agent_comparison"]


def test_the_summary_links_to_what_is_there_where_its_notebook_takes_links(shipped, data):
    *_, last = month.plan(data, "2026-09").reports
    linked = month.linked(last, [("spring", "campaign_report-spring.html")])
    assert linked.order.values["reports"] == ["spring=campaign_report-spring.html"]
    first = month.plan(data, "2026-09").reports[0]
    assert month.linked(first, [("spring", "x.html")]) is first


# The time of a test

DECLARED = DeclaredTest("spring", "A", "B")


def arms(*days: str, loaded: tuple[str, ...] = ()) -> Dataset:
    """Return dials on days, by turns to A and B, of contacts loaded on days."""
    rows = [("spring", "outbound", "AB"[n % 2], day) for n, day in enumerate(days)]
    tables = {"calls": site.calls(*rows)}
    if loaded:
        tables["contacts"] = pd.DataFrame(
            {
                "contact_id": [str(n) for n in range(len(loaded))],
                "list_id": ["AB"[n % 2] for n in range(len(loaded))],
                "loaded_at": pd.to_datetime([datetime.fromisoformat(day) for day in loaded], utc=True),
            }
        )
    return Dataset(tables)


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [
        (arms("2026-09-02", "2026-09-03", loaded=("2026-09-01", "2026-09-01")), "2026-09"),
        (arms("2026-09-02", "2026-09-03", loaded=("2026-07-20", "2026-08-01")), "2026-07-01..2026-09-30"),
        (arms("2026-08-02", "2026-08-03", loaded=("2026-08-01", "2026-09-02")), "2026-08-01..2026-09-30"),
        (arms("2026-08-02", "2026-09-03"), "2026-08-01..2026-09-30"),
        (arms("2026-09-02", "2026-10-03"), "2026-09"),
        (arms("2026-08-02", "2026-08-03", loaded=("2026-08-01", "2026-08-01")), None),
        (arms("2026-10-02", "2026-10-03", loaded=("2026-10-01", "2026-10-01")), None),
    ],
    ids=["began in it", "began before", "loaded on", "undated", "goes on later", "is over", "comes later"],
)
def test_a_test_is_read_from_its_first_month_to_the_end_of_this(dataset, expected):
    assert period_of_test(dataset, DECLARED, Period.parse("2026-09")) == expected


OWN = """
[[reports]]
notebook = "refusals.ipynb"
for_each = "{each}"
"""


def _with_own(tmp_path, parameters, *, each, more=""):
    data = site.write_data(tmp_path / "data", project=site.PROJECT + OWN.format(each=each) + more)
    nbformat.write(site.quick(parameters, "Refusals", '"x"'), tmp_path / "data" / "refusals.ipynb")
    return data


@pytest.mark.parametrize(
    ("each", "parameters", "subjects"),
    [
        ("site", site.SITE, [""]),
        ("campaign", site.CAMPAIGN, ["autumn", "spring", "help"]),
        ("list_test", site.TEST, ["lists"]),
    ],
)
def test_a_notebook_of_ones_own_is_made_for_each(shipped, tmp_path, each, parameters, subjects):
    plan = month.plan(_with_own(tmp_path, parameters, each=each), "2026-09")
    assert [one.error for one in plan.reports] == [""] * len(plan.reports)
    assert [one.subject for one in plan.reports if one.report == "refusals"] == subjects
    assert plan.reports[-1].report == "monthly_summary"


def test_a_notebook_for_each_agent_is_given_the_agent(shipped, tmp_path):
    rows = site.calls(("spring", "outbound", "A", "2026-09-02"), ("spring", "outbound", "A", "2026-09-03"))
    cs.open({"calls": rows.assign(agent_id=["ann", "bob"])}).save(tmp_path / "data")
    (tmp_path / "data" / "callstats.toml").write_text(OWN.format(each="agent"), encoding="utf-8")
    made = site.quick(site.SITE + 'agent_id: str = "x"  # who\n', "Refusals", '"x"')
    nbformat.write(made, tmp_path / "data" / "refusals.ipynb")
    plan = month.plan(tmp_path / "data", "2026-09", only=["refusals"])
    assert [one.order.values["agent_id"] for one in plan.reports] == ["ann", "bob"]


def test_other_parameters_come_from_the_project_file(shipped, tmp_path):
    more = "parameters = { least = 7 }\n"
    data = _with_own(tmp_path, site.SITE + "least: int = 3  # calls\n", each="site", more=more)
    (one,) = month.plan(data, "2026-09", only=["refusals"]).reports
    assert one.order.values["least"] == 7


def test_a_notebook_that_is_not_there_fails_alone(shipped, tmp_path):
    data = _with_own(tmp_path, site.SITE, each="site")
    (data / "refusals.ipynb").unlink()
    plan = month.plan(data, "2026-09")
    assert [(one.report, "no such notebook" in one.error) for one in plan.reports if one.error] == [
        ("refusals", True)
    ]


def test_a_notebook_called_like_one_that_ships_is_refused(shipped, tmp_path):
    project = OWN.format(each="site").replace("refusals", "data_quality")
    with pytest.raises(UsageError, match="data_quality is a report that ships"):
        month.plan(site.write_data(tmp_path / "data", project=project), "2026-09")


def test_a_notebook_beside_the_named_project_file_is_found(shipped, tmp_path, data):
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "site.toml").write_text(OWN.format(each="site"), encoding="utf-8")
    nbformat.write(site.quick(site.SITE, "Refusals", '"x"'), tmp_path / "desk" / "refusals.ipynb")
    plan = month.plan(data, "2026-09", config=tmp_path / "desk" / "site.toml", only=["refusals"])
    assert [one.error for one in plan.reports] == [""]


@pytest.mark.parametrize("campaigns", [3, 60])
def test_a_month_of_many_campaigns_is_planned_with_as_few_readings_as_one_of_few(
    shipped, tmp_path, monkeypatch, campaigns
):
    rows = [(f"c{n}", "outbound", "A", f"2026-09-{1 + n % 28:02d}") for n in range(campaigns)]
    data = site.write_data(tmp_path / "many", *rows, project='time_zone = "Europe/London"\n')
    read, narrowed, parsed, where = [], [], notebooks._parsed, Dataset.where
    notebooks._outline.cache_clear()
    monkeypatch.setattr(notebooks, "_parsed", lambda path, told: read.append(path) or parsed(path, told))
    monkeypatch.setattr(
        Dataset, "where", lambda self, **asked: narrowed.append(asked) or where(self, **asked)
    )
    assert len(month.plan(data, "2026-09").reports) >= 2 * campaigns
    assert len(read) == len(set(read)) <= 7
    assert len(narrowed) <= 20


def test_a_notebook_that_was_changed_is_read_again(shipped):
    before = notebooks.outline(shipped / "data_quality.ipynb")
    site.write_shipped(shipped, data_quality=site.quick(site.SITE, "New title", '"Done."'))
    after = notebooks.outline(shipped / "data_quality.ipynb")
    assert (before.title, after.title) == ("Data quality", "New title")
    assert after.sources != before.sources
