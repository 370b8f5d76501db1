"""The project file: what it may say, and what it says about what it may not."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from callstats import config
from callstats.cli import main
from callstats.config import Config, MoneySettings, ScopeSettings, Target
from callstats.errors import InputError, UsageError

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


@pytest.mark.parametrize(
    ("text", "row", "message"),
    [
        ("[targets]\nroi = { low = 2, high = 1 }", 2, "low 2 is above high 1"),
        ("[targets]\nroi = { value = 1, high = 1 }", 2, "one or the other"),
        ('[targets]\nroi = { value = 1, direction = "left" }', 2, "none of up, down, band"),
        ("confidence = nan", 1, "nan is no number"),
        ("confidence = 95", 1, "between 0 and 1"),
        ("unknown_tolerance = -0.1", 1, "from 0 to 1"),
        ("[settings]\nanswer_within_s = inf", 2, "inf is no number"),
        ('calling_hours = [["10:00", "25:00"]]', 1, "'25:00' is no time of day"),
        ('calling_hours = [["20:00", "10:00"]]', 1, "20:00 is not before 10:00"),
        ('calling_hours = [["10:00"]]', 1, "field required"),
        ('# Mars\ntime_zone = "Mars/Base"', 2, "unknown zone 'Mars/Base'"),
        ('currency = "EURO"', 1, "'EURO' is no currency"),
        ('language = "de"', 1, "none of en, fr, ru"),
        ("[money]\ncost_per_hour = -1", 2, "-1 is below 0"),
        ("[money]\ncost_per_hour = 20\ncost_per_paid_hour = 25", 1, "an hour is paid once"),
        ("[money.lists]\nA = { per_contact = 0.1, total = 900 }", 2, "per_contact or a total"),
        ("[money.outcomes]\nSALE = -250", 2, "-250 is below 0"),
        ("[campaign.spring.money]\ncost_per_minute = nan", 2, "nan is no number"),
        ("[agent.ann.money]\ncost_per_hour = 20", 1, "prices are the site's"),
        ("[list.A.targets]\nanswer_rate = { low = 0.3, high = 0.2 }", 2, "low 0.3 is above high 0.2"),
        ("[campaign.spring.targets]\nroi = { lo = 0.3 }", 2, "Did you mean 'low'"),
        ("[money]\nvalue_per_succes = 3", 2, "Did you mean 'value_per_success'"),
        ("[money", None, "not a TOML file"),
    ],
)
def test_a_value_that_makes_no_sense_is_named_with_its_line(tmp_path, text, row, message) -> None:
    file = tmp_path / "callstats.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        config.load(file)
    assert caught.value.row == row


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path) -> None:
    file = tmp_path / "callstats.toml"
    file.write_text("\ufeffcurrency = 'CHF'", encoding="utf-8")
    assert config.load(file).currency == "CHF"
    assert config.stated_keys(file) == {"currency"}


def test_a_file_that_is_no_utf8_says_so(tmp_path) -> None:
    file = tmp_path / "callstats.toml"
    file.write_bytes("[labels]\nA = 'Été'".encode("latin-1"))
    with pytest.raises(InputError, match="not UTF-8"):
        config.load(file)


def test_a_campaign_goes_before_the_site_key_by_key_and_an_hour_is_paid_once() -> None:
    read = config.parse(
        {
            "money": {"value_per_success": 100, "cost_per_hour": 50, "outcomes": {"SALE": 250}},
            "campaign": {"spring": {"money": {"cost_per_paid_hour": 60, "outcomes": {"RDV": 30}}}},
        }
    )
    own = read.money_of("spring")
    assert (own.value_per_success, own.cost_per_hour, own.cost_per_paid_hour) == (100, None, 60)
    assert own.outcomes == {"SALE": 250, "RDV": 30}
    assert read.money_of("autumn") == read.money


def test_the_narrowest_target_goes_before() -> None:
    read = config.parse(
        {
            "targets": {"roi": {"low": 0.2}, "successes": 400},
            "campaign": {"spring": {"targets": {"roi": {"low": 0.3}}}},
            "agent": {"ann": {"targets": {"roi": {"low": 0.4}}}},
        }
    )
    assert read.targets_of()["roi"].low == 0.2
    assert read.targets_of(campaign_id="spring")["roi"].low == 0.3
    assert read.targets_of(campaign_id="spring", agent_id="ann")["roi"].low == 0.4
    assert read.targets["successes"] == Target(value=400)


def test_of_a_figure_that_should_be_low_one_below_the_band_meets_it() -> None:
    band = Target(low=0.02, high=0.05)
    assert band.limits("down") == (None, 0.05)
    assert band.limits("up") == (0.02, None)
    assert band.limits("neutral") == band.limits("band") == (0.02, 0.05)
    assert Target(low=0.02, high=0.05, direction="band").limits("down") == (0.02, 0.05)


def test_settings_beside_the_file_go_before_it() -> None:
    site = Config(money=MoneySettings(value_per_success=100, cost_per_paid_hour=60))
    changed = config.overridden(site, ["money.cost_per_hour=50", "targets.successes=400", "language=fr"])
    assert changed.money == MoneySettings(value_per_success=100, cost_per_hour=50)
    assert changed.targets["successes"] == Target(value=400)
    assert changed.language == "fr"
    assert config.overridden(site, {"money.lists.A.per_contact": 0.12}).money.lists["A"].per_contact == 0.12
    assert config.overridden(site, []) is site


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("money.cost=3", "Did you mean 'cost_per_hour'"),
        ("money.cost_per_hour", "sets nothing"),
        ("=3", "sets nothing"),
        ("money.cost_per_hour=dear", "valid number"),
        ("time_zone=Mars", "unknown zone"),
    ],
)
def test_a_setting_that_makes_no_sense_is_a_usage_error(word, message) -> None:
    with pytest.raises(UsageError, match=message):
        config.overridden(Config(), [word])


def test_on_the_command_line_a_wrong_file_exits_3_and_a_wrong_setting_2(
    tmp_path, monkeypatch, capsys
) -> None:
    file = tmp_path / "callstats.toml"
    file.write_text("confidence = nan", encoding="utf-8")
    demo = str(Path(__file__).parents[1] / "data" / "demo")
    for words, code in ((["--config", str(file)], 3), (["--set", "confidence=nan"], 2)):
        monkeypatch.setattr("sys.argv", ["callstats", "measure", demo, "dials", *words])
        with pytest.raises(SystemExit) as left:
            main()
        assert left.value.code == code
        assert "nan is no number" in capsys.readouterr().err


def test_an_entry_of_a_campaign_may_hold_targets_and_money() -> None:
    assert set(ScopeSettings.__dataclass_fields__) == {"targets", "money"}
