"""A firm's own KPIs: read, never run; every fault named with its place."""

import doctest
import re
from pathlib import Path

import pytest

from callstats.errors import InputError, UsageError
from callstats.kpis import custom
from callstats.kpis.define import Distinct, Net, Ratio
from callstats.kpis.evaluate import evaluate, sums, unknown_share
from callstats.kpis.expression import parse

PAGE = Path(__file__).parents[2] / "docs" / "own_kpis.md"


def one(numerator, denominator=None, **keys):
    entry = {"numerator": numerator, **({"denominator": denominator} if denominator else {}), **keys}
    (kpi,) = custom.parse_content({"kpi": {"ours": entry}}, file="ours.toml")
    return kpi


def call(**values):
    return {"direction": "outbound", **values}


def test_a_share_of_dials_with_a_long_talk_keeps_the_dials_without_any():
    kpi = one("handled where talk_s >= 60", "dials")
    calls = [call(handled=True, talk_s=90), call(handled=True, talk_s=20), *[call(handled=False)] * 2]
    assert evaluate(kpi.formula, sums(kpi.terms, {"calls": calls})) == (0.25, 1, 4)


def test_a_share_leaves_unknown_flags_out_and_counts_them():
    kpi = one("handled where talk_s >= 60", "dials")
    found = sums(kpi.terms, {"calls": [call(handled=True, talk_s=90), call(handled=None)]})
    assert evaluate(kpi.formula, found).value == 1.0
    assert unknown_share(kpi.formula, found) == 0.5


def test_a_share_of_contacts_counts_each_once():
    kpi = one("distinct contact_id of live where success", "contacts_reached")
    calls = [call(contact_id="a", live=True, success=True)] * 3 + [
        call(contact_id="b", live=True, success=False)
    ]
    assert kpi.formula.proportion
    assert evaluate(kpi.formula, sums(kpi.terms, {"calls": calls})).value == 0.5


def test_rows_of_a_table_are_counted_in_both_directions():
    kpi = one("calls where handled and talk_s >= 60", "dials")
    assert not kpi.formula.proportion
    assert kpi.unit == "n"


def test_a_kpi_without_denominator_is_a_total():
    kpi = one("sum seconds of agent_time where pause_code = 'LUNCH' / 3600")
    assert isinstance(kpi.formula, Net)
    assert (kpi.unit, kpi.domain, kpi.independence) == ("h", "productivity", "agent_day")
    rows = [{"pause_code": "LUNCH", "seconds": 5400.0}, {"pause_code": "WC", "seconds": 60.0}]
    assert evaluate(kpi.formula, sums(kpi.terms, {"agent_time": rows})).value == pytest.approx(1.5)


def test_totals_of_the_catalogue_can_be_named_and_narrowed():
    kpi = one("revenue - cost where kind = 'labour'", "login_hours")
    assert kpi.unit == "money/h"
    tables = {
        "calls": [call(success=True, value=300.0)],
        "costs": [{"kind": "labour", "amount": 100.0}, {"kind": "list", "amount": 50.0}],
        "agent_time": [{"seconds": 7200.0}],
    }
    assert evaluate(kpi.formula, sums(kpi.terms, tables)).value == pytest.approx(100.0)


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ("talk_s >= 60", 1),
        ("not handled", 1),
        ("handled = true", 2),
        ("talk_s known", 2),
        ("agent_id in ('anne', 'bob')", 2),
        ('agent_id != "anne"', 1),
        ("talk_s < 60 and handled", 1),
        ("value > -5", 1),
    ],
)
def test_every_kind_of_condition_is_understood(condition, rows):
    calls = [
        call(handled=True, talk_s=90, agent_id="anne", value=-1.0),
        call(handled=True, talk_s=30, agent_id="bob", value=-9.0),
        call(handled=False),
    ]
    sum_ = parse(f"dials where {condition}")
    assert sums([term for term, _ in sum_], {"calls": calls}).popitem()[1] == rows


def test_weights_and_signs_add_up():
    sum_ = parse("2 * dials - successes + handled / 4")
    assert [weight for _, weight in sum_] == [2.0, -1.0, 0.25]


def test_distinct_counts_several_columns():
    ((term, _),) = parse("distinct agent_id, day of agent_time where state = 'talk'")
    assert isinstance(term, Distinct)
    assert term.of == ("agent_id", "day")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the name of rows, a count or a table is expected at character 1 of '', found the end"),
        ("dails", "unknown rows or count 'dails'"),
        ("answer_rate", "Rates cannot be added up"),
        ("dials where", "a column is expected at character 12"),
        ("dials where talk_s", "'talk_s' of calls is no flag"),
        ("dials where talk_s >= 'long'", "is compared with a number"),
        ("dials where handled = 1", "is compared with true or false"),
        ("dials where agent_id = 7", "is compared with a text in quotes"),
        ("dials where started_at > 5", "nothing but 'known'"),
        ("dials where talk_s in (1, 2)", "'in' lists texts"),
        ("dials where agent_id in 'a'", "'(' is expected"),
        ("dials where agent_id in ('a' 'b'", "',' or ')' is expected"),
        ("dials where talk_s ~ 5", "'~' at character 20"),
        ("dials dials", "'+', '-', 'where' or the end is expected"),
        ("3 dials", "'*' is expected"),
        ("dials / 0", "division by 0"),
        ("sum agent_id of dials", "is no number"),
        ("sum talk_s handled", "'of' is expected"),
        ("sum value of cost", "are no rows"),
        ("profit where success", "several tables"),
        ("distinct contakt_id of dials", "unknown column of calls 'contakt_id'"),
        ("__import__('os').system('true')", "'.' at character 17"),
        ("__import__", "unknown rows or count '__import__'"),
    ],
)
def test_a_faulty_sum_is_answered_with_what_was_found(text, message):
    with pytest.raises(UsageError) as refused:
        parse(text)
    assert message in str(refused.value)


def test_a_fault_names_file_kpi_key_and_the_near_names():
    with pytest.raises(InputError) as refused:
        one("handled where tlak_s >= 60", "dials")
    message = str(refused.value)
    assert message.startswith("ours.toml: [kpi.ours] numerator: unknown column of calls 'tlak_s'.")
    assert "Did you mean 'talk_s'" in message
    assert refused.value.exit_code == 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "no KPI in it"),
        ({"kpis": {}}, "unknown key 'kpis'"),
        ({"kpi": {"x": 5}}, "[kpi.x]: keys and values are expected"),
        ({"kpi": {"x": {"denominator": "dials"}}}, "[kpi.x]: no numerator"),
        ({"kpi": {"x": {"numerator": 5}}}, "[kpi.x] numerator: a text is expected"),
        ({"kpi": {"x": {"numerater": "dials"}}}, "Did you mean 'numerator'"),
        ({"kpi": {"x": {"numerator": "dials", "label": 5}}}, "[kpi.x] label"),
        (
            {"kpi": {"x": {"numerator": "dials", "label": {"en": "x", "de": "y"}}}},
            "[kpi.x] label: unknown key 'de'",
        ),
        ({"kpi": {"x": {"numerator": "dials", "unit": 5}}}, "[kpi.x] unit: text is expected, found 5"),
        ({"kpi": {"x": {"numerator": "dials", "unit": "s"}}}, "the unit follows from the formula"),
        ({"kpi": {"x": {"numerator": "dials", "direction": "left"}}}, "direction is 'left'"),
        ({"kpi": {"x": {"numerator": "dials", "aliases": "y"}}}, "a list of texts is expected"),
        ({"kpi": {"x": {"numerator": "dials", "question": "How"}}}, "question mark"),
        ({"kpi": {"x": {"numerator": "dials", "scale": 0}}}, "[kpi.x] scale"),
        ({"kpi": {"Bad Name": {"numerator": "dials"}}}, "snake case"),
        ({"kpi": {"roi": {"numerator": "dials"}}}, "one name for two KPIs"),
        ({"kpi": {"x": {"numerator": "dials", "aliases": ["AHT"]}}}, "one name for two KPIs"),
        ({"columns": {"calls": {"mood": "numbr"}}, "kpi": {}}, "unknown type 'numbr'"),
        ({"columns": {"call": {}}, "kpi": {}}, "Did you mean 'calls'"),
    ],
)
def test_a_faulty_file_is_answered_with_what_was_found(content, message):
    with pytest.raises(InputError) as refused:
        custom.parse_content(content, file="ours.toml")
    assert message in str(refused.value)
    assert str(refused.value).startswith("ours.toml: ")


def test_a_file_that_is_no_toml_is_refused(tmp_path):
    file = tmp_path / "ours.toml"
    file.write_text("[kpi.x\n", encoding="utf-8")
    with pytest.raises(InputError, match="not a readable TOML file"):
        custom.load(file)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="it cannot be read: No such file"):
        custom.load(tmp_path / "none.toml")


def test_the_examples_of_the_page_are_sound(tmp_path):
    blocks = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    kpis = []
    for number, block in enumerate(blocks):
        file = tmp_path / f"{number}.toml"
        file.write_text(block, encoding="utf-8")
        kpis += custom.load(file)
    assert [kpi.name for kpi in kpis] == ["warm_rate", "refusals_per_hour", "lunch_hours", "mood"]
    assert [kpi.unit for kpi in kpis] == ["%", "1/h", "h", "score"]
    assert all(isinstance(kpi.formula, Ratio | Net) for kpi in kpis)


def test_the_session_of_the_page_runs():
    assert doctest.testfile(str(PAGE), module_relative=False).failed == 0
