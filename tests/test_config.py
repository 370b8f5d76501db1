"""The project file: what it may say, and what it says about what it may not."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from callstats import config
from callstats.errors import InputError

TEST = {"campaign_id": "spring", "control": "A", "treatment": "B"}


def test_a_declared_test_is_read_with_what_it_leaves_to_the_report() -> None:
    read = config.parse({"ab_tests": {"lists": {**TEST, "guardrails": ["refusal_rate"], "margin": 0.01}}})
    assert read.ab_tests["lists"].parameters() == {
        **TEST,
        "arm": "list_id",
        "guardrails": ("refusal_rate",),
        "margin": 0.01,
    }


def test_without_a_project_file_no_test_is_declared() -> None:
    assert config.Config().ab_tests == {}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"ab_tests": {"lists": {**TEST, "horizon": 14}}}, "Did you mean 'horizon_days'"),
        ({"ab_tests": {"lists": {"control": "A", "treatment": "B"}}}, "'ab_tests.lists.campaign_id': field"),
        ({"ab_tests": {"lists": {**TEST, "horizon_days": "two weeks"}}}, "'ab_tests.lists.horizon_days'"),
        ({"targets": {"roi": {"lo": 0}}}, "Did you mean 'low'"),
        ({"langage": "fr"}, "Did you mean 'language'"),
    ],
)
def test_an_unknown_or_mistyped_key_is_named_with_those_that_are_near(content, message) -> None:
    with pytest.raises(InputError, match=message):
        config.parse(content, "callstats.toml")


def test_the_test_of_the_documentation_can_be_declared() -> None:
    page = (Path(__file__).parents[1] / "docs" / "reports.md").read_text(encoding="utf-8")
    content = tomllib.loads(page.split("```toml\n")[1].split("```")[0])
    assert config.parse(content).ab_tests["spring_lists"].planned_contacts == 4400
