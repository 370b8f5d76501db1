"""The catalogue is whole, sound and findable."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from callstats.config import DEFAULT_TARGETS
from callstats.errors import UsageError
from callstats.kpis import catalogue, describe, get, names
from callstats.kpis.define import DOMAINS, Distinct, Net, Quantile, Ratio
from callstats.kpis.describing import named_rows, table
from callstats.kpis.kpi_rules import clashes, problems
from callstats.kpis.registry import CONVERSIONS
from callstats.kpis.translations import words

ROOT = Path(__file__).parents[2]

# Every KPI the trade's texts name, and what the best tools have besides.
NAMED_BY_THE_TRADE = """
answer_rate connect_rate contact_rate_dial success_rate_closed success_rate_argued
conversion_per_conversation conversion_per_dial conversion_per_contact conversion_per_lead
successes_per_login_hour successes_per_talk_hour successes_per_available_hour successes_per_paid_hour
profit profit_per_hour roi cost_per_acquisition cost_per_call cost_per_lead cost_per_contact
calls_per_agent_hour calls_per_agent_shift calls_per_agent_week
handled_per_agent_hour handled_per_agent_shift handled_per_agent_week
average_handle_time average_talk_time average_wrap_time average_hold_time occupancy utilisation
first_call_close first_call_resolution abandon_rate_outbound abandon_rate_inbound abandon_rate_uk_machine
service_level service_level_positive service_level_exclude_all service_level_ignore_within service_level_short
average_speed_of_answer calls_offered list_completion time_to_resolution median_time_to_resolution
quality_score csat csat_mean csat_response_rate nps nps_response_rate
dials_per_success revenue list_quality cost
list_penetration list_saturation list_exhaustion remaining_callable attempts_per_contact right_party_rate
argued_rate argued_per_hour file_validity talk_share hold_share wait_share wrap_share pause_share
callback_kept_rate callback_conversion do_not_call_rate net_sales drop_rate
median_handle_time p90_handle_time
dials connected_calls live_calls handled_calls argued_calls successes
contacts_loaded contacts_attempted contacts_reached contacts_won contacts_closed login_hours
""".split()  # noqa: SIM905 - a list to read


@pytest.mark.parametrize("name", NAMED_BY_THE_TRADE)
def test_the_catalogue_has(name):
    assert get(name).name == name


@pytest.mark.parametrize("name", names())
def test_every_entry_is_sound(name):
    assert problems(get(name)) == ()


def test_no_name_means_two_things():
    assert clashes(catalogue().values()) == ()


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_no_label_means_two_things(language):
    labels = [kpi.label[language].casefold() for kpi in catalogue().values()]
    assert [label for label in labels if labels.count(label) > 1] == []


def test_every_entry_says_what_it_does_not_say():
    assert [name for name, kpi in catalogue().items() if not kpi.caution] == []


def test_every_entry_stands_in_the_file_of_its_domain():
    import importlib

    for domain in DOMAINS:
        assert {kpi.domain for kpi in importlib.import_module(f"callstats.kpis.{domain}").KPIS} == {domain}


def test_every_default_target_names_a_kpi():
    assert set(DEFAULT_TARGETS) <= set(names())


def test_contact_level_rates_are_drawn_by_contact():
    for kpi in catalogue().values():
        denominator = kpi.formula.denominator if isinstance(kpi.formula, Ratio) else ()
        if any(isinstance(term, Distinct) and term.of == ("contact_id",) for term, _ in denominator):
            assert kpi.independence == "contact", kpi.name


def test_the_clashes_with_vicidial_are_told():
    assert "calls / leads" in get("first_call_resolution").caution
    assert "all leads" in get("conversion_per_lead").caution
    assert "SALE" in get("contact_rate_dial").caution


@pytest.mark.parametrize("word", ["conversion_rate", "Conversion Rate", "conversion"])
def test_a_conversion_without_its_base_is_refused_with_the_four_that_have_one(word):
    with pytest.raises(UsageError) as refused:
        get(word)
    assert all(name in str(refused.value) for name in CONVERSIONS)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("AHT", "average_handle_time"),
        ("asr", "answer_rate"),
        ("CPA", "cost_per_acquisition"),
        ("taux de conversion", "conversion_per_conversation"),
        ("Taux de transformation", "conversion_per_conversation"),
        ("succès/h", "successes_per_login_hour"),
        ("taux d’abandon", "abandon_rate_inbound"),
        ("ROI", "roi"),
        ("Answer-Rate", "answer_rate"),
        ("коэффициент отказа", "abandon_rate_outbound"),
        ("Taux d'occupation", "occupancy"),
    ],
)
def test_the_trade_s_own_words_find_a_kpi(word, name):
    assert get(word).name == name


def test_an_unknown_name_is_answered_with_the_near_ones():
    with pytest.raises(UsageError) as refused:
        get("anser_rate")
    assert "answer_rate" in refused.value.near
    assert refused.value.exit_code == 2


def test_a_name_like_no_other_is_answered_with_where_to_look():
    with pytest.raises(UsageError, match="callstats kpis"):
        get("zzzzqqq")


def test_own_kpis_are_found_beside_the_catalogue():
    own = replace(get("roi"), name="our_roi", aliases=("notre ROI",))
    assert get("notre roi", own=[own]) is own
    assert "our_roi" in names([own])
    assert "our_roi" not in names()


def test_an_own_kpi_cannot_take_the_place_of_another():
    with pytest.raises(UsageError, match="exists already"):
        catalogue([get("roi")])


def test_needs_name_the_columns_a_kpi_cannot_do_without():
    assert get("average_handle_time").needs == {"calls": {"handled", "talk_s", "wrap_s"}}
    assert get("median_handle_time").needs == {"calls": {"handled", "talk_s", "wrap_s"}}
    assert get("successes_per_login_hour").needs == {
        "calls": {"direction", "success"},
        "agent_time": {"seconds"},
    }
    assert get("calls_per_agent_shift").needs["agent_time"] == {"agent_id", "local_start"}


def test_every_formula_is_one_the_engine_knows():
    assert all(isinstance(kpi.formula, Ratio | Net | Quantile) for kpi in catalogue().values())


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_every_entry_can_be_described_in(language):
    for kpi in catalogue().values():
        row = describe(kpi, language)
        assert row["label"] == kpi.label[language]
        assert all(row[key] for key in ("question", "formula", "unit", "direction", "source", "caution"))


@pytest.mark.parametrize("language", ["fr", "ru"])
def test_every_sentence_of_the_catalogue_is_put_in(language):
    said = words(language)
    spoken = set()
    for kpi in catalogue().values():
        kpi.formula.spelled(lambda term: spoken.add(term) or term)
        spoken.update(kpi.source.split("; "))
    untranslated = {
        *(spoken - set(said.terms)),
        *(set(catalogue()) - set(said.questions)),
        *(set(catalogue()) - set(said.cautions)),
    }
    assert untranslated == set()


@pytest.mark.parametrize("language", ["fr", "ru"])
def test_no_translation_is_left_without_its_entry_in(language):
    said = words(language)
    assert (set(said.questions) | set(said.cautions)) - set(catalogue()) == set()
    assert all(question.rstrip().endswith("?") for question in said.questions.values())


def test_an_unknown_language_is_refused():
    with pytest.raises(UsageError, match="language"):
        describe(get("roi"), "de")


def test_the_page_of_the_catalogue_is_in_step():
    page = (ROOT / "docs" / "kpis.md").read_text(encoding="utf-8")
    assert page == table(), "write it again: python -m callstats.kpis > docs/kpis.md"


def test_the_page_on_own_kpis_lists_the_named_rows():
    assert (ROOT / "docs" / "own_kpis.md").read_text(encoding="utf-8").endswith(named_rows())


def test_the_package_is_imported_without_its_catalogue_or_a_frame():
    heavy = ("pandas", "narwhals", "callstats.kpis.reach")
    code = f"import sys, callstats.kpis; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_counts_one_direction_says_so_in_every_language():
    said = {language: describe(get("revenue"), language)["caution"] for language in ("en", "fr", "ru")}
    assert said["en"].endswith("Outbound calls alone are counted.")
    assert said["fr"].endswith("Seuls les appels sortants sont comptés.")
    assert said["ru"].endswith("Считаются только исходящие звонки.")
    assert describe(get("service_level"))["caution"].endswith("Inbound calls alone are counted.")


@pytest.mark.parametrize("name", ["average_handle_time", "login_hours", "csat", "cost", "contacts_loaded"])
def test_what_counts_both_directions_or_no_calls_says_nothing_of_it(name):
    assert "alone are counted" not in describe(get(name))["caution"]


@pytest.mark.parametrize("name", ["touches_per_contact_won", "list_completion", "successes_per_login_hour"])
def test_what_is_made_of_dials_says_so(name):
    assert "Outbound calls alone" in describe(get(name))["caution"]
