"""Where targets stand: whose they are, what is attained, at what pace, and with what chance."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import pytest

import callstats as cs
from callstats.errors import UsageError
from tests.answers.campaign.days_of_sales import sold, working_days
from tests.answers.small_campaigns import calls, data, many, plain, settle, written

SEPTEMBER = working_days(dt.date(2026, 9, 1), dt.date(2026, 9, 30))
OCTOBER = working_days(dt.date(2026, 10, 1), dt.date(2026, 10, 31))
FIRST_HALF = [day for day in OCTOBER if day.day <= 15]


def steady(days: list[dt.date], successes: int = 10) -> dict[dt.date, int]:
    """Return so many successes a day, and one more and one fewer in turn."""
    return {day: successes + (-1) ** n for n, day in enumerate(days)}


def running(**settings: object):
    """Return a site with September and October up to the 15th (eleven of 22 working days), 10 a day."""
    ds = sold({"spring": steady(SEPTEMBER + FIRST_HALF), "autumn": steady(SEPTEMBER + FIRST_HALF, 4)})
    return ds.configured({key.replace("__", "."): value for key, value in settings.items()})


def row(frame: pd.DataFrame, kpi: str = "successes", name: str = "") -> pd.Series:
    (found,) = [one for _, one in frame.iterrows() if one["kpi"] == kpi and one["name"] == name]
    return found


def test_a_count_is_carried_on_over_the_working_days_to_come() -> None:
    """156 in eleven days: 312 at the end of 22."""
    found = row(cs.targets(running(targets__successes=300), "2026-10").to_frame())
    assert (found["value"], found["days_worked"], found["days_to_come"]) == (156, 11, 11)
    assert found["attained"] == pytest.approx(156 / 300)
    assert found["pace"] == pytest.approx(312, abs=3)
    assert found["pace_low"] < 300 < found["pace_high"]
    assert 0.5 < found["chance"] < 0.9
    assert found["met"] is None


@pytest.mark.parametrize(("target", "met"), [(220, True), (221, False)])
def test_at_the_end_it_is_attained_or_not_and_has_no_chance(target: int, met: bool) -> None:
    ds = sold({"spring": dict.fromkeys(OCTOBER, 10)}).configured({"targets.successes": target})
    found = row(cs.targets(ds, "2026-10").to_frame())
    assert (found["value"], found["met"]) == (220, met)
    assert all(math.isnan(found[part]) for part in ("pace", "pace_low", "chance"))
    assert (found["days_worked"], found["days_to_come"]) == (22, 0)


def test_the_weekend_after_the_last_working_day_is_the_end() -> None:
    """October 2026 ends on a Saturday: after Friday the 30th nothing is to come in a week of five days."""
    ds = sold({"spring": dict.fromkeys(OCTOBER, 10)}).configured({"targets.successes": 300})
    assert row(cs.targets(ds, "2026-10").to_frame())["met"] is False
    six = working_days(dt.date(2026, 9, 1), dt.date(2026, 10, 30), 6)
    ds = sold({"spring": dict.fromkeys(six, 10)}).configured({"targets.successes": 300})
    assert row(cs.targets(ds, "2026-10").to_frame())["days_to_come"] == 1


def test_a_count_that_is_reached_is_met_before_the_end() -> None:
    found = row(cs.targets(running(targets__successes=150), "2026-10").to_frame())
    assert found["met"] is True
    assert math.isnan(found["chance"])


def test_a_ceiling_that_is_passed_is_missed_before_the_end() -> None:
    ds = running(targets__abandoned_calls=5, targets__dials={"value": 300, "direction": "down"})
    frame = cs.targets(ds, "2026-10").to_frame()
    assert row(frame, "dials")["met"] is False


def test_a_ceiling_still_open_has_the_chance_not_to_be_passed() -> None:
    """418 dials in eleven days of 38: 836 in the month."""
    wide, narrow = (
        row(
            cs.targets(running(targets__dials={"value": most, "direction": "down"}), "2026-10").to_frame(),
            "dials",
        )
        for most in (1000, 700)
    )
    assert wide["chance"] > 0.95
    assert narrow["chance"] < 0.05


def test_the_site_and_each_campaign_are_held_to_their_own() -> None:
    ds = running(
        targets__successes=300, targets__success_rate_argued=0.3, campaign__spring__targets__successes=250
    )
    frame = cs.targets(ds, "2026-10").to_frame()
    assert [(r["scope"], r["name"], r["kpi"], r["value"]) for _, r in frame.iterrows()][-1] == (
        "campaign_id", "spring", "successes", 111,
    )  # fmt: skip
    by = cs.targets(ds, "2026-10", by="campaign_id").to_frame()
    assert set(zip(by["name"], by["kpi"], strict=True)) == {
        ("spring", "successes"), ("spring", "success_rate_argued"), ("autumn", "success_rate_argued"),
    }  # fmt: skip
    one = cs.targets(ds.where(campaign_id="spring"), "2026-10").to_frame()
    assert (row(one, name="spring")["value"], row(one, name="spring")["target_low"]) == (111, 250)


def test_a_campaign_that_began_in_the_middle_is_carried_on_from_its_first_day() -> None:
    """Five days of 10 from Monday the 12th on, in a site that works since September: 11 more are to come."""
    late = {day: 10 for day in OCTOBER if 12 <= day.day <= 16}
    site = steady(SEPTEMBER + [day for day in OCTOBER if day.day <= 16], 4)
    ds = sold({"spring": site, "late": late}).configured({"campaign.late.targets.successes": 150})
    found = row(cs.targets(ds, "2026-10").to_frame(), name="late")
    assert (found["days_worked"], found["days_to_come"]) == (5, 10)
    assert found["pace"] == pytest.approx(150, abs=3)


def test_two_days_say_nothing_of_a_pace() -> None:
    ds = sold({"spring": steady(SEPTEMBER + OCTOBER[:2])}).configured({"targets.successes": 200})
    answer = cs.targets(ds, "2026-10")
    found = row(answer.to_frame())
    assert math.isnan(found["chance"])
    assert math.isnan(found["pace"])
    assert found["met"] is None
    assert "too few days worked for a pace" in written(answer)


def test_a_day_on_which_only_the_others_worked_is_a_day_with_nothing() -> None:
    """Every other day of 10 with the site at work: 5 a day are to be expected."""
    site = steady(SEPTEMBER + FIRST_HALF, 4)
    half = {day: 10 for n, day in enumerate(SEPTEMBER + FIRST_HALF) if n % 2}
    ds = sold({"spring": site, "half": half}).configured({"campaign.half.targets.successes": 150})
    found = row(cs.targets(ds, "2026-10").to_frame(), name="half")
    worked = sum(day in half for day in FIRST_HALF)
    assert found["days_worked"] == worked
    assert found["pace"] == pytest.approx(10 * worked + 11 * 10 * worked / 11, rel=0.1)


def test_a_holiday_of_the_whole_site_is_no_day() -> None:
    days = [day for day in FIRST_HALF if day.day != 7]
    ds = sold({"spring": dict.fromkeys(SEPTEMBER + days, 10)}).configured({"targets.successes": 220})
    found = row(cs.targets(ds, "2026-10").to_frame())
    assert found["pace"] == pytest.approx(10 * (10 + 11), abs=2)


def test_a_saturday_in_two_is_half_a_day() -> None:
    """Saturdays worked every other week: of the three to come (17, 24, 31 October) one and a half are."""
    saturdays = [dt.date(2026, 9, 12), dt.date(2026, 9, 26), dt.date(2026, 10, 10)]
    days = dict.fromkeys(sorted(SEPTEMBER + FIRST_HALF + saturdays), 10)
    found = row(
        cs.targets(sold({"spring": days}).configured({"targets.successes": 300}), "2026-10").to_frame()
    )
    assert found["days_to_come"] == pytest.approx(11 + 3 * 0.5, abs=0.3)


def test_a_queue_open_on_sundays_gives_a_campaign_that_sells_no_sundays() -> None:
    every_day = working_days(dt.date(2026, 9, 1), dt.date(2026, 10, 15), 7)
    queue = calls(
        *(
            one
            for day in every_day
            for one in many(
                5, campaign_id="desk", direction="inbound", handled=True,
                local_started_at=dt.datetime.combine(day, dt.time(10)), success=False,
            )
        )
    )  # fmt: skip
    selling = sold({"spring": steady(SEPTEMBER + FIRST_HALF)}).frames["calls"].collect().to_native()
    both = pd.concat([selling, queue.assign(call_id="q" + queue["call_id"])], ignore_index=True)
    ds = data(both).configured({"targets.successes": 220, "campaign.spring.targets.successes": 220})
    frame = cs.targets(ds, "2026-10").to_frame()
    assert row(frame, name="spring")["days_to_come"] == row(frame)["days_to_come"] == 11
    assert row(frame)["pace"] == pytest.approx(220, abs=4)


def test_a_campaign_without_a_call_for_a_week_has_no_pace() -> None:
    site = steady(SEPTEMBER + FIRST_HALF, 4)
    gone = {day: 10 for day in OCTOBER if day.day <= 7}
    ds = sold({"spring": site, "gone": gone}).configured({"campaign.gone.targets.successes": 150})
    found = row(cs.targets(ds, "2026-10").to_frame(), name="gone")
    assert math.isnan(found["pace"])
    assert found["note"] == "idle"


def test_a_campaign_without_a_call_in_the_period_is_told() -> None:
    ds = sold({"spring": steady(OCTOBER), "old": steady(SEPTEMBER)})
    answer = cs.targets(ds.configured({"campaign.old.targets.successes": 9}), "2026-10")
    assert plain(answer.notes[0]) == "old has targets and no call in October 2026."


def test_a_month_s_costs_are_there_from_the_start_and_not_carried_on() -> None:
    """500 a day in eleven days, 1,000 of costs for the month: 11,000 - 1,000 at the end of 22."""
    costs = pd.DataFrame([{"period": "2026-10", "kind": "technical", "amount": 1000.0}])
    ds = sold({"spring": dict.fromkeys(SEPTEMBER + FIRST_HALF, 10)}, costs=costs)
    ds = ds.configured({"targets.profit": 9500, "targets.cost": 1500})
    frame = cs.targets(ds, "2026-10").to_frame()
    assert row(frame, "profit")["value"] == pytest.approx(4500)
    assert row(frame, "profit")["pace"] == pytest.approx(10_000, rel=0.01)
    assert row(frame, "cost")["pace"] == pytest.approx(1000)


def test_costs_entered_by_day_are_carried_on_by_working_days() -> None:
    costs = pd.DataFrame(
        [{"period": str(day), "kind": "labour", "amount": 100.0} for day in SEPTEMBER + FIRST_HALF]
    )
    ds = sold({"spring": dict.fromkeys(SEPTEMBER + FIRST_HALF, 10)}, costs=costs)
    ds = ds.configured({"targets.profit": 8000, "targets.cost": 2500})
    frame = cs.targets(ds, "2026-10").to_frame()
    assert row(frame, "cost")["pace"] == pytest.approx(2200)
    assert row(frame, "profit")["pace"] == pytest.approx(22 * 400, rel=0.01)


def test_fixed_prices_and_lists_are_not_carried_on_and_prices_of_dials_are() -> None:
    """22 dials a day at .10: 24.20 in eleven days and 48.40 in 22, beside 1,000 for the month."""
    ds = sold({"spring": dict.fromkeys(SEPTEMBER + FIRST_HALF, 10)})
    ds = ds.configured({"money.fixed_per_month": 1000, "money.cost_per_dial": 0.1, "targets.cost": 5000})
    frame = cs.targets(ds.configured({"targets.profit": 9500}), "2026-10").to_frame()
    assert row(frame, "cost")["value"] == pytest.approx(1024.2)
    assert row(frame, "cost")["pace"] == pytest.approx(1048.4)
    assert row(frame, "profit")["pace"] == pytest.approx(11_000 - 1048.4, rel=0.01)


def test_a_period_within_a_month_does_not_carry_on_its_costs_either() -> None:
    """Nine days of the eleven bear 9/11 of the month's 1,000 so far, all charged to days with calls."""
    ds = sold({"spring": dict.fromkeys(SEPTEMBER + FIRST_HALF, 10)})
    ds = ds.configured({"money.fixed_per_month": 1000, "targets.cost": 5000})
    frame = cs.targets(ds, "2026-10-05..2026-10-30").to_frame()
    assert row(frame, "cost")["pace"] == pytest.approx(row(frame, "cost")["value"])


def test_a_ceiling_of_costs_that_is_passed_is_missed_unless_credit_notes_may_come() -> None:
    ds = sold({"spring": dict.fromkeys(SEPTEMBER + FIRST_HALF, 10)})
    prices = {"money.cost_per_dial": 1, "targets.cost": 100}
    assert row(cs.targets(ds.configured(prices), "2026-10").to_frame(), "cost")["met"] is False
    costs = [{"period": "2026-10", "kind": "technical", "amount": amount} for amount in (500.0, -20.0)]
    ds = sold({"spring": dict.fromkeys(SEPTEMBER + FIRST_HALF, 10)}, costs=pd.DataFrame(costs))
    assert row(cs.targets(ds.configured({"targets.cost": 100}), "2026-10").to_frame(), "cost")["met"] is None


def test_contacts_that_come_again_are_not_added_up_over_days() -> None:
    """Every day the same contacts are reached: twice the days do not reach twice as many."""
    again = [
        {"contact_id": f"P{n}", "live": True, "handled": True, "connected": True,
         "local_started_at": dt.datetime.combine(day, dt.time(10))}
        for day in SEPTEMBER + FIRST_HALF
        for n in range(20)
    ]  # fmt: skip
    ds = data(calls(*again)).configured({"targets.contacts_reached": 40})
    found = row(cs.targets(ds, "2026-10").to_frame(), "contacts_reached")
    assert (found["value"], found["note"].endswith("counted once")) == (20, True)
    assert math.isnan(found["chance"])


def test_without_a_period_a_count_is_not_judged() -> None:
    answer = cs.targets(running(targets__successes=100))
    assert row(answer.to_frame())["met"] is None
    assert [plain(s.text) for s in answer.sentences] == [
        "The whole site, Successes: target: at least 100, "
        "the target of a count or sum is for a period: name one."
    ]


def test_a_rate_is_met_by_its_whole_interval() -> None:
    ds = running(targets__success_rate_argued={"low": 0.2}, targets__dials_per_success={"low": 1, "high": 9})
    frame = cs.targets(ds, "2026-10").to_frame()
    assert row(frame, "success_rate_argued")["met"] is True
    assert row(frame, "dials_per_success")["met"] is True
    assert math.isnan(row(frame, "dials_per_success")["target_low"])  # below the band is as good


def test_a_target_that_cannot_be_computed_says_why() -> None:
    answer = cs.targets(running(targets__roi=0.2), "2026-10")
    assert "not computable, needs" in written(answer)


def test_an_unknown_kpi_is_an_error_with_a_near_name() -> None:
    with pytest.raises(UsageError, match="successes"):
        cs.targets(running(targets__sucesses=3), "2026-10")


def test_words_say_share_pace_and_chance() -> None:
    ds = running(targets__successes=300)
    found = cs.targets(ds, "2026-10")
    said = plain(found.sentences[1].text)
    assert said.startswith("The whole site, Successes: 52% of 300, pace 312 (")
    assert "), chance " in said
    assert plain(found.sentences[0].text) == "The target is not missed; 1 is still running."


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fr", "Tout le site, Succès : 52 % de 300, rythme : 312 (de "),
        ("ru", "Вся площадка, Успешные звонки: 52 % от 300, темп: 312 (от "),
    ],
)
def test_words_are_translated(language: str, expected: str) -> None:
    found = cs.targets(settle(running(targets__successes=300), language=language), "2026-10")
    assert plain(found.sentences[1].text).startswith(expected)


def test_the_card_of_a_portrait_says_share_pace_and_chance() -> None:
    ds = running(campaign__spring__targets__successes=230).where(campaign_id="spring")
    found = cs.portrait(ds, "2026-10", None)
    card = {one.name: one for one in found.key_figures().figures}["successes"]
    assert plain(card.target).startswith("48% of 230, pace 222 (")
    assert "chance" in card.target
    assert "successes" in found.to_frame()["kpi"].tolist()


def test_the_portrait_of_a_campaign_shows_no_count_of_the_site() -> None:
    found = cs.portrait(running(targets__successes=300).where(campaign_id="spring"), "2026-10", None)
    assert "successes" not in found.shown
    assert not found.figures["successes"].has_target


def test_the_month_judges_the_site_by_its_count_and_campaigns_by_theirs() -> None:
    ds = running(targets__successes=300, campaign__spring__targets__successes=100)
    month = cs.summary(ds, "2026-10", None)
    assert (month.targets.met, len(month.targets.running), month.targets.missed) == (1, 1, ())
    assert plain(month.targets.sentences[1].text).startswith(
        "The whole site, Successes: 52% of 300, pace 312 ("
    )
    over = cs.summary(ds, "2026-09", None)
    assert over.targets.met == 2
    assert "52% of 300" in plain(str(month))


def test_a_month_without_campaigns_judges_the_whole() -> None:
    frame = (
        sold({"spring": steady(OCTOBER)}).frames["calls"].collect().to_native().drop(columns="campaign_id")
    )
    ds = data(frame).configured({"targets.successes": 500})
    (missed,) = cs.summary(ds, "2026-10", None).targets.missed
    assert (missed.campaign.label, missed.figure.now.value) == ("The whole site", 220)


def test_hostile_names_stay_text() -> None:
    name = "<b>x</b>|{0}"
    ds = sold({name: steady(OCTOBER)}).configured({f'campaign."{name}".targets.successes': 9})
    answer = cs.targets(ds, "2026-10")
    assert "<b>" not in answer._repr_html_()
    assert name in answer.to_frame()["name"].tolist()


def test_a_portrait_names_a_count_that_will_hardly_be_made() -> None:
    last = [
        plain(cs.portrait(running(targets__successes=target), "2026-10", None).sentences[-1].text)
        for target in (600, 200)
    ]
    assert last[0].startswith("Next: see what keeps Successes behind its target: 26% of 600, pace 312")
    assert last[1] == "Next: nothing has to change on this evidence."


def test_a_target_of_what_cannot_be_computed_has_no_result() -> None:
    (line,) = cs.targets(running(targets__roi=0.2), "2026-10").table().payload()["rows"]
    assert "too little data" not in str(line)


def test_a_campaign_that_dials_is_not_asked_for_the_targets_of_queues() -> None:
    ds = running(targets__service_level=0.8, targets__success_rate_argued=0.3)
    assert cs.targets(ds, "2026-10").to_frame()["kpi"].tolist() == ["service_level", "success_rate_argued"]
    one = cs.targets(ds.where(campaign_id="spring"), "2026-10").to_frame()
    assert one["kpi"].tolist() == ["success_rate_argued"]
