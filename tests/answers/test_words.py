"""What a campaign report says, it says in every language."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import callstats
from callstats.checks import RULES
from callstats.show.words import words

ROOT = Path(callstats.__file__).parents[1]


@pytest.mark.parametrize("language", ["fr", "ru"])
def test_every_heading_of_the_campaign_report_is_translated(language: str) -> None:
    notebook = json.loads((ROOT / "notebooks" / "campaign_report.ipynb").read_text(encoding="utf-8"))
    headings = ["".join(c["source"]).lstrip("# ") for c in notebook["cells"] if c["cell_type"] == "markdown"]
    assert [heading for heading in headings if words(language)(heading) == heading] == []


@pytest.mark.parametrize("language", ["fr", "ru"])
def test_every_rule_and_its_remedy_is_translated(language: str) -> None:
    said = words(language)
    told = {text for rule in RULES for text in (rule.name, rule.hint) if text}
    assert sorted(text for text in told if said(text) == text) == []
