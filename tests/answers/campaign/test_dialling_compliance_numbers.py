"""The rules of each pack, dial by dial."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import callstats as cs
from callstats.answers.campaign.compliance_rules import RULES
from callstats.answers.campaign.dialling_compliance_numbers import Abandonment
from tests.answers.small_campaigns import calls, data, demo, many, plain, settle

TUESDAY = dt.datetime(2026, 9, 15, 11)
DAY = dt.timedelta(days=1)
ALWAYS = (("00:00", "24:00"),)


def check(frame: pd.DataFrame, rule: str = "fr", period: str | None = None, **tables: pd.DataFrame):
    return cs.compliance(settle(data(frame, **tables), calling_hours=ALWAYS), period, rule=rule)


def dials(found, kind: str) -> int | None:
    made = found.check(kind)
    return None if made is None else made.dials


def test_the_uk_takes_off_drops_that_were_machines() -> None:
    """Worked example: 29 drops, 9 live, 7 machines seen by agents: 16.3125 / 25.3125 = 64.44 %."""
    day = dt.date(2016, 9, 1)
    found = Abandonment(day, day, 29, 9, 0.03, machines=7)
    assert 29 * 9 / (9 + 7) == 16.3125
    assert found.rate == 16.3125 / 25.3125
    assert round(100 * found.rate, 2) == 64.44


@pytest.mark.parametrize(("rule", "rate"), [("uk-ofcom", 29 / 38), ("uk-ofcom-machines", 29 / 45)])
def test_machines_count_under_machine_detection_only(rule: str, rate: float) -> None:
    rows = [
        *many(29, connected=True, live=True, handled=False, abandoned=True, agent_id=None),
        *many(9, connected=True, live=True, handled=True, abandoned=False, agent_id="a"),
        *many(7, connected=True, live=False, handled=False, abandoned=False, agent_id="a"),
        *many(5, connected=True, live=False, handled=False, abandoned=False, agent_id=None),
    ]
    found = check(calls(*rows, local_started_at=TUESDAY), rule)
    assert found.total is not None
    assert found.total.rate == pytest.approx(rate)


def live(handled: int, abandoned: int, when: dt.datetime) -> list[dict]:
    return many(handled, handled=True, abandoned=False, local_started_at=when) + many(
        abandoned, handled=False, abandoned=True, local_started_at=when
    )


def test_the_uk_looks_at_every_day_by_itself() -> None:
    found = check(calls(*live(99, 1, TUESDAY), *live(95, 5, TUESDAY + DAY)), "uk-ofcom")
    assert [(w.first.day, round(w.rate, 3)) for w in found.windows] == [(15, 0.01), (16, 0.05)]
    assert dials(found, "abandoned") == 5
    assert "guidance until 2017-03-01" in found.table().notes[0]


def test_abandoned_calls_are_listed_only_where_their_period_is_above_the_limit() -> None:
    assert dials(check(calls(*live(97, 3, TUESDAY)), "us-ftc"), "abandoned") == 0
    above = check(calls(*live(96, 4, TUESDAY)), "us-ftc")
    assert dials(above, "abandoned") == 4
    assert above.offences["check"].tolist() == ["abandoned"] * 4


def test_the_us_allows_eight_to_nine_on_every_day() -> None:
    saturday = dt.datetime(2026, 9, 19)
    rows = [{"local_started_at": saturday + dt.timedelta(hours=h)} for h in (7.99, 8, 20.99, 21)]
    assert dials(check(calls(*rows), "us-ftc"), "legal_hours") == 2


@pytest.mark.parametrize(
    ("when", "allowed"),
    [
        ("2026-09-15 09:59:59", False),
        ("2026-09-15 10:00:00", True),
        ("2026-09-15 12:59:59", True),
        ("2026-09-15 13:00:00", False),
        ("2026-09-15 14:00:00", True),
        ("2026-09-15 19:59:59", True),
        ("2026-09-15 20:00:00", False),
        ("2026-09-19 11:00:00", False),  # a Saturday
        ("2026-07-14 11:00:00", False),  # Tuesday, Bastille Day
        ("2026-05-14 11:00:00", False),  # Thursday, Ascension
        ("2026-05-15 11:00:00", True),
    ],
)
def test_france_allows_weekday_hours_without_holidays(when: str, allowed: bool) -> None:
    found = check(calls({"local_started_at": pd.Timestamp(when)}))
    assert (dials(found, "legal_hours") == 0) is allowed


def refused(days: int) -> pd.DataFrame:
    rows = [
        {
            "contact_id": "p",
            "closed": True,
            "closed_reason": "refusal",
            "local_started_at": TUESDAY - days * DAY,
        },
        {"contact_id": "p", "closed": False, "closed_reason": None, "local_started_at": TUESDAY},
        {"contact_id": "q", "closed": False, "closed_reason": None, "local_started_at": TUESDAY},
    ]
    return calls(*rows)


@pytest.mark.parametrize(("days", "offending"), [(1, 1), (60, 1), (61, 0)])
def test_sixty_days_of_silence_follow_a_refusal(days: int, offending: int) -> None:
    found = check(refused(days))
    assert dials(found, "silence") == offending
    assert found.offences.query("check == 'silence'")["contact_id"].tolist() == ["p"] * offending


def test_a_refusal_before_the_period_still_counts() -> None:
    assert dials(check(refused(30), period="2026-09"), "silence") == 1


def test_dials_before_the_refusal_do_not_offend() -> None:
    rows = [
        {"contact_id": "p", "closed": False, "closed_reason": None, "local_started_at": TUESDAY},
        {"contact_id": "p", "closed": True, "closed_reason": "refusal", "local_started_at": TUESDAY + DAY},
    ]
    assert dials(check(calls(*rows)), "silence") == 0


CONTACTS = pd.DataFrame(
    {"contact_id": ["y", "n", "u"], "consent": pd.array([True, False, None], dtype="boolean")}
)


@pytest.mark.parametrize(("day", "offending"), [("2026-08-10", None), ("2026-08-11", 1)])
def test_consent_is_needed_from_its_day_on(day: str, offending: int | None) -> None:
    when = pd.Timestamp(f"{day} 11:00")
    rows = [{"contact_id": c, "local_started_at": when} for c in "ynu"]
    found = check(calls(*rows), contacts=CONTACTS)
    assert dials(found, "consent") == offending
    if offending:
        assert any("not listed as offending: 1." in note for note in found.notes)


def test_without_contacts_consent_takes_one_line() -> None:
    assert "Consent not checked: needs contacts.consent." in check(calls({"local_started_at": TUESDAY})).notes


def test_offences_name_check_source_and_dial() -> None:
    found = check(calls({"local_started_at": dt.datetime(2026, 9, 19, 11), "contact_id": "p"}))
    row = found.offences.iloc[0]
    assert (row["check"], row["contact_id"], row["call_id"]) == ("legal_hours", "p", "0")
    assert "D. 223-9" in row["source"]
    assert not found.kept


def test_the_projects_own_hours_are_checked_beside_every_pack() -> None:
    frame = calls({"local_started_at": TUESDAY, "contact_id": "p"})
    for rule in RULES:
        found = cs.compliance(settle(data(frame), calling_hours=(("14:00", "15:00"),)), rule=rule)
        assert dials(found, "calling_hours") == 1


def test_every_pack_names_source_and_date() -> None:
    for rule in RULES.values():
        texts = [rule.dials_source, *([rule.abandon_source] if rule.abandon_limit else [])]
        texts += [rule.hours.source] if rule.hours else []
        texts += [rule.silence_source] if rule.silence_days else []
        texts += [rule.consent_source] if rule.consent_from else []
        assert all(any(c.isdigit() for c in text[-10:]) for text in texts), rule.name


def test_every_pack_says_that_it_is_no_legal_advice() -> None:
    for rule in RULES:
        assert "legal advice" in str(check(calls(*live(99, 1, TUESDAY)), rule))


def test_campaigns_counted_together_are_said_to_be() -> None:
    rows = [*live(50, 1, TUESDAY), *live(50, 1, TUESDAY)]
    frame = calls(*rows).assign(campaign_id=["a"] * 51 + ["b"] * 51)
    assert any("each campaign by itself; here 2 are" in note for note in check(frame, "us-ftc").notes)


def test_clean_dialling_is_kept() -> None:
    found = check(calls(*live(100, 0, TUESDAY)), "us-ftc")
    assert found.kept
    assert found.offences.empty
    assert list(found.offences.columns[:3]) == ["check", "source", "call_id"]


class TestForecast:
    @staticmethod
    def days(*abandoned: int):
        monday = dt.datetime(2026, 9, 7, 11)
        rows = [row for n, a in enumerate(abandoned) for row in live(100 - a, a, monday + n * DAY)]
        return check(calls(*rows), "us-ftc").forecast

    def test_days_that_are_alike_end_where_they_stand(self) -> None:
        found = self.days(2, 2, 2, 2, 2)
        assert found is not None
        assert (found.rate, found.low, found.high) == pytest.approx((0.02, 0.02, 0.02))
        assert found.last == dt.date(2026, 10, 6)
        assert found.days_left == 17  # the weekdays from 12 September to 6 October

    def test_its_interval_is_that_of_the_days_to_come(self) -> None:
        """Calls over the limit a day: 1, 3, -1, 2, 0; mean 1, sd 1.5811; t(4) = 2.7764; 17 days to come."""
        found = self.days(4, 6, 2, 5, 3)
        assert found is not None
        half = 2.776445 * np.sqrt(2.5 * 17 * (1 + 17 / 5))
        assert found.rate == pytest.approx(0.03 + (5 + 17) / 2200)
        assert found.high == pytest.approx(0.03 + (5 + 17 + half) / 2200)
        assert found.low == pytest.approx(0.03 + (5 + 17 - half) / 2200)

    def test_its_interval_is_of_the_level_of_the_project(self) -> None:
        """The same days at 90 %: t(4) = 2.1318."""
        monday = dt.datetime(2026, 9, 7, 11)
        days = [row for n, a in enumerate((4, 6, 2, 5, 3)) for row in live(100 - a, a, monday + n * DAY)]
        found = cs.compliance(settle(data(calls(*days)), confidence=0.90))
        assert found.forecast is not None
        half = 2.131847 * np.sqrt(2.5 * 17 * (1 + 17 / 5))
        assert found.forecast.high == pytest.approx(0.03 + (5 + 17 + half) / 2200)
        assert found.forecast.confidence == 0.90
        assert "95%" not in str(found)

    def test_four_days_are_too_few(self) -> None:
        assert self.days(2, 2, 2, 2) is None

    def test_a_period_that_is_over_has_none(self) -> None:
        rows = [row for n in range(30) for row in live(98, 2, TUESDAY + n * DAY)]
        assert check(calls(*rows), "us-ftc").forecast is None

    def test_it_is_said_on_which_side_it_ends(self) -> None:
        monday = dt.datetime(2026, 9, 7, 11)
        rows = [row for n in range(5) for row in live(90, 10, monday + n * DAY)]
        text = plain(check(calls(*rows), "us-ftc").sentences[-1])
        assert text.startswith("At this pace the period that ends on 6 Oct 2026 closes at 10")
        assert text.endswith("above 3%.")


def test_a_forecast_made_on_half_a_period_of_the_demo_holds() -> None:
    """Made on 17 August for the period from 31 July to 29 August."""
    frame = demo().table("calls").collect("pyarrow").to_native().to_pandas()
    found = check(frame[frame["local_started_at"] < "2026-08-18"], "us-ftc").forecast
    ended = next(w for w in check(frame, "us-ftc").windows if w.first == dt.date(2026, 7, 31))
    assert found is not None
    assert found.last == ended.last
    assert found.low <= ended.rate <= found.high


def test_no_calls_at_all_take_lines_and_keep_the_rule() -> None:
    frame = calls({"handled": True, "abandoned": False}).iloc[:0]
    found = cs.compliance(data(frame), rule="fr")
    assert found.kept
    assert found.dials == 0
