"""The page on sources: a newcomer finds every system that ships, what it tells, and its traps."""

from __future__ import annotations

from pathlib import Path

import pytest

from callstats.sources import known

PAGE = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
OVERVIEW = PAGE.split("## What each system's export tells")[1].split("\n## ")[0]
#: Two names of one source: what is said of Asterisk holds of them.
SAME = {"freepbx": "asterisk", "issabel": "asterisk"}


@pytest.mark.parametrize("name", known())
def test_a_source_has_a_row_in_the_overview(name: str) -> None:
    assert f"`{name}`" in OVERVIEW


@pytest.mark.parametrize("name", known())
def test_every_trap_of_a_source_is_on_the_page(name: str) -> None:
    traps = known()[SAME.get(name, name)].traps
    assert traps
    assert [trap for trap in traps if f"- {trap}" not in PAGE] == []


def test_the_overview_denies_what_no_layout_holds() -> None:
    rows = [line.split("|") for line in OVERVIEW.splitlines() if line.startswith("| `")]
    fields = {
        name: {item.to for layout in source.layouts for item in layout.fields}
        for name, source in known().items()
    }
    for _, names, _, _, hold, wrap, *_ in rows:
        for name in (part.strip(" `") for part in names.split(",")):
            assert (hold.strip() == "no") == ("hold_s" not in fields[name]), (name, "hold")
            assert (wrap.strip() == "no") == ("wrap_s" not in fields[name]), (name, "wrap")
