"""The project file: what it may say, and what it says about what it may not."""

from __future__ import annotations

import contextlib
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callstats import config
from callstats.cli import main
from callstats.config import (
    Config,
    DeclaredTest,
    ListPrice,
    MoneySettings,
    ScopeSettings,
    SourceSettings,
    Target,
)
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
        ("targets = 5", 1, "'targets': keys and values are expected, found 5"),
        ("[[targets]]\nroi = 5", 1, "'targets': keys and values are expected"),
        ("calling_hours = '09:00-20:00'", 1, r"a list is expected, found '09:00-20:00'.\n.*\[\[\"09:00\""),
        ("unknown_tolerance = true", 1, "true is no number"),
        ("[money]\ncost_per_dial = true", 2, "'money.cost_per_dial': true is no number"),
        ("confidence = 2026-09-01", 1, "a number is expected, found datetime.date"),
        ("confidence = " + "9" * 5000, None, "too many digits"),
        ("a = " + "[" * 5000 + "]" * 5000, None, "nested too deeply"),
        ("[sources.vicidial.statuses]\nA = 5", 2, "'sources.vicidial.statuses.A': a text in quotes is"),
        ("[labels]\nA.B = 'x'", 2, "'labels.A': 'B' is none of en, fr, ru"),
        ("[campaign]\nspring = 5", 2, r"Write it like this: \[campaign.spring.targets\]"),
        ("['campaign'.\"a.b\".targets]  # x\nroi = { lo = 1 }", 2, r"'campaign.\"a.b\".targets.roi.lo'"),
        ("[labels]\n'a=b' = 1\n'a' = 'x'", 2, "'labels.\"a=b\"'"),
        ("[ab_tests.x]\ncampaign_id='a'\ncontrol='b'\ntreatment='c'\nhorizon_days=0", 5, "from 1 on"),
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


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_a_file_of_the_windows_notepad_says_how_to_save_it(tmp_path, encoding) -> None:
    file = tmp_path / "callstats.toml"
    file.write_bytes('currency = "EUR"'.encode(encoding))
    with pytest.raises(InputError, match=r"not UTF-8.\nSave it as UTF-8"):
        config.load(file)


def test_a_folder_a_name_too_long_and_a_file_that_may_not_be_read_are_said_so(tmp_path, monkeypatch) -> None:
    def forbidden(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    for path, reason in ((tmp_path, "Is a directory"), (Path("x" * 5000), "File name too long")):
        with pytest.raises(InputError, match=f"it cannot be read: {reason}"):
            config.load(path)
    (tmp_path / "callstats.toml").write_text("")
    monkeypatch.setattr(Path, "read_text", forbidden)
    with pytest.raises(InputError, match="it cannot be read: Permission denied"):
        config.load(tmp_path / "callstats.toml")


#: Every key of a project file at any depth, each with any value of TOML.
KEYS = sorted(
    {
        *("a.b", "", "x", "lists", "outcomes", "statuses"),
        *(
            name
            for kind in (
                Config,
                MoneySettings,
                ScopeSettings,
                Target,
                DeclaredTest,
                SourceSettings,
                ListPrice,
            )
            for name in kind.__dataclass_fields__
        ),
    }
)
VALUES = st.recursive(
    st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**400), 0, 1])
    | st.floats()
    | st.dates()
    | st.times()
    | st.datetimes()
    | st.text(max_size=8)
    | st.sampled_from(["EUR", "up", "09:00", "Europe", "../x", "success"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(list(Config.__dataclass_fields__)), VALUES, min_size=1, max_size=3))
def test_whatever_stands_in_the_file_it_is_read_or_refused_with_its_key(content) -> None:
    told = "key '"
    with contextlib.suppress(InputError):
        try:
            config.parse(content, "callstats.toml")
        except InputError as error:
            told = str(error)
            raise
    assert "key '" in told


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([*Config.__dataclass_fields__, "targets.roi", "campaign.x.money.lists.A"]) | st.text(),
    VALUES,
)
def test_whatever_is_set_beside_it_is_taken_or_refused(key, value) -> None:
    for said in ({key: value}, [f"{key}={value}"], [key]):
        with contextlib.suppress(UsageError):
            assert isinstance(config.overridden(Config(), said), Config)


@pytest.mark.parametrize("key", ["", "a=b", "targets={}#", "[money]\nx", "a\nb", "a b"])
def test_what_is_no_key_sets_nothing(key) -> None:
    with pytest.raises(UsageError, match="is no key"):
        config.overridden(Config(), {key: 1})


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


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("answer_within", "Did you mean 'answer_within_s'"),
        ("zzz", "docs/project_file.md lists the settings"),
    ],
)
def test_a_setting_that_no_kpi_reads_is_told_of_the_file_and_refused_on_the_command_line(
    tmp_path, monkeypatch, capsys, said, told
) -> None:
    """A notebook of the site may read it, but nobody sets what does nothing."""
    file = tmp_path / "callstats.toml"
    file.write_text(f"[settings]\n{said} = 15\nshort_abandon_s = 4", encoding="utf-8")
    demo = str(Path(__file__).parents[1] / "data" / "demo")
    for words, code in ((["--config", str(file)], 0), (["--set", f"settings.{said}=15"], 2)):
        monkeypatch.setattr("sys.argv", ["callstats", "measure", demo, "dials", *words])
        with pytest.raises(SystemExit) as left:
            main()
        assert left.value.code == code
        printed = capsys.readouterr().err
        assert f"no KPI reads the setting '{said}'" in printed
        assert told in printed
        assert "short_abandon_s" not in printed


def test_a_key_misspelt_is_told_before_the_one_that_is_missing_for_it():
    with pytest.raises(InputError, match=r"unknown key 'reports\.0\.notebok'(.|\n)*'notebook'"):
        config.parse({"reports": [{"notebok": "a.ipynb"}]})
