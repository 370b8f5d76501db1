"""KPI names complete with the tab key."""

from __future__ import annotations

import subprocess
import sys

import pytest

import callstats as cs
from callstats.kpis import names
from callstats.lab.kpi_completion import kpi_names_for


@pytest.mark.parametrize(
    "text",
    [
        'cs.measure(ds, "answer_ra',
        "cs.measure(ds, 'answer_ra",
        'cs.measure(ds, ["dials", "answer_ra',
        'found = cs.measure(\n    ds.where(period="2026-09"),\n    "answer_ra',
        'cs.measure(ds, kpis=["answer_ra',
        'cs.compare(ds, "answer_ra',
        'cs.calling_hours(ds, "2026-09", kpi="answer_ra',
        'cs.ab_test(ds, "list_id", guardrails=("abandon", "answer_ra',
        "cs.kpis.answer_ra",
    ],
)
def test_a_name_is_completed_where_a_kpi_is_asked_for(text: str) -> None:
    assert kpi_names_for(text) == ("answer_ra", ["answer_rate"])


@pytest.mark.parametrize(
    "text",
    [
        'cs.measure(ds, "answer_rate", by="answer_ra',
        'cs.measure(ds, "answer_rate", by=["answer_ra',
        'cs.open("answer_ra',
        'ds.where(campaign_id="answer_ra',
        '"answer_ra',
        "answer_ra",
        'cs.measure(ds, "answer_rate").query("answer_ra',
    ],
)
def test_nothing_is_completed_elsewhere(text: str) -> None:
    assert kpi_names_for(text) == ("", [])


def test_every_name_is_offered_at_first() -> None:
    assert kpi_names_for('cs.measure(ds, "')[1] == list(names())


def test_every_kpi_is_an_attribute_and_listed() -> None:
    assert {*names()} <= {*dir(cs.kpis)}
    assert cs.kpis.answer_rate.name == "answer_rate"
    with pytest.raises(AttributeError, match="answer_rat"):
        _ = cs.kpis.answer_rat


def test_the_package_lists_names_for_users_alone() -> None:
    assert [name for name in dir(cs) if name.startswith("_") or name in sys.modules] == []
    assert {"measure", "explore", "kpis"} <= {*dir(cs)}


@pytest.mark.filterwarnings("ignore")
def test_ipython_completes_them_once_callstats_is_imported() -> None:
    code = (
        "import warnings; warnings.simplefilter('ignore')\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "for _ in range(2): shell.run_cell('import importlib, callstats as cs; importlib.reload(cs)')\n"
        "text = 'cs.measure(ds, \"answer_ra'\n"
        "from IPython.core.completer import provisionalcompleter\n"
        "with provisionalcompleter():\n"
        "    print([c.text for c in shell.Completer.completions(text, len(text))])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "['answer_rate']"
