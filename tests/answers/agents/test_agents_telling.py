"""What a comparison of agents says first, and which of its rows say something."""

from __future__ import annotations

import numpy as np
import pytest

from tests.answers.agents.small_teams import TEAM, calls, told
from tests.answers.small_campaigns import plain


class TestGainsAndLosses:
    """Of three agents Ann wins more than expected and Bob less; 20 days of data, a month of as many."""

    ROWS = (("Ann", "x", 90, 300), ("Bob", "x", 3, 300), ("Cid", "x", 45, 300))

    def found(self, kpi: str = "conversion_per_conversation", **options):
        return told(calls(*self.ROWS, **options), kpi, adjust=[], horizon_days=20)

    def test_who_is_better_than_expected_has_a_plus_and_who_is_worse_a_minus(self):
        found = self.found()
        frame = found.to_frame().set_index("agent")
        assert (frame.loc["Ann", ["beyond", "money"]] > 0).all()
        assert (frame.loc["Bob", ["beyond", "money"]] < 0).all()
        cells = {row[0].text: row for row in found.coaching().rows}
        assert cells["Ann"][1].text == "stands out: better than the others"
        assert plain(cells["Ann"][3].text).startswith("+")
        assert cells["Ann"][3].under[1].startswith("+")
        assert cells["Bob"][1].text == "stands out: worse than the others"
        assert plain(cells["Bob"][3].text).startswith("\N{MINUS SIGN}")
        assert cells["Bob"][3].under[1].startswith("\N{MINUS SIGN}")

    def test_one_who_is_far_better_makes_nobody_worse(self):
        rows = [(f"a{i:02}", "x", 900, 3000) for i in range(8)]
        found = told(calls(*rows, ("Zoe", "x", 1800, 3000)), adjust=[])
        assert {one.agent: one.status for one in found.agents if one.status in ("above", "below")} == {
            "Zoe": "above"
        }
        assert "worse" not in str(found)
        assert "Nobody's gap is evident enough to coach on." in str(found.verdict)

    def test_sentences_say_better_and_worse(self):
        said = plain(str(self.found().verdict))
        assert "Ann better than the others, Bob worse." in said
        assert "Coach Bob first: " in said
        assert "; against the others \N{MINUS SIGN}" in said

    def test_less_is_better_where_the_kpi_says_so(self):
        """A quarter of the wrap-up time of the others is good news."""
        usual = np.random.default_rng(1).gamma(50, 0.02, 900)
        found = self.found(
            "average_wrap_time", wrap_s=np.repeat([20.0, 80.0, 80.0], 300) * usual, talk_s=60.0
        )
        said = plain(str(found.verdict))
        assert "Ann lower than the others, which is better." in said
        cells = {row[0].text: row for row in found.coaching().rows}
        assert cells["Ann"][1].text == "stands out: better than the others"
        assert plain(cells["Ann"][3].text).startswith("\N{MINUS SIGN}")  # hours that are saved

    def test_time_that_is_neither_good_nor_bad_is_longer_or_shorter(self):
        usual = np.random.default_rng(1).gamma(50, 0.02, 900)
        talk = np.repeat([200.0, 80.0, 140.0], 300) * usual
        found = self.found("average_handle_time", wrap_s=0.0, talk_s=talk)
        assert "Ann longer than the others, Bob shorter." in plain(str(found.verdict))


class TestHeadline:
    def test_whom_to_coach_first_and_what_it_costs(self):
        found = told(calls(*TestGainsAndLosses.ROWS), adjust=[], horizon_days=20)
        lost = abs(round(found.worths["Bob"].amount))
        assert plain(found.verdict.headline) == (
            f"Coach Bob first: \N{MINUS SIGN}{lost} successes in 20 days against the others"
        )

    def test_who_is_better_where_nobody_is_to_be_coached(self):
        rows = [(f"a{i:02}", "x", 10, 100) for i in range(12)]
        found = told(calls(*rows, ("Zoe", "x", 40, 100)), adjust=[])
        assert plain(found.verdict.headline) == "Conversion per conversation: Zoe better than the others"

    def test_nobody_stands_out(self):
        few = told(calls(*((f"a{i:02}", "x", 10, 100) for i in range(12))), adjust=[])
        assert few.verdict.headline == "Nobody stands out; too few calls to tell for 12 of 12 agents"
        many = told(calls(*((f"a{i:02}", "x", 3000, 6000) for i in range(3))), adjust=[])
        assert many.verdict.headline == "Nobody stands out beyond chance"

    def test_agents_who_share_no_calls(self):
        found = told(calls(("Ann", "x", 30, 100), ("Bob", "y", 12, 100)))
        assert found.verdict.headline == "Agents cannot be compared"

    @pytest.mark.parametrize(
        ("language", "said"),
        [
            ("fr", "Taux de transformation : Zoe mieux que les autres"),
            ("ru", "Конверсия разговоров: Zoe лучше остальных"),
        ],
    )
    def test_it_is_told_in_every_language(self, language, said):
        rows = [(f"a{i:02}", "x", 10, 100) for i in range(12)]
        found = told(calls(*rows, ("Zoe", "x", 40, 100)), adjust=[], language=language)
        assert plain(found.verdict.headline) == said


class TestRowsThatSaySomething:
    def team(self):
        """Return 20 agents with enough calls, one of them far better, and one with a handful."""
        rows = [(f"a{i:02}", "x", 900, 3000) for i in range(20)]
        return told(calls(*rows, ("Few", "x", 9, 30), ("Zoe", "x", 1500, 3000)), adjust=[])

    def test_the_others_are_one_line_within_the_usual_variation(self):
        table = self.team().table()
        assert [row[0].text for row in table.rows] == ["Few", "Zoe", "20 others"]
        assert table.rows[-1][0].under == ("within the usual variation",)
        assert [cell.text for cell in table.rows[-1][1:3]] == ["60,000", "30.0%"]

    def test_whoever_has_too_few_calls_has_a_row_with_those_still_needed(self):
        rows = {row[0].text: row for row in self.team().coaching().rows}
        assert list(rows) == ["Few", "Zoe", "20 others"]
        assert rows["Few"][1].text == "too few calls to tell"
        assert rows["Few"][-1].text
        assert rows["20 others"][1].text == "no evidence of a difference"

    def test_text_and_frame_have_everybody(self):
        found = self.team()
        assert len(found.to_frame()) == len(found.table().all_rows) == 22
        assert "a07" in str(found.table())
        assert "a07" not in found.table().to_html()

    def test_a_small_team_is_shown_whole(self):
        found = told(calls(("Ann", "x", 900, 3000), ("Bob", "x", 900, 3000), ("Cid", "x", 1500, 3000)))
        assert [row[0].text for row in found.table().rows] == ["Ann", "Bob", "Cid"]


class TestShowing:
    def test_every_view_can_be_drawn_and_named(self):
        found = told(calls(*TEAM))
        kinds = [view.payload()["kind"] for view in found.views()]
        assert kinds == ["verdict", "figure", "figure", "figure", "table", "record"]
        assert found.plot().get_xlabel().partition("\xa0\xa0")[0] == "handled calls"  # before the key

    def test_the_same_data_give_the_same_page(self):
        assert (
            told(calls(*TEAM))._repr_html_()
            == told(calls(*TEAM).sample(frac=1, random_state=1))._repr_html_()
        )

    def test_text_from_data_stays_text(self):
        found = told(calls(("<script>alert(1)</script>", "x", 30, 100), ("Bob", "x", 9, 100)))
        assert "<script>alert" not in found._repr_html_()

    @pytest.mark.parametrize("language", ["fr", "ru"])
    def test_it_is_told_in_every_language(self, language):
        assert "differ" not in str(told(calls(*TEAM), language=language))


class TestFindings:
    def test_a_team_alike_lies_within_the_limits_and_nobody_differs(self):
        found = told(calls(*((name, "x", 15, 100) for name in ("Ann", "Bob", "Cid", "Dee"))))
        assert found.funnel().finding == "All agents lie within the 95% limits of chance."
        assert found.adjusted_funnel().finding == "All agents lie within the 95% limits of chance."
        assert found.estimates().finding == "No agent differs from all agents beyond chance."

    def test_one_of_many_far_off_is_named_in_every_caption(self):
        """Of 20 agents at 15 % of 400 calls one makes 40 %: 14 standard errors of chance away."""
        team = [(f"A{n:02d}", "x", 60, 400) for n in range(19)]
        found = told(calls(("Zoe", "x", 160, 400), *team))
        for shown in (found.funnel(), found.adjusted_funnel()):
            assert shown.finding == "Outside the 95% limits of chance: Zoe."
            assert shown.alt.startswith(shown.finding)
        assert found.estimates().finding == "Zoe better than the others."
