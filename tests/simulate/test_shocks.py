"""What days and hours share, weekdays, learning, waves of inbound calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from callstats.errors import UsageError
from callstats.simulate import CallList, Campaign, Queue, Scenario, Simulation, Spell, simulate
from callstats.simulate.shocks import autoregressive, put_off, put_off_on_average
from tests.simulate.conftest import with_list


def campaign_with(plain: Scenario, **options: object) -> Scenario:
    return replace(plain, campaigns=(replace(plain.campaigns[0], **options),))


def logits_by_day(calls, column: str, of: str | None = None):
    rows = calls[calls[of]] if of else calls
    rate = rows.groupby(rows.local_started_at.dt.date)[column].agg(["mean", "size"])
    rate = rate[rate["size"] > 200]
    logit = np.log(rate["mean"] / (1 - rate["mean"]))
    return logit, 1 / (rate["size"] * rate["mean"] * (1 - rate["mean"]))


def spread_between_days(calls, column: str, of: str | None = None) -> float:
    """The sd of the days' logits, less what chance alone adds."""
    logit, noise = logits_by_day(calls, column, of)
    return float(np.sqrt(max(logit.var() - noise.mean(), 0.0)))


@pytest.fixture(scope="module")
def shaken(plain: Scenario) -> Simulation:
    """Sixty working days of single dials that share large shocks."""
    only = replace(plain.campaigns[0].lists[0], contacts=60_000, dial_over=60, concentration=400.0)
    wide = campaign_with(
        plain, lists=(only,), attempts=1, reach_day_sd=0.4, success_day_sd=0.5, day_correlation=0.6
    )
    return simulate(replace(wide, days=84))


class TestShocks:
    def test_an_autoregression_has_the_correlation_and_the_variance_asked_for(self) -> None:
        """100,000 steps: errors of .005 at most on the variance and of .003 on the correlation."""
        drawn = autoregressive(np.random.default_rng(1), (100_000,), 0.6)
        assert drawn.var() == pytest.approx(1, abs=0.03)
        assert np.corrcoef(drawn[1:], drawn[:-1])[0, 1] == pytest.approx(0.6, abs=0.015)
        assert np.corrcoef(drawn[2:], drawn[:-2])[0, 1] == pytest.approx(0.36, abs=0.02)

    def test_days_differ_in_reach_by_the_sd_asked_for(self, shaken: Simulation) -> None:
        """60 days with correlation .6 are worth some 28: the error of an sd of .4 is .055."""
        assert spread_between_days(shaken.frame("calls"), "live") == pytest.approx(0.4, abs=0.16)

    def test_days_differ_in_success_by_the_sd_asked_for(self, shaken: Simulation) -> None:
        calls = shaken.frame("calls")
        logit = calls[calls.argued].groupby(calls.local_started_at.dt.date).success.agg(["mean", "size"])
        observed = logit["mean"].var() - (logit["mean"] * (1 - logit["mean"]) / logit["size"]).mean()
        # On the scale of the share: sd .5 x .15 x .85 = .064, and more for a convex logit.
        assert 0.035 < np.sqrt(max(observed, 0)) < 0.11

    def test_neighbouring_days_are_alike(self, shaken: Simulation) -> None:
        """Error of a correlation of .6 over 60 days: about .11."""
        logit, _ = logits_by_day(shaken.frame("calls"), "live")
        assert np.corrcoef(logit[1:], logit[:-1])[0, 1] > 0.2

    def test_lists_of_a_campaign_share_the_days(self) -> None:
        scenario = Scenario.small(
            seed=4, contacts=6000, days=56, agents=tuple("abcdefghijklmnopqrst"),
            campaign={"attempts": 1, "reach_day_sd": 0.5}, call_list={"dial_over": 40},
        )  # fmt: skip
        calls = simulate(scenario).frame("calls")
        rate = calls.groupby([calls.local_started_at.dt.date, "list_id"]).live.mean().unstack()
        assert np.corrcoef(rate["A"], rate["B"])[0, 1] > 0.6

    def test_hours_of_a_day_differ_when_asked(self, plain: Scenario) -> None:
        only = replace(plain.campaigns[0].lists[0], contacts=30_000, dial_over=5, concentration=400.0)
        still = campaign_with(plain, lists=(only,), attempts=1)
        spreads = []
        for scenario in (still, campaign_with(still, reach_hour_sd=0.5)):
            calls = simulate(replace(scenario, days=7)).frame("calls")
            rate = calls.groupby(calls.local_started_at.dt.floor("h")).live.mean()
            spreads.append(float(np.log(rate / (1 - rate)).std()))
        assert spreads[0] < 0.15  # 600 dials an hour: sd of a logit .09
        assert spreads[1] == pytest.approx(0.5, abs=0.2)

    def test_the_chances_in_the_truth_contain_the_shocks(self, shaken: Simulation) -> None:
        hazards, successes = shaken.truth.hazards(), shaken.truth.successes()
        for rows, event in ((hazards, "live"), (successes, "success")):
            z = (rows[event] - rows.expected) / np.sqrt(rows.variance)
            assert z.abs().max() < 4

    def test_without_shocks_no_day_differs_beyond_chance(self, plain: Scenario) -> None:
        only = replace(plain.campaigns[0].lists[0], dial_over=20, concentration=400.0)
        calls = simulate(campaign_with(plain, lists=(only,), attempts=1)).frame("calls")
        assert spread_between_days(calls, "live") < 0.05


class TestWeekdays:
    def test_a_weekday_at_half_volume_gets_half_the_dials(self, plain: Scenario) -> None:
        only = replace(plain.campaigns[0].lists[0], dial_over=40)
        week = (1.0, 1.0, 1.0, 1.0, 0.5, 1.0, 1.0)
        scenario = campaign_with(plain, lists=(only,), attempts=1, volume_by_weekday=week)
        calls = simulate(replace(scenario, days=60)).frame("calls")
        by_day = calls.groupby(calls.local_started_at.dt.date).size()
        friday = np.array([day.weekday() == 4 for day in by_day.index])
        # 500 contacts come due each day; of Friday's, half move to Monday, which has 750 then.
        assert by_day[friday][:7].mean() == pytest.approx(250, rel=0.06)

    def test_dials_put_off_are_as_many_as_expected(self) -> None:
        stays = np.array([1.0, 0.3, 0.6, 1.0, 1.0])
        day = np.repeat(np.arange(5), 20_000)
        placed = np.bincount(put_off(day, np.random.default_rng(2).random(len(day)), stays), minlength=5)
        expected = put_off_on_average(np.full(5, 20_000.0), stays)
        assert expected.tolist() == pytest.approx([20_000, 6_000, 20_400, 33_600, 20_000])
        assert np.abs(placed - expected).max() < 4 * np.sqrt(20_000 * 0.25)

    def test_success_follows_its_weekday(self, plain: Scenario) -> None:
        week = (1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        calls = simulate(replace(plain, success_by_weekday=week)).frame("calls")
        argued = calls[calls.argued]
        monday = argued[argued.local_started_at.dt.day_of_week == 0].success
        chance = 1 / (1 + (0.85 / 0.15) * np.exp(-1))  # logit of .15, plus 1
        assert abs(monday.mean() - chance) < 4 * np.sqrt(chance * (1 - chance) / len(monday))


def test_agents_who_learn_win_more_with_the_days(plain: Scenario) -> None:
    learners = plain.agents[:15]
    calls = simulate(replace(plain, learning=1.0, learning_days=5.0, learners=learners)).frame("calls")
    late = calls[calls.argued & (calls.local_started_at >= "2026-09-23")]
    for learns, share in ((True, 1 / (1 + (0.85 / 0.15) * np.exp(-1))), (False, 0.15)):
        won = late[late.agent_id.isin(learners) == learns].success
        # After 16 working days and more, 96 % of it and more is learnt.
        assert abs(won.mean() - share) < 4 * np.sqrt(share * (1 - share) / len(won)) + 0.007


def test_a_dialer_setting_changes_from_its_date_on(plain: Scenario) -> None:
    first = date(2026, 9, 9)
    calls = simulate(campaign_with(plain, spells=(Spell(first, abandoned=0.3),))).frame("calls")
    live = calls[calls.live]
    after = live.local_started_at.dt.date >= first
    assert live[~after].abandoned.sum() == 0
    assert abs(live[after].abandoned.mean() - 0.3) < 4 * np.sqrt(0.21 / after.sum())


def test_the_logarithm_of_values_has_the_sd_asked_for(plain: Scenario) -> None:
    heavy = campaign_with(plain, value=60.0, value_sd=1.3, cancelled=0.0)
    values = simulate(heavy).frame("calls").value.dropna()
    values = values[values > 0]  # a value under half a cent is 0
    assert np.log(values).std() == pytest.approx(1.3, abs=4 * 1.3 / np.sqrt(2 * len(values)))
    top = np.sort(values)[::-1]
    # A tenth of lognormal values with sd 1.3 makes 1 - Phi(1.2816 - 1.3) = 51 % of the sum.
    assert top[: len(top) // 10].sum() / top.sum() == pytest.approx(0.51, abs=0.08)


class TestWaves:
    @staticmethod
    def issues(**options) -> np.ndarray:
        """New issues by working day of half a year."""
        queue = Queue("service", ("elm", "fir"), calls=100.0, further=0.0, **options)
        scenario = Scenario(seed=8, start=date(2026, 1, 5), days=182, queues=(queue,), agents=("elm", "fir"))
        calls = simulate(scenario).frame("calls")
        return calls.groupby(calls.local_started_at.dt.date).size().to_numpy()

    def test_without_waves_days_vary_as_poisson(self) -> None:
        """130 days: the variance over the mean is 1 with sd sqrt(2 / 129) = .12."""
        daily = self.issues()
        assert daily.var(ddof=1) / daily.mean() == pytest.approx(1, abs=0.5)

    def test_waves_spread_days_beyond_chance(self) -> None:
        """Lognormal with sd .3: variance 100 + 100 ** 2 (exp(.09) - 1) = 1042; 130 days, sd of it 15 %."""
        daily = self.issues(day_sd=0.3)
        assert daily.mean() == pytest.approx(100, abs=12)
        assert daily.var(ddof=1) == pytest.approx(1042, rel=0.6)

    def test_waves_last_when_they_are_correlated(self) -> None:
        daily = self.issues(day_sd=0.3, day_correlation=0.8)
        assert np.corrcoef(daily[1:], daily[:-1])[0, 1] > 0.45

    def test_a_weekday_without_issues_has_none(self) -> None:
        assert len(self.issues(by_weekday=(1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0))) == 104

    def test_waves_of_hours_leave_the_mean(self) -> None:
        daily = self.issues(hour_sd=0.5, hour_correlation=0.7)
        assert daily.mean() == pytest.approx(100, abs=8)
        assert daily.var(ddof=1) / daily.mean() > 2


def test_everything_at_once_keeps_the_truth(scenario: Scenario) -> None:
    """Live calls and successes are as many as their chances with every mechanism on."""
    options = {"reach_day_sd": 0.3, "success_day_sd": 0.3, "reach_hour_sd": 0.2, "day_correlation": 0.5}
    everything = replace(
        campaign_with(scenario, **options, volume_by_weekday=(1.2, 1.0, 1.0, 0.9, 0.7, 1.0, 1.0)),
        learning=0.5, success_by_weekday=(0.1, 0.0, 0.0, 0.0, -0.1, 0.0, 0.0),
    )  # fmt: skip
    truth = simulate(with_list(everything, "A", attempts=9)).truth
    for rows, event in ((truth.hazards(), "live"), (truth.successes(), "success")):
        assert ((rows[event] - rows.expected) / np.sqrt(rows.variance)).abs().max() < 4


@pytest.mark.parametrize(
    "options",
    [
        {"reach_day_sd": -0.1},
        {"day_correlation": 1.0},
        {"volume_by_weekday": (1.0,) * 5},
        {"volume_by_weekday": (0.0,) * 5 + (1.0,) * 2},
        {"attempts": 0},
        {"value_sd": -1.0},
        {"spells": (Spell(date(2026, 9, 9), date(2026, 9, 8)),)},
    ],
)
def test_a_campaign_that_cannot_be_is_refused(options) -> None:
    with pytest.raises(UsageError, match="campaign 'spring'"):
        Scenario(campaigns=(Campaign("spring", (CallList("A"),), **options),))


@pytest.mark.parametrize("options", [{"day_sd": -1.0}, {"hour_correlation": -1.0}, {"by_weekday": (1.0,)}])
def test_a_queue_that_cannot_be_is_refused(options) -> None:
    with pytest.raises(UsageError, match="queue 'service'"):
        Scenario(queues=(Queue("service", ("elm",), **options),))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"learning_days": 0.0}, "learning_days"),
        ({"learners": ("ceder",)}, "ceder"),
        ({"success_by_weekday": (0.0,)}, "success_by_weekday"),
        ({"skill_sd": -0.1}, "skill_sd"),
    ],
)
def test_learning_and_weekdays_that_cannot_be_are_refused(options, said) -> None:
    with pytest.raises(UsageError, match=said):
        Scenario(**options)
