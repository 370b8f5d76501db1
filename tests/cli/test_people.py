"""The commands about agents and about what changed profit."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.cli.conftest import Run

SPRING = ("data/demo", "--where", "campaign_id=spring")


def test_agents_are_told_in_words_and_in_the_language_asked(run: Run) -> None:
    done = run("agents", *SPRING, "--period", "2026-09", "--lang", "fr")
    assert done.code == 0
    assert "Qui accompagner sur quoi\N{NO-BREAK SPACE}: Taux de transformation" in done.out


def test_agents_come_by_name_with_every_figure(run: Run) -> None:
    kpi = ("--kpi", "successes_per_login_hour", "--adjust", "hour")
    done = run("agents", *SPRING, "--period", "2026-09", *kpi, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["agent"] for row in rows] == sorted(row["agent"] for row in rows)
    assert {"ratio", "shrunken", "rank_low", "q_value", "status", "beyond"} <= set(rows[0])


def test_pseudonyms_leave_no_name(run: Run) -> None:
    done = run("agents", *SPRING, "--period", "2026-09", "--pseudonyms", "march", "--format", "json")
    assert all(row["agent"].startswith("Agent ") for row in json.loads(done.out))
    assert "cypress" not in done.out


@pytest.mark.parametrize("about", ["pace", "handling", "quality"])
def test_what_else_there_is_about_agents(run: Run, about: str) -> None:
    done = run("agents", *SPRING, "--period", "2026-09", "--about", about)
    assert done.code == 0
    assert "Agent" in done.out


def test_an_unknown_kpi_is_refused(run: Run) -> None:
    done = run("agents", *SPRING, "--kpi", "profit")
    assert done.code == 2
    assert "it is no ratio" in done.err


def test_a_bridge_adds_up(run: Run) -> None:
    done = run("bridge", *SPRING, "--after", "2026-09", "--bootstrap", 100, "--format", "json")
    terms = json.loads(done.out)
    assert sum(term["share"] for term in terms) == pytest.approx(1)
    assert {"days", "answer", "lists", "cost labour"} <= {term["term"] for term in terms}


def test_a_bridge_is_told_in_words(run: Run) -> None:
    done = run("bridge", *SPRING, "--before", "2026-08", "--after", "2026-09", "--bootstrap", 100)
    assert "Profit rose by" in done.out
    assert "mostly because" in done.out


def test_a_period_without_calls_is_refused(run: Run) -> None:
    assert run("bridge", *SPRING, "--after", "2027-01").code == 2
