import math

import pytest

from callstats.show import verdicts
from callstats.show.format import Formatter

EN = Formatter()


def compare(low, high, **given):
    estimate = (low + high) / 2
    return verdicts.difference("Rate", "B", "A", EN, estimate=estimate, low=low, high=high, unit="%", **given)


def test_an_interval_above_zero_is_evidence_that_it_is_higher():
    said = compare(0.01, 0.05, direction="up")
    assert "evidence that B is higher than A" in said.text
    assert said.tone == "good"


def test_higher_is_bad_news_where_less_is_better():
    assert compare(0.01, 0.05, direction="down").tone == "bad"


def test_an_interval_below_zero_is_evidence_that_it_is_lower():
    assert "evidence that B is lower than A" in compare(-0.05, -0.01).text


@pytest.mark.parametrize("given", [{}, {"margin": 0.005}, {"margin": 0.005, "direction": "up"}])
def test_no_evidence_is_never_written_as_no_difference(given):
    text = compare(-0.01, 0.02, **given).text
    assert "no evidence of a difference" in text
    assert "no difference" not in text
    assert "as good as" not in text


def test_only_a_margin_allows_as_good_as():
    assert "as good as" in compare(-0.01, 0.02, margin=0.03).text


@pytest.mark.parametrize(("direction", "said"), [("up", True), ("down", False), ("neutral", False)])
def test_not_worse_looks_at_the_side_that_is_worse(direction, said):
    assert (
        "not worse than A by more than" in compare(-0.01, 0.05, margin=0.02, direction=direction).text
    ) == said


def test_an_end_on_the_margin_is_not_within_it():
    assert "as good as" not in compare(-0.02, 0.01, margin=0.02).text


@pytest.mark.parametrize("ends", [(math.nan, 0.1), (None, 0.1)])
def test_without_an_interval_there_is_too_little_data(ends):
    said = verdicts.difference("Rate", "B", "A", EN, estimate=0.1, low=ends[0], high=ends[1], unit="%")
    assert "too little data to tell" in said.text
    assert said.tone == "unknown"


def test_how_much_is_missing_is_said_and_rounded_up():
    said = compare(-0.01, 0.02, missing=12341.2, missing_kind="contact")
    assert said.text.endswith("About 12,400 more contacts are needed.")


def test_not_comparable_says_why():
    said = verdicts.not_comparable("Rate", "B", "A", "each list has its own agents.", EN)
    assert said.text == "Rate: B and A are not comparable: each list has its own agents."


@pytest.mark.parametrize(
    ("low", "high", "words", "tone"),
    [
        (0.01, 0.05, "Rate: up since August", "good"),
        (-0.05, -0.01, "Rate: down since August", "bad"),
        (-0.01, 0.05, "within the usual variation since August", "neutral"),
        (math.nan, 0.05, "too little data to tell a change since August", "unknown"),
    ],
)
def test_a_change_is_said_as_its_interval_allows(low, high, words, tone):
    said = verdicts.change(
        "Rate",
        EN,
        estimate=0.03 if high > 0 else -0.03,
        low=low,
        high=high,
        unit="%",
        since="August",
        direction="up",
    )
    assert words in said.text
    assert said.tone == tone


@pytest.mark.parametrize(
    ("low", "high", "words", "tone"),
    [
        (0.01, 0.02, "target met", "good"),
        (0.04, 0.05, "target missed", "bad"),
        (0.02, 0.04, "too close to the target to tell", "unknown"),
        (None, None, "too little data to tell whether the target is met", "unknown"),
    ],
)
def test_a_target_is_met_only_by_the_whole_interval(low, high, words, tone):
    said = verdicts.target("Rate", EN, value=0.03, low=low, high=high, unit="%", target_high=0.03)
    assert words in said.text
    assert said.tone == tone


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "fr",
            "Taux : rien ne démontre un écart entre B et A ; "
            "les données sont compatibles avec un écart de −1,0 pt à +2,0 pt.",
        ),
        (
            "ru",
            "Taux, B и A: нет оснований говорить о различии; данные допускают разницу от −1,0 пп до +2,0 пп.",
        ),
    ],
)
def test_the_grammar_has_its_french_and_russian_form(language, text):
    said = verdicts.difference(
        "Taux", "B", "A", Formatter(language), estimate=0.005, low=-0.01, high=0.02, unit="%"
    ).text
    said = said.replace("\u00a0", " ").replace("\u202f", " ")
    assert said == text


def test_what_an_effect_means_is_in_successes_and_money():
    assert verdicts.worth((3, 9), (300, 900), EN) == "In a month: +3 to +9 successes, +€300 to +€900."
