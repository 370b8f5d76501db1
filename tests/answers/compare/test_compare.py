"""What cs.compare says: margins, what a difference is worth, what it refuses, how it shows itself."""

from __future__ import annotations

import math

import pandas as pd
import pytest

import callstats as cs
from callstats.errors import UsageError
from tests.answers.compare.comparable import answers, dataset, drawn, row, two_shares
from tests.show.drawn import marked


class TestMargins:
    def test_within_an_equivalence_margin_it_is_as_good(self):
        data = two_shares(500, 1000, 501, 1000)
        found = row(data, "answer_rate", equivalence=0.08)
        assert "as good as" in found.sentences[0].text
        assert found.p_margin < 0.025

    def test_a_margin_of_loss_never_says_as_good(self):
        found = row(two_shares(500, 1000, 501, 1000), "answer_rate", margin=0.08)
        assert "not worse than" in found.sentences[0].text
        assert "as good as" not in found.sentences[0].text

    def test_the_margin_s_p_value_is_that_of_the_shifted_test(self):
        # Farrington-Manning form with N/(N-1), checked by the interval: its limit is where p is alpha / 2.
        data = two_shares(90, 300, 100, 300)
        found = row(data, "answer_rate")
        assert row(data, "answer_rate", margin=-found.low).p_margin == pytest.approx(0.025, abs=1e-6)

    def test_too_little_data_says_how_much_is_missing(self):
        found = row(two_shares(5, 40, 4, 40), "answer_rate", equivalence=0.01)
        assert "too little data" in found.sentences[0].text
        assert "more contacts" in found.sentences[0].text

    def test_without_a_margin_no_evidence_is_not_no_difference(self):
        text = row(two_shares(5, 40, 4, 40), "answer_rate").sentences[0].text
        assert "no evidence of a difference" in text

    @pytest.mark.parametrize("alternative", ["greater", "less"])
    def test_one_sided_intervals_are_open_on_the_other_side(self, alternative):
        found = row(drawn(1, effect=1.0), "conversion_per_conversation", alternative=alternative)
        assert math.isinf(found.high if alternative == "greater" else found.low)
        assert found.sentences[0].text
        excludes = found.low > 0 if alternative == "greater" else found.high < 0
        assert excludes == (found.p_value < 0.05)


class TestWorth:
    def test_it_is_the_difference_times_the_control_s_volume_a_month(self):
        frame = drawn(1, effect=1.5)
        found = row(dataset(frame).where(period="2026-09"), "conversion_per_conversation")
        a = frame[frame["list_id"] == "A"]
        b = frame[frame["list_id"] == "B"]
        # dialled on 20 days, Tuesday to Saturday, of which a month of 30.4 days has 21.7
        times = 5 * (365.25 / 12) / 7 / 20
        successes = (b["success"].mean() - a["success"].mean()) * len(a) * times
        assert found.successes[0] == pytest.approx(successes)
        assert found.money[0] == pytest.approx(60 * successes)

    def test_an_answer_rate_brings_no_successes_by_itself(self):
        found = row(answers(1), "answer_rate")
        assert math.isnan(found.successes[0])

    def test_a_difference_that_is_shown_is_told_with_what_it_means(self):
        found = cs.compare(dataset(drawn(1, effect=2.0, contact_sd=0.1)), "conversion_per_conversation")
        assert "In a month: " in str(found.verdict)

    def test_a_month_is_told_with_the_volume_it_is_said_for(self):
        frame = drawn(1, effect=2.0, contact_sd=0.1)
        found = cs.compare(dataset(frame), "conversion_per_conversation")
        volume = (frame["list_id"] == "A").sum() * 5 * (365.25 / 12) / 7 / 20
        assert found.rows[0].volume == pytest.approx(volume)
        told = f"at the volume of A: {float(f'{volume:.3g}'):.0f} handled calls in 22 working days"
        assert told in str(found.verdict)
        assert str(found.verdict).count("working days") == 1

    @pytest.mark.parametrize("days", [1, 4, 6])
    def test_a_handful_of_days_says_nothing_of_a_month(self, days):
        # six days of five a week are less than a third of a month's 21.7
        frame = drawn(1, effect=2.0, contact_sd=0.1)
        clock = pd.Series(range(len(frame))) % days
        clock = pd.Timestamp("2026-09-07 09:00") + pd.to_timedelta(clock // 5 * 7 + clock % 5, unit="D")
        found = cs.compare(dataset(frame.assign(local_started_at=clock)), "conversion_per_conversation")
        assert found.rows[0].certain
        assert math.isnan(found.rows[0].successes[0])
        assert "month" not in str(found.verdict)


class TestAsking:
    @pytest.mark.parametrize(
        ("kpi", "options", "message"),
        [
            ("answer_rat", {}, "answer_rate"),
            ("answer_rate", {"control": "C"}, "unknown list_id 'C'"),
            ("answer_rate", {"by": "lst_id"}, "list_id"),
            ("answer_rate", {"adjust": "sidak"}, "unknown adjustment"),
            ("answer_rate", {"method": "welch"}, "unknown method"),
            ("answer_rate", {"clusters": "contract"}, "contact"),
            ("answer_rate", {"confidence": 95}, "between 0 and 1"),
            ("answer_rate", {"margin": -0.1}, "no margin"),
            ("answer_rate", {"margin": 0.1, "equivalence": 0.1}, "two questions"),
            ("answer_rate", {"method": "wald"}, "hang together"),
            ("reach_rate", {"stratify": ["hour"]}, "needs calls.live"),
            ("conversion_per_contact", {"stratify": ["list_id"]}, "needs calls"),
            ("attempts_per_contact", {"clusters": "agent"}, "do not add up"),
            ("dials", {"margin": 5}, "nothing is worse"),
            ("answer_rate", {"split": "odd"}, "not a plan"),
            ("answer_rate", {"split": {"C": 1}}, "no group"),
        ],
    )
    def test_what_cannot_be_asked_says_why(self, kpi, options, message):
        with pytest.raises(UsageError, match=message):
            cs.compare(dataset(answers(1)), kpi, **options)

    def test_costs_are_no_sample(self):
        costs = pd.DataFrame(
            {"list_id": ["A", "B"], "period": "2026-09", "kind": "list", "amount": [1.0, 2.0]}
        )
        with pytest.raises(UsageError, match="not a sample"):
            cs.compare(dataset(answers(1), costs=costs), "cost")

    def test_one_group_has_nothing_to_be_compared_with(self):
        frame = answers(1)
        with pytest.raises(UsageError, match="nothing to compare"):
            cs.compare(dataset(frame[frame["list_id"] == "A"]), "answer_rate")

    def test_the_control_may_be_typed_as_text(self):
        frame = drawn(1)
        found = cs.compare(dataset(frame), "conversion_per_conversation", by="hour", control="9")
        assert found.control == 9

    def test_months_are_compared_as_they_are_written(self):
        frame = drawn(1)
        frame.loc[frame.index % 3 == 0, "local_started_at"] += pd.Timedelta(days=30)
        found = cs.compare(dataset(frame), "conversion_per_conversation", by="month", control="2026-09")
        assert [r.arm for r in found.rows] == ["2026-10"]


class TestShowing:
    def found(self):
        return cs.compare(dataset(drawn(1, effect=1.0)), "conversion_per_conversation")

    def test_the_frame_has_a_row_an_arm_with_every_number(self):
        frame = self.found().to_frame()
        assert len(frame) == 1
        wanted = {
            "estimate",
            "low",
            "high",
            "lift",
            "p_value",
            "p_adjusted",
            "design_effect",
            "df",
            "n",
            "method",
        }
        assert wanted <= set(frame.columns)

    def test_it_shows_itself_without_a_bare_p_value(self):
        bundle = self.found()._repr_mimebundle_()
        assert "Interval" in bundle["text/plain"]
        assert "<table" in bundle["text/html"]
        assert "p_value" not in bundle["text/plain"]

    def test_the_plot_draws_the_differences(self):
        drawn_at = [x for x, _ in marked(self.found().plot(), "o")]
        assert drawn_at == [pytest.approx(self.found()["B"].estimate)]

    @pytest.mark.parametrize("language", ["en", "fr", "ru"])
    def test_it_speaks_every_language(self, language):
        from dataclasses import replace

        data = dataset(drawn(1, effect=1.0))
        data = replace(data, config=replace(data.config, language=language))
        text = str(cs.compare(data, "conversion_per_conversation"))
        assert text
        assert ("evidence" in text) == (language == "en")
        assert ("delta method" in text) == (language == "en")

    def test_every_interval_is_at_the_level_of_the_project(self):
        from dataclasses import replace

        data = dataset(drawn(1, effect=1.0))
        usual = cs.compare(data, "conversion_per_conversation")
        data = replace(data, config=replace(data.config, confidence=0.90))
        comparison = cs.compare(data, "conversion_per_conversation")
        row, wider = comparison["B"], usual["B"]
        assert wider.low < row.low < row.high < wider.high
        assert wider.lift_low < row.lift_low < row.lift_high < wider.lift_high
        assert wider.claim_low < row.claim_low < row.claim_high < wider.claim_high
        assert wider.successes[1] < row.successes[1] < row.successes[2] < wider.successes[2]
        text = str(comparison) + comparison.figure().caption
        assert "95%" not in text
        assert "Intervals at 90%" in text
        assert "with 90% intervals" in text

    def test_a_row_shows_its_own_verdict(self):
        comparison = self.found()
        row = comparison["B"]
        assert str(row) == str(row.verdict) == f"+ {row.sentences[0].text}"
        assert row.sentences[0] == comparison.sentences[0]
        assert row.to_frame().loc[0, "estimate"] == row.estimate

    def test_names_from_data_are_escaped(self):
        frame = drawn(1).replace({"list_id": {"B": "<script>"}})
        html = cs.compare(dataset(frame), "conversion_per_conversation")._repr_html_()
        assert "<script>" not in html
