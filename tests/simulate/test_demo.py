from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from callstats import config
from callstats.simulate.demo import PROJECT

DEMO = Path(__file__).parents[2] / "data" / "demo"


def test_the_demo_is_what_its_scenario_gives(demo_simulation):
    for name, table in demo_simulation.tables.items():
        assert pq.read_table(DEMO / f"{name}.parquet").equals(table), name


def test_the_demo_is_small_enough_to_carry():
    assert sum(file.stat().st_size for file in DEMO.iterdir()) < 5_000_000


def test_the_demo_has_some_sixty_thousand_calls_of_three_months(demo_simulation):
    calls = demo_simulation.frame("calls")
    assert 54_000 < len(calls) < 66_000
    assert sorted(calls.local_started_at.dt.strftime("%Y-%m").unique()) == ["2026-07", "2026-08", "2026-09"]


def test_the_project_file_is_read_by_the_configuration():
    project = config.load(DEMO / "callstats.toml")
    assert (DEMO / "callstats.toml").read_text(encoding="utf-8") == PROJECT
    assert (project.currency, project.time_zone) == ("EUR", "Europe/Paris")


@pytest.mark.parametrize(("month", "kept"), [("2026-07", True), ("2026-08", True), ("2026-09", False)])
def test_spring_misses_its_abandonment_target_in_september_only(demo_simulation, month, kept):
    calls = demo_simulation.frame("calls")
    spring = calls[(calls.campaign_id == "spring") & (calls.local_started_at.dt.strftime("%Y-%m") == month)]
    assert bool(spring.abandoned.sum() <= 0.03 * spring.live.sum()) is kept


def test_only_web_is_loaded_in_two_batches(demo_simulation):
    loaded = demo_simulation.frame("contacts").groupby("list_id").loaded_at.nunique()
    assert loaded.to_dict() == {"base": 1, "A": 1, "B": 1, "mail": 1, "web": 2}


def test_lists_a_and_b_are_loaded_together(demo_simulation):
    contacts = demo_simulation.frame("contacts")
    assert contacts[contacts.list_id.isin(["A", "B"])].loaded_at.nunique() == 1


def test_mail_is_given_up_before_the_other_list_of_its_campaign(demo_simulation):
    calls = demo_simulation.frame("calls")
    deepest = calls[calls.campaign_id == "renewal"].groupby("list_id").attempt_no.max()
    assert deepest.to_dict() == {"mail": 3, "web": 4}


def test_a_tenth_of_renewals_makes_about_a_third_of_their_money(demo_simulation):
    """Of a lognormal variable with sd .8 of the logarithm: Phi(.8 - 1.2816) = 31.5 %."""
    calls = demo_simulation.frame("calls")
    values = calls[(calls.campaign_id == "renewal") & (calls.value > 0)].value.sort_values(ascending=False)
    assert 0.27 < values.head(round(len(values) / 10)).sum() / values.sum() < 0.39


def test_nobody_is_dialled_outside_the_calling_hours(demo_simulation):
    calls = demo_simulation.frame("calls")
    outbound = calls[calls.direction == "outbound"].local_started_at
    assert set(outbound.dt.hour) <= {10, 11, 12, 14, 15, 16, 17, 18, 19}
    assert set(outbound.dt.day_of_week) <= {0, 1, 2, 3, 4}


def test_the_readme_counts_the_rows_that_are_there(demo_simulation):
    text = (DEMO.parent / "README.md").read_text(encoding="utf-8")
    for name, table in demo_simulation.tables.items():
        line = next(line for line in text.splitlines() if line.startswith(f"| `{name}.parquet`"))
        assert line.endswith(f"| {len(table):,} |"), name
