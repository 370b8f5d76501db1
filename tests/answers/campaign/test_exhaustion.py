"""What is left in a list, and when it is done."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import pytest

import callstats as cs
from callstats.dataset import Dataset
from callstats.errors import UsageError
from tests.answers.small_campaigns import calls, data, demo, plain, settle

MONDAY = dt.datetime(2026, 9, 7, 11)
BASE = {"list_id": "x", "closed": False, "success": False, "value": None}


def dial(contact: str, attempt: int, day: int, **more) -> dict:
    when = MONDAY + dt.timedelta(days=day)
    return {**BASE, "contact_id": contact, "attempt_no": attempt, "local_started_at": when, **more}


def loaded(*contacts: str) -> pd.DataFrame:
    return pd.DataFrame({"contact_id": list(contacts), "list_id": "x"})


ROWS = (
    dial("a", 1, 0, closed=True),
    dial("b", 1, 0),
    dial("b", 2, 2, closed=True),
    dial("c", 1, 1),
    dial("d", 1, 3),
)


def one(*rows: dict, contacts: str = "abcde", period: str | None = None, **options):
    return cs.exhaustion(data(calls(*rows), contacts=loaded(*contacts)), period, **options).lists[0]


def test_contacts_are_unused_in_circulation_or_closed() -> None:
    found = one(*ROWS)
    assert found.counts() == (5, 1, 2, 0, 2)


def test_the_day_asked_about_is_the_periods_last() -> None:
    """On 8 September: a closed; b and c dialled once; d and e not yet."""
    assert one(*ROWS, period="2026-09-08").counts() == (5, 2, 2, 0, 1)


def test_all_calls_until_then_count_and_not_only_the_periods() -> None:
    assert one(*ROWS, period="2026-09-10").counts() == one(*ROWS).counts()


def test_a_call_back_due_is_in_circulation() -> None:
    rows = [
        {**dial("a", 1, 0), "started_at": pd.Timestamp("2026-09-07 09:00", tz="UTC"),
         "callback_at": pd.Timestamp("2026-09-20 09:00", tz="UTC")},
        {**dial("b", 1, 1), "started_at": pd.Timestamp("2026-09-08 09:00", tz="UTC"), "callback_at": pd.NaT},
    ]  # fmt: skip
    found = one(*rows, contacts="ab")
    assert (found.state.circulating, found.state.callbacks) == (2, 1)


def test_the_burn_down_is_what_is_left_each_day() -> None:
    left = [n for _, n in one(*ROWS).burn_down()]
    assert left == [4, 4, 3, 3]


def test_a_constant_number_of_first_dials_goes_on() -> None:
    """Two contacts a day closed at the first dial, Monday to Friday, four left: Monday and Tuesday."""
    rows = [dial(c, 1, i // 2, closed=True) for i, c in enumerate("abcdefghij")]
    found = one(*rows, contacts="abcdefghijklmn")
    assert (found.done, found.earliest, found.latest) == (dt.date(2026, 9, 15),) * 3
    assert found.pace.mean == 2.0


def test_the_share_asked_for_may_leave_the_last_ones_open() -> None:
    """Of four left, three are 75 %: two on Monday, the third on Tuesday; half of them on Monday."""
    rows = [dial(c, 1, i // 2, closed=True) for i, c in enumerate("abcdefghij")]
    days = [one(*rows, contacts="abcdefghijklmn", share=share).done for share in (0.5, 0.75, 1.0)]
    assert days == [dt.date(2026, 9, 14), dt.date(2026, 9, 15), dt.date(2026, 9, 15)]


@pytest.mark.parametrize("share", [0.0, -0.1, 1.2])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(UsageError, match="share"):
        one(*ROWS, share=share)


def test_contacts_that_are_never_dialled_again_are_named_in_place_of_a_day() -> None:
    """Of 60 contacts, ten a day are dialled on six days, and half are closed; the others lie about."""
    rows = [dial(f"c{i}", 1, i // 10, closed=i % 2 == 0) for i in range(60)]
    rows += [dial(f"d{i}", 1, 7 + i // 5, closed=True) for i in range(50)]
    contacts = [f"c{i}" for i in range(60)] + [f"d{i}" for i in range(50)]
    found = cs.exhaustion(data(calls(*rows), contacts=loaded(*contacts)))
    assert found.lists[0].done is None
    assert "Neither dialled again nor closed: 30 of them" in plain(found.sentences[0])


def test_a_pace_that_falls_is_said_to_fall() -> None:
    """All open contacts are dialled every day and a fifth of them closed: 100, 80, 64, ... of 500."""
    rows, open_still = [], [f"p{i}" for i in range(500)]
    for day in range(12):
        closed = set(open_still[: len(open_still) // 5])
        rows += [dial(c, day + 1, day + 2 * (day // 5), closed=c in closed) for c in open_still]
        open_still = [c for c in open_still if c not in closed]
    contacts = loaded(*(f"p{i}" for i in range(500)))
    found = cs.exhaustion(data(calls(*rows), contacts=contacts), pace_days=5)
    assert "The pace falls as the list empties: 67 a day at first, 14 now." in plain(found.sentences[0])
    # 38 left, a fifth closed a day: 2 are left after ln(2 / 38) / ln(0.8) = 13.2 days; the 14th is 8 October.
    assert found.lists[0].earliest <= dt.date(2026, 10, 8)
    assert found.lists[0].latest is None or found.lists[0].latest >= dt.date(2026, 10, 8)


def test_a_list_that_is_done_names_its_last_day() -> None:
    rows = [dial(c, 1, i, closed=True) for i, c in enumerate("ab")]
    found = one(*rows, contacts="ab")
    assert found.done == dt.date(2026, 9, 8)


def test_days_without_a_closing_count() -> None:
    rows = [dial("a", 1, 0, closed=True), dial("b", 1, 1), dial("b", 2, 2)]
    assert one(*rows).pace.mean == pytest.approx(1 / 3)


def test_nothing_closed_gives_no_day() -> None:
    found = one(dial("a", 1, 0), dial("b", 1, 1))
    assert found.done is None


class TestDeadline:
    def test_a_day_that_is_past_is_counted(self) -> None:
        found = one(*ROWS, deadline="2026-09-08").completion
        assert found is not None
        assert (found.share, math.isnan(found.low)) == (3 / 5, True)

    def test_a_day_to_come_is_forecast_at_the_present_pace(self) -> None:
        """A contact a day in two weeks from Monday to Friday; Monday and Tuesday to come: 12 of 20."""
        rows = [dial(c, 1, i + 2 * (i // 5)) for i, c in enumerate("abcdefghij")]
        found = one(*rows, contacts="abcdefghijklmnopqrst", deadline="2026-09-22").completion
        assert found is not None
        assert (found.share, found.low, found.high) == pytest.approx((0.6, 0.6, 0.6), abs=1e-3)

    def test_a_day_to_come_is_unknown_of_a_list_of_a_few_days(self) -> None:
        found = one(*ROWS, deadline="2026-09-15").completion
        assert found is not None
        assert math.isnan(found.share)

    def test_hours_are_working_hours_after_loading(self) -> None:
        """Loaded on Monday at 11:00, from 9 to 20 at work: eight hours end on Monday, fifteen on Tuesday."""
        rows = [dial("a", 1, 0), dial("b", 1, 1), dial("c", 1, 2)]
        people = loaded(*"abcd").assign(loaded_at=pd.Timestamp(MONDAY, tz="UTC"))
        frame = calls(*rows)
        data_set = data(frame.assign(started_at=frame["local_started_at"]), contacts=people)
        shares = [cs.exhaustion(data_set, deadline=h).lists[0].completion for h in (8, 15)]
        assert [one.share for one in shares if one] == [1 / 4, 2 / 4]

    def test_a_deadline_after_the_reference_day_is_not_over(self) -> None:
        people = loaded(*"ab").assign(loaded_at=pd.Timestamp(MONDAY, tz="UTC"))
        rows = [dial("a", 1, n) | {"started_at": MONDAY + dt.timedelta(days=n)} for n in range(3)]
        found = cs.exhaustion(data(calls(*rows), contacts=people), "2026-09-07", deadline=15)
        assert found.lists[0].completion is None
        assert "whose deadline is over" in found.notes[0]

    def test_a_deadline_that_is_no_day_is_refused(self) -> None:
        with pytest.raises(UsageError, match="not a period"):
            one(*ROWS, deadline="soon")


class TestWorth:
    @staticmethod
    def campaign():
        """100 contacts: at each attempt one in ten wins (10 each); the others close after the second."""
        first = [
            dial(f"p{i}", 1, 0, success=i < 10, closed=i < 10, value=10.0 if i < 10 else None)
            for i in range(100)
        ]
        second = [
            dial(f"p{i}", 2, 1, success=i < 19, closed=True, value=10.0 if i < 19 else None)
            for i in range(10, 100)
        ]
        return [*first, *second]

    def test_contacts_to_come_win_as_those_before_them(self) -> None:
        """20 unused: 20 first dials (2 won), then 18 second ones (1.8 won)."""
        contacts = [f"p{i}" for i in range(120)]
        found = cs.exhaustion(data(calls(*self.campaign()), contacts=loaded(*contacts))).lists[0].prospects
        assert found is not None
        assert found.dials == pytest.approx(38)
        assert found.successes == pytest.approx(3.8)
        assert found.value == pytest.approx(38)
        variance = 0.09 * (20**2 / 100 + 20) + 0.09 * (18**2 / 90 + 18)
        assert found.high == pytest.approx(3.8 + 1.959964 * math.sqrt(variance))

    def test_what_the_demo_brought_was_within_what_was_expected(self) -> None:
        """Expected on 10 September; counted until the end of the month, with the rest expected then."""
        expected, rest = (
            {
                o.state.group: o.prospects.successes if i else o.prospects
                for o in cs.exhaustion(demo(), period).lists
            }
            for i, period in enumerate(("2026-09-01..2026-09-10", "2026-09"))
        )
        later = demo().where(period="2026-09-11..2026-09-30")
        for name in ("A", "B"):
            won = cs.measure(later.where(list_id=name), "successes").iloc[0]["value"] + rest[name]
            assert expected[name].low <= won <= expected[name].high

    def test_call_backs_dialled_ahead_do_not_speak_for_the_others(self) -> None:
        """Those reached at once win at their second dial; those who were not never do."""
        soon = [dial(f"r{i}", 1, 0, live=True) for i in range(40)]
        soon += [dial(f"r{i}", 2, 1, live=True, success=True, closed=True, value=10.0) for i in range(40)]
        slow = [dial(f"u{i}", 1, 0, live=False) for i in range(400)]
        slow += [dial(f"u{i}", 2, 1, live=False, closed=True) for i in range(40)]
        contacts = [f"{k}{i}" for k in "ru" for i in range(400)]
        found = cs.exhaustion(data(calls(*soon, *slow), contacts=loaded(*contacts[:40], *contacts[400:])))
        assert found.lists[0].state.depth == {(1, False): 360}
        assert found.lists[0].prospects.successes == 0


class TestMissing:
    def test_without_contacts_the_unused_are_not_known(self) -> None:
        found = cs.exhaustion(data(calls(*ROWS)))
        assert found.lists[0].counts() == (4, 0, 2, 0, 2)
        assert "Contacts never dialled are not known: needs a table of contacts." in found.notes

    def test_without_costs_nothing_is_said_of_them(self) -> None:
        found = cs.exhaustion(
            data(calls(*TestWorth.campaign()), contacts=loaded(*(f"p{i}" for i in range(120))))
        )
        assert "cost" not in found.sentences[-1].text

    def test_without_closings_one_line_says_so(self) -> None:
        frame = calls({"list_id": "x"})
        assert cs.exhaustion(data(frame)).notes == ("Lists: not computable, needs calls.closed.",)

    def test_an_unknown_column_is_refused_with_the_near_ones(self) -> None:
        with pytest.raises(UsageError, match="list_id"):
            cs.exhaustion(data(calls(*ROWS)), by="list_ids")

    def test_no_calls_take_one_line(self) -> None:
        found = cs.exhaustion(data(calls(*ROWS).iloc[:0], contacts=loaded("a")))
        assert len(found.views()) == 1

    def test_a_few_days_of_dials_give_no_day(self) -> None:
        rows = [dial(c, 1, i, closed=True) for i, c in enumerate("abcd")]
        found = cs.exhaustion(data(calls(*rows), contacts=loaded(*"abcdefgh")))
        assert (found.lists[0].done, found.lists[0].latest) == (None, None)
        assert "on which it was dialled: 4, too few to say when it is done" in plain(found.sentences[0])


def test_all_lists_together_are_one_stock() -> None:
    found = cs.exhaustion(demo(), "2026-09", by=None)
    assert (
        sum(one.state.callable for one in cs.exhaustion(demo(), "2026-09").lists)
        == found.lists[0].state.callable
    )


def test_any_engine_gives_the_same() -> None:
    tables = {
        name: demo().table(name).collect("pyarrow").to_native().to_pandas() for name in ("calls", "contacts")
    }
    found = cs.exhaustion(Dataset(tables, config=demo().config), "2026-09")
    expected = cs.exhaustion(demo(), "2026-09").to_frame()
    names = [c for c in expected if c != "cost_to_come"]
    pd.testing.assert_frame_equal(found.to_frame()[names], expected[names])


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_it_is_said_and_drawn_in_every_language(language: str) -> None:
    found = cs.exhaustion(settle(demo(), language=language), "2026-09")
    figure = found.figure()
    assert figure.caption
    assert plain(figure.alt).startswith(plain(f"{figure.finding} {figure.caption}"))
    assert len(found.table().rows) == 3


def test_intervals_are_of_the_level_of_the_project() -> None:
    usual, asked = (
        cs.exhaustion(settle(demo(), confidence=level), "2026-09", deadline="2026-10-15", share=0.8)
        for level in (0.95, 0.90)
    )
    for wide, narrow in zip(usual.lists, asked.lists, strict=True):
        assert narrow.prospects.high - narrow.prospects.low <= wide.prospects.high - wide.prospects.low
        if wide.latest is not None:
            assert narrow.latest - narrow.earliest <= wide.latest - wide.earliest
    assert asked.prospects.high - asked.prospects.low < usual.prospects.high - usual.prospects.low
    assert asked.confidence == 0.90
    assert "95%" not in str(asked)
