"""cs.bridge from calls, hours and costs to verdict and waterfall, and at its edges."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest

import callstats as cs
from callstats.answers.campaign.bridge import Bridge, bridge
from callstats.config import Config
from callstats.dataset import Dataset
from callstats.errors import UsageError
from callstats.simulate import CallList, Campaign, Scenario, Spell, simulate
from tests.answers.small_campaigns import demo, plain, settle, written


def days(month: int, number: int) -> list[pd.Timestamp]:
    return [pd.Timestamp(2026, month, 1 + day, 10) for day in range(number)]


def tables(
    august: dict[str, tuple[int, int, int, int]],
    september: dict[str, tuple[int, int, int, int]],
    *,
    worked: tuple[int, int] = (10, 10),
    hours: tuple[float, float] = (4.0, 4.0),
    campaign: str = "spring",
) -> dict[str, pd.DataFrame]:
    """Return the tables of a campaign: by list dials, handled, argued and successes of every day."""
    rows, times, costs = [], [], []
    for month, lists, number, time in zip((8, 9), (august, september), worked, hours, strict=True):
        for day in days(month, number):
            times.append({"agent_id": "Ann", "campaign_id": campaign, "local_start": day, "state": "talk",
                          "seconds": time * 3600})  # fmt: skip
            costs.append(
                {"campaign_id": campaign, "period": f"{day:%Y-%m-%d}", "kind": "labour", "amount": 20 * time}
            )
            for name, (dials, handled, argued, won) in lists.items():
                rows += [
                    {"list_id": name, "campaign_id": campaign, "local_started_at": day,
                     "handled": i < handled, "argued": i < argued, "success": i < won,
                     "value": 50.0 if i < won else np.nan}
                    for i in range(dials)
                ]  # fmt: skip
    calls = pd.DataFrame(rows).assign(direction="outbound")
    calls["call_id"] = [f"{campaign}{i}" for i in range(len(calls))]
    return {"calls": calls, "agent_time": pd.DataFrame(times), "costs": pd.DataFrame(costs)}


def told(made: dict[str, pd.DataFrame], *args, language: str = "en", **options) -> Bridge:
    dataset = Dataset(made, Config(language=language))
    return bridge(dataset, "2026-08", "2026-09", *args, **{"bootstrap": 50, **options})


SAME = {"x": (40, 20, 10, 4)}


class TestFactors:
    @pytest.mark.parametrize(
        ("september", "hours", "term"),
        [
            ({"x": (40, 20, 10, 4)}, (4.0, 5.0), "hours"),
            ({"x": (80, 40, 20, 8)}, (4.0, 4.0), "dials_per_hour"),
            ({"x": (40, 40, 20, 8)}, (4.0, 4.0), "answer"),
            ({"x": (40, 20, 20, 8)}, (4.0, 4.0), "argued"),
            ({"x": (40, 20, 10, 8)}, (4.0, 4.0), "success"),
        ],
    )
    def test_what_alone_changed_has_all_of_the_effect(self, september, hours, term):
        # Dials per hour fall when hours rise alone, so both move then.
        made = told(tables(SAME, september, hours=hours))
        revenue = {t.name: t.effect for t in made.terms if not t.name.startswith("cost")}
        if term == "hours":
            assert revenue["hours"] == pytest.approx(-revenue["dials_per_hour"])
            assert revenue["hours"] > 0
            return
        assert revenue.pop(term) == pytest.approx(2000)
        assert list(revenue.values()) == pytest.approx([0] * len(revenue))

    def test_value_of_a_success(self):
        made = tables(SAME, SAME)
        later = made["calls"]["local_started_at"].dt.month == 9
        made["calls"].loc[later, "value"] *= 1.5
        found = told(made)
        assert found["value"].effect == pytest.approx(1000)
        assert (found["value"].before, found["value"].after) == (50, 75)

    def test_the_profit_is_that_of_the_catalogue_and_all_adds_up(self):
        made = tables({"x": (40, 20, 10, 4), "y": (30, 9, 6, 1)}, {"x": (25, 15, 9, 3), "z": (60, 30, 22, 7)},
                      hours=(4.0, 4.6), worked=(10, 8))  # fmt: skip
        made["costs"].loc[len(made["costs"])] = ["spring", "2026-09", "list", 500.0]
        found, ds = told(made), Dataset(made)
        for period, total in (("2026-08", found.start), ("2026-09", found.end)):
            assert total == pytest.approx(cs.measure(ds.where(period=period), "profit")["value"].iloc[0])
        assert sum(t.effect for t in found.terms) == pytest.approx(found.end - found.start)
        assert found.change.estimate == pytest.approx(found.end - found.start)

    def test_a_list_that_comes_and_one_that_goes_are_in_the_mix(self):
        found = told(tables({"x": (40, 20, 10, 4)}, {"y": (40, 20, 10, 8)}))
        assert found["lists"].effect == pytest.approx(2000)
        assert found["success"].effect == pytest.approx(0)

    def test_the_groups_add_up_to_the_change_as_their_terms_do(self):
        made = tables({"x": (40, 20, 10, 4), "y": (30, 9, 6, 1)}, {"x": (25, 15, 9, 3), "z": (60, 30, 22, 7)},
                      hours=(4.0, 4.6), worked=(10, 8))  # fmt: skip
        found = told(made)
        assert [group.name for group in found.groups] == ["volume", "quality", "mix", "prices"]
        assert [name for group in found.groups for name in group.terms] == [t.name for t in found.terms]
        for group in found.groups:
            assert group.change.estimate == pytest.approx(sum(found[name].effect for name in group.terms))
        assert sum(g.change.estimate for g in found.groups) == pytest.approx(found.end - found.start)

    def test_hours_and_their_labour_are_told_as_one_decision(self):
        # Two more days of 200 in revenue and 80 in labour each.
        found = told(tables(SAME, SAME, worked=(10, 12)))
        assert found.work is not None
        assert (found.work.effect, found["cost labour"].effect) == pytest.approx((240, -160))
        assert "mostly because more hours were worked, labour taken off (+€240" in plain(found.verdict)
        assert "labour cost more" not in str(found.verdict)

    def test_the_calendar_is_a_term_of_its_own(self):
        found = told(tables(SAME, SAME, worked=(10, 12)))
        assert found["days"].effect == pytest.approx(2 * 200)
        assert found["hours_per_day"].effect == pytest.approx(0)
        assert (found["days"].before, found["days"].after) == (10, 12)
        whole = told(tables(SAME, SAME, worked=(10, 12)), per_day=False)
        assert whole["hours"].effect == pytest.approx(400)

    def test_months_of_equal_length_need_no_calendar(self):
        assert "days" not in {t.name for t in told(tables(SAME, SAME)).terms}

    def test_lmdi_adds_up_as_well(self):
        found = told(tables(SAME, {"x": (50, 30, 12, 6)}), method="lmdi")
        assert sum(t.effect for t in found.terms) == pytest.approx(found.change.estimate)
        assert found.method == "lmdi"

    def test_lmdi_refuses_a_list_that_came(self):
        with pytest.raises(UsageError, match="shapley"):
            told(tables(SAME, {**SAME, "y": (10, 0, 0, 0)}), method="lmdi")

    def test_losses_are_bridged_like_gains(self):
        made = tables(SAME, {"x": (40, 10, 5, 1)}, hours=(20.0, 20.0))
        found = told(made)
        assert found.start < 0
        assert found.end < found.start
        assert "Profit fell by" in str(found.verdict)


class TestHouse:
    def made(self) -> dict[str, pd.DataFrame]:
        spring = tables({"x": (40, 20, 10, 4)}, {"x": (20, 10, 5, 2)}, hours=(4.0, 2.0))
        autumn = tables({"y": (40, 20, 10, 8)}, {"y": (80, 40, 20, 16)}, hours=(4.0, 8.0), campaign="autumn")
        return {name: pd.concat([spring[name], autumn[name]], ignore_index=True) for name in spring}

    def test_hours_that_move_to_a_better_campaign_are_a_mix(self):
        found = told(self.made())
        assert found["campaigns"].effect > 0
        for name in ("dials_per_hour", "answer", "argued", "success", "value"):
            assert found[name].effect == pytest.approx(0)

    def test_one_campaign_can_be_asked_for(self):
        found = told(self.made(), "spring")
        assert "campaigns" not in {t.name for t in found.terms}
        assert found.start == pytest.approx(10 * (200 - 80))

    def test_hours_and_costs_of_a_queue_that_dials_nobody(self):
        made = tables(SAME, SAME)
        made["agent_time"].loc[len(made["agent_time"])] = [
            "Eve",
            "service",
            pd.Timestamp("2026-09-01"),
            "talk",
            36000.0,
        ]
        made["costs"].loc[len(made["costs"])] = ["service", "2026-09-01", "labour", 200.0]
        found = told(made)
        assert found["hours"].effect == pytest.approx(0)
        assert found["cost labour"].effect == pytest.approx(-200)

    def test_hours_that_know_no_campaign_are_those_of_the_site(self):
        made = self.made()
        made["agent_time"] = made["agent_time"].drop(columns="campaign_id")
        found = told(made)
        assert found["hours"].before == pytest.approx(80)
        assert found["lists"].effect > 0

    def test_the_mix_can_be_of_anything_the_calls_have(self):
        made = tables(SAME, SAME)
        made["calls"]["region"] = np.where(made["calls"].index % 2, "north", "south")
        assert told(made, by="region")["lists"].effect == pytest.approx(0, abs=30)
        assert "lists" not in {t.name for t in told(made, by=None).terms}


class TestGates:
    def test_without_agent_time_it_starts_from_dials(self):
        made = tables(SAME, {"x": (80, 40, 20, 8)})
        del made["agent_time"]
        found = told(made)
        assert found["dials"].effect == pytest.approx(2000)
        assert "starts from dials" in found.notes[0]

    def test_without_the_flag_argued_that_step_is_part_of_the_next(self):
        made = tables(SAME, {"x": (40, 20, 20, 8)})
        made["calls"] = made["calls"].drop(columns="argued")
        found = told(made)
        assert found["success"].effect == pytest.approx(2000)
        assert "Which calls came to the offer is not known" in found.notes[0]

    def test_without_the_flag_handled(self):
        made = tables(SAME, {"x": (40, 40, 10, 4)})
        made["calls"] = made["calls"].drop(columns="handled")
        assert "answer" not in {t.name for t in told(made).terms}

    def test_a_flag_that_is_unknown_too_often_is_not_used(self):
        made = tables(SAME, SAME)
        made["calls"] = made["calls"].astype({"argued": "boolean"})
        made["calls"].loc[::2, "argued"] = pd.NA
        assert "argued" not in {t.name for t in told(made).terms}

    def test_without_costs_it_is_of_revenue(self):
        made = tables(SAME, {"x": (40, 40, 20, 8)})
        del made["costs"]
        found = told(made)
        assert (found.measure, found.start, found.end) == ("revenue", 2000, 4000)
        assert "Revenue rose by €2,000" in str(found.verdict)

    def test_without_values_it_is_of_successes(self):
        made = tables(SAME, {"x": (40, 40, 20, 8)})
        made["calls"] = made["calls"].drop(columns="value")
        found = told(made)
        assert (found.measure, found.start, found.end, found.unit) == ("successes", 40, 80, "n")

    def test_values_that_are_unknown_too_often_are_not_used(self):
        made = tables(SAME, SAME)
        won = made["calls"].index[made["calls"]["success"]]
        made["calls"].loc[won[::4], "value"] = np.nan
        found = told(made)
        assert found.measure == "successes"
        assert "Values of successes are not known" in found.notes[-1]

    def test_without_success_there_is_nothing_to_tell(self):
        made = tables(SAME, SAME)
        made["calls"] = made["calls"].drop(columns="success")
        assert str(told(made)) == "What changed profit: not computable, needs calls.success."

    def test_no_success_at_all(self):
        found = told(tables({"x": (40, 20, 10, 0)}, {"x": (40, 20, 10, 4)}))
        assert found["success"].effect == pytest.approx(2000)
        assert found.start == pytest.approx(-800)
        nothing = told(tables({"x": (40, 20, 10, 0)}, {"x": (40, 20, 10, 0)}))
        assert nothing.change.estimate == 0

    def test_a_list_nobody_answered(self):
        found = told(tables({**SAME, "y": (20, 0, 0, 0)}, {**SAME, "y": (20, 10, 5, 2)}))
        assert found["answer"].effect == pytest.approx(1000)

    def test_one_day_has_no_intervals(self):
        found = told(tables(SAME, {"x": (40, 40, 20, 8)}, worked=(1, 1)))
        assert np.isnan(found["answer"].low)
        assert found.notes[-1] == "One day only: no intervals."
        assert not found["answer"].beyond_noise

    def test_a_first_month_has_nothing_before_it(self):
        made = {name: frame[_month(frame) == 9] for name, frame in tables(SAME, SAME).items()}
        found = bridge(Dataset(made), "previous", "2026-09")
        assert str(found) == "No call in August 2026: nothing to compare with."

    def test_a_period_without_calls_is_refused(self):
        with pytest.raises(UsageError, match="no calls"):
            bridge(Dataset(tables(SAME, SAME)), "2026-08", "2026-11")

    def test_a_misspelt_column_is_refused(self):
        with pytest.raises(UsageError, match="list_id"):
            told(tables(SAME, SAME), by="list_idd")

    def test_calls_without_lists(self):
        made = tables(SAME, SAME)
        made["calls"] = made["calls"].drop(columns="list_id")
        assert "lists" not in {t.name for t in told(made).terms}


def _month(frame: pd.DataFrame) -> pd.Series:
    column = next(c for c in ("local_started_at", "local_start", "period") if c in frame)
    return pd.to_datetime(frame[column]).dt.month


class TestShowing:
    def test_views(self):
        found = told(tables(SAME, {"x": (40, 40, 20, 8)}))
        assert [v.payload()["kind"] for v in found.views()] == ["verdict", "figure", "table", "record"]
        assert "mostly because the answer rate rose (+€2,000" in str(found.verdict)

    def test_the_table_ends_in_the_total_and_the_frame_in_shares(self):
        found = told(tables(SAME, {"x": (40, 40, 20, 8)}))
        rows = found.table().rows
        assert rows[-1][0].text == "Profit"
        assert [row[0].text for row in rows if row[0].strong] == ["Answer rate", "Profit"]
        frame = found.to_frame().set_index("term")
        assert frame["share"].sum() == pytest.approx(1)
        assert frame.loc["answer", ["before", "after"]].tolist() == [0.5, 1.0]

    def test_the_same_data_give_the_same_page(self):
        made = tables(SAME, {"x": (50, 40, 20, 8)})
        again = {name: frame.sample(frac=1, random_state=2) for name, frame in made.items()}
        assert told(made)._repr_html_() == told(again)._repr_html_()

    @pytest.mark.parametrize(("language", "level"), [("en", "90%"), ("fr", "90 %"), ("ru", "90 %")])
    def test_intervals_are_at_the_level_of_the_project(self, language: str, level: str):
        dataset = settle(demo(), language=language)
        usual, narrow = (
            bridge(settle(dataset, confidence=confidence), "2026-08", "2026-09", bootstrap=100)
            for confidence in (0.95, 0.90)
        )
        assert narrow["answer"].high - narrow["answer"].low < usual["answer"].high - usual["answer"].low
        assert level in plain(narrow.figure().caption)
        assert level in plain(narrow.table().columns[-1].label)
        assert "95%" not in written(narrow).replace("95 %", "95%")


@cache
def simulated(reach: float = 1.0, abandoned: float | None = None) -> Dataset:
    """Return two campaigns' worth of four weeks each; in the second half reaching people went differently."""
    spell = Spell(date(2026, 9, 28), date(2026, 10, 25), reach=reach, abandoned=abandoned)
    lists = (CallList("A", 9000, dial_over=45), CallList("B", 9000, dial_over=45, success=0.15))
    one = Campaign("spring", lists, attempts=2, gap=1.5, occupancy=0.55, spells=(spell,))
    agents = tuple(f"agent{i:02}" for i in range(40))
    scenario = Scenario(seed=5, start=date(2026, 8, 24), days=63, campaigns=(one,), agents=agents)
    return cs.open({name: table.to_pandas() for name, table in simulate(scenario).tables.items()})


class TestKnownTruth:
    PERIODS = ("2026-08-31..2026-09-27", "2026-09-28..2026-10-25")

    def test_nothing_planted_leaves_the_rates_within_noise(self):
        found = bridge(simulated(), *self.PERIODS, confidence=0.99)
        assert not any(found[name].beyond_noise for name in ("answer", "argued", "success", "value", "lists"))

    def test_more_people_reached_is_in_the_answer_rate(self):
        plain, found = (bridge(simulated(reach), *self.PERIODS) for reach in (1.0, 1.35))
        assert found["answer"].beyond_noise
        assert found["answer"].effect > 0
        rise = found["answer"].after / found["answer"].before - plain["answer"].after / plain["answer"].before
        assert rise == pytest.approx(0.35, abs=0.1)
        assert not any(found[name].beyond_noise for name in ("argued", "success", "value"))

    def test_abandoned_calls_are_lost_to_the_answer_rate(self):
        found = bridge(simulated(1.0, 0.3), *self.PERIODS)
        assert found["answer"].high < 0
        assert not found["success"].beyond_noise
