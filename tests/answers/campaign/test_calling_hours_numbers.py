"""The hours compared on the same contacts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import callstats as cs
from callstats.answers.campaign.calling_hours_numbers import within_contact
from callstats.answers.core.scope import scope
from callstats.dataset import Dataset
from callstats.simulate import Scenario, simulate
from callstats.simulate.scenario import REACH_BY_HOUR
from tests.answers.small_campaigns import data, demo, settle


def dialled(easy_first: bool, evening: float, size: int = 6000, seed: int = 2) -> Dataset:
    """Return contacts of two kinds, easy (0.5) and hard (0.15), dialled three times at 10 or 18 o'clock.

    Their first dials are spread over twenty days.

    With ``easy_first`` the easy ones have their first dial at 10, the hard ones at
    18, and later dials mostly at the hour of the first.
    """
    rng = np.random.default_rng(seed)
    easy = rng.random(size) < 0.5
    morning = easy if easy_first else rng.random(size) < 0.5
    open_still, frames = np.ones(size, bool), []
    start = pd.Timestamp("2026-09-01") + pd.to_timedelta(
        np.random.default_rng([seed, 1]).integers(0, 20, size), unit="D"
    )
    for attempt in range(1, 4):
        same = rng.random(size) < 0.7
        ten = morning if attempt == 1 else np.where(same, morning, ~morning)
        chance = np.where(easy, 0.5, 0.15) * np.where(ten, 1.0, evening)
        live = rng.random(size) < chance
        frame = pd.DataFrame({"contact_id": np.arange(size).astype(str), "attempt_no": attempt, "live": live})
        hours = pd.to_timedelta(np.where(ten, 10, 18), unit="h")
        frame["local_started_at"] = start + pd.Timedelta(days=attempt) + hours
        frames.append(frame[open_still])
        open_still &= ~live
    calls = pd.concat(frames, ignore_index=True).assign(direction="outbound")
    return data(calls.assign(call_id=calls.index.astype(str)))


def test_easy_contacts_in_the_morning_do_not_make_the_morning_look_good() -> None:
    found = cs.calling_hours(dialled(easy_first=True, evening=1.0))
    overall = found.overall
    assert overall is not None
    assert any(s.hour == 10 and s.rate.low > overall.value for s in found.hours)  # as dialled it looks better
    assert found.within is not None
    assert (found.within.better, found.within.worse) == ((), ())
    assert "No evidence that any hour" in found.sentences[0].text


def test_a_better_evening_is_seen_although_the_easy_are_dialled_in_the_morning() -> None:
    found = cs.calling_hours(dialled(easy_first=True, evening=1.4))
    assert found.within is not None
    assert [e.hour for e in found.within.better] == [18]
    effect = found.within.better[0]
    assert effect.rate_low / effect.others < 1.4 < effect.rate_high / effect.others


def test_hours_that_are_equal_are_claimed_to_differ_in_one_test_of_twenty() -> None:
    claims = 0
    for seed in range(40):
        within = within_contact(scope(dialled(True, 1.0, size=1000, seed=seed)), "contact_rate_dial", 50)
        assert within is not None
        claims += bool(within.better or within.worse)
    assert claims <= 6  # 40 x 0.05 = 2; more than 6 has a chance of 0.3 %


def test_one_stratum_has_the_interval_of_its_days() -> None:
    """Second dials on four Mondays, 100 at 18 h and 100 at 10 h on each; all first dialled at 9 h."""
    evening, morning = np.array([30, 33, 36, 29]), np.array([20, 25, 19, 24])
    rows = []
    for week, lives in enumerate(zip(morning, evening, strict=True)):
        for hour, live in zip((10, 18), lives, strict=True):
            for i in range(100):
                contact = f"{week}-{hour}-{i}"
                rows.append(
                    {"contact_id": contact, "attempt_no": 1, "live": False, "day": 7 * week - 4, "at": 9}
                )
                rows.append(
                    {"contact_id": contact, "attempt_no": 2, "live": i < live, "day": 7 * week, "at": hour}
                )
    frame = pd.DataFrame(rows)
    when = pd.to_timedelta(frame.pop("day"), unit="D") + pd.to_timedelta(frame.pop("at"), unit="h")
    frame["local_started_at"] = pd.Timestamp("2026-09-07") + when
    frame = frame.assign(call_id=frame.index.astype(str), direction="outbound")
    within = within_contact(scope(data(frame)), "contact_rate_dial", 50)
    assert within is not None
    found = within.effects[1]
    # with as many dials on each day, a day's influence on the logarithm is its share of both sums
    influence = evening / 128 - morning / 88
    error = ((influence**2).sum() / (1 - 1 / 4)) ** 0.5
    # two hours are judged: 97.5 %, that is t of 3 degrees of freedom beyond 1.25 % on each side
    ends = 128 / 88 * np.exp(np.array([-1, 1]) * 4.176535 * error)
    assert (found.ratio, found.low, found.high) == pytest.approx((128 / 88, *ends), rel=1e-5)
    assert (found.rate, found.others) == pytest.approx((0.32, 0.22))


def test_dials_of_one_day_have_no_interval() -> None:
    frame = dialled(False, 1.4).table("calls").collect("pandas").to_native()
    clock = frame["local_started_at"]
    same = pd.Timestamp("2026-09-30") + pd.to_timedelta(clock.dt.hour, unit="h")
    frame["local_started_at"] = clock.where(frame["attempt_no"] == 1, same)
    within = within_contact(scope(data(frame)), "contact_rate_dial", 50)
    assert within is not None
    assert all(e.thin for e in within.effects)


def test_what_moving_dials_brings_is_in_live_calls_a_month() -> None:
    """A tenth of the dials at 10 o'clock, moved to an evening that reaches 1.4 times as many."""
    dataset = dialled(easy_first=False, evening=1.4, size=12_000)
    gain = cs.calling_hours(dataset, "2026-09").within.gain  # type: ignore[union-attr]
    assert gain is not None
    assert gain.low < gain.more < gain.high
    frame = dataset.table("calls").collect("pandas").to_native()
    morning = frame[frame["local_started_at"].dt.hour == 10]
    assert gain.dials == pytest.approx(0.1 * len(morning) * (365.25 / 12) / 22)  # all of 2 to 23 September
    later = morning[morning["attempt_no"] > 1]["live"].mean()
    assert gain.low < gain.dials * 0.4 * later < gain.high


def test_the_simulators_hours_are_recovered() -> None:
    """The factor of each hour over the mean of the others, where no call-back is promised."""
    scenario = Scenario.small(
        seed=5, contacts=9000, days=90, campaign={"callback_kept": 0.0, "callback_reach": 0.0}
    )
    tables = simulate(scenario).tables
    within = within_contact(scope(Dataset({"calls": tables["calls"]})), "contact_rate_dial", 50)
    assert within is not None
    for effect in within.effects:
        others = [e for e in within.effects if e.hour != effect.hour]
        usual = sum(REACH_BY_HOUR[e.hour] * e.dials for e in others) / sum(e.dials for e in others)
        truth = REACH_BY_HOUR[effect.hour] / usual
        assert effect.rate_low / effect.others < truth < effect.rate_high / effect.others


def test_thin_hours_make_no_claim() -> None:
    within = within_contact(scope(dialled(False, 2.0, size=60)), "contact_rate_dial", 500)
    assert within is not None
    assert all(e.thin for e in within.effects)
    assert within.better == ()


def test_without_attempts_nothing_is_said_of_the_same_contacts() -> None:
    frame = dialled(False, 1.4).table("calls").collect("pandas").to_native().drop(columns="attempt_no")
    found = cs.calling_hours(data(frame))
    assert found.within is None
    assert found.within_frame().empty


def test_another_share_of_dials_can_be_asked_for() -> None:
    found = cs.calling_hours(demo(), kpi="answer_rate")
    assert found.within is not None
    assert found.within_frame()["hour"].tolist() == [e.hour for e in found.within.effects]


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_it_is_drawn_with_its_words_in_every_language(language: str) -> None:
    views = cs.calling_hours(settle(demo(), language=language), "2026-09").views()
    figures = [view for view in views if view.kind == "figure"]
    assert len(figures) == 2
    assert figures[1].alt.startswith(f"{figures[1].finding} {figures[1].caption}")  # type: ignore[attr-defined]
