"""A site's own outcome codes and the order of its dates, said of a source that ships."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import callstats as cs
from callstats import config
from callstats.errors import InputError, UsageError
from callstats.sources import find, site_settings
from callstats.sources.outcomes import OUTCOMES

FIVE9 = """CALL ID,TIMESTAMP,CAMPAIGN,CALL TYPE,AGENT,DISPOSITION,ANI,DNIS,TALK TIME,AFTER CALL WORK TIME
1,03/09/2026 10:00:00,spring,Outbound,ann,Sold gold,0199000000,0199001001,00:01:00,00:00:10
2,04/09/2026 10:05:00,spring,Outbound,ann,ZZ9,0199000000,0199001002,00:02:00,00:00:10
3,05/09/2026 10:10:00,spring,Outbound,bob,No Answer,0199000000,0199001003,00:00:00,00:00:00
"""
OWN = {"five9": {"statuses": {"SOLD GOLD": "success", "ZZ9": {"handled": True, "success": False}}}}


def said(**sources: object) -> config.Config:
    return config.parse({"sources": sources})


def five9(folder: Path, content: str = FIVE9, **options: object) -> cs.Dataset:
    (folder / "log.csv").write_text(content, encoding="utf-8")
    given = {"source": "five9", "time_zone": "Europe/Paris", "dates": "day-first", **options}
    return cs.read(folder / "log.csv", **given)  # type: ignore[arg-type]


def calls(dataset: cs.Dataset) -> pd.DataFrame:
    return dataset.table("calls").collect().to_pandas()


@pytest.mark.parametrize(("order", "month"), [("day-first", 9), ("month-first", 3)])
def test_the_order_of_dates_is_said_where_every_date_could_be_either(tmp_path, order, month) -> None:
    assert calls(five9(tmp_path, dates=order))["local_started_at"].iloc[0].month == month
    of_the_site = said(five9={"dates": order})
    assert calls(five9(tmp_path, dates=None, config=of_the_site))["local_started_at"].iloc[0].month == month


def test_this_import_outranks_the_project_file(tmp_path) -> None:
    dataset = five9(tmp_path, dates="month-first", config=said(five9={"dates": "day-first"}))
    assert dataset.provenance["dates"] == "month-first"
    assert calls(dataset)["local_started_at"].iloc[0].month == 3


def test_dates_that_tell_their_order_are_read_as_they_tell_it(tmp_path) -> None:
    told = FIVE9.replace("05/09/2026", "09/25/2026")
    assert calls(five9(tmp_path, told))["local_started_at"].dt.month.tolist() == [3, 4, 9]


def test_an_hour_before_the_date_does_not_hide_its_order(tmp_path) -> None:
    swapped = FIVE9
    for day, hour in (("03", "10:00"), ("04", "10:05"), ("05", "10:10")):
        swapped = swapped.replace(f"{day}/09/2026 {hour}:00", f"{hour} {day}/09/2026")
    assert calls(five9(tmp_path, swapped, dates="month-first"))["local_started_at"].dt.month.tolist() == [
        3,
        4,
        5,
    ]


@pytest.mark.parametrize(
    "words", ["--dates day-first or --dates month-first", "[sources.five9]", 'dates = "day-first"']
)
def test_the_refusal_of_doubtful_dates_names_the_option(tmp_path, words) -> None:
    with pytest.raises(InputError, match="cannot tell the day from the month") as refused:
        five9(tmp_path, dates=None)
    assert words in str(refused.value)


def test_a_mapping_is_told_its_format_or_the_order(tmp_path) -> None:
    (tmp_path / "crm.csv").write_text("id,when\n1,03/09/2026 10:00\n")
    (tmp_path / "crm.toml").write_text('time_zone = "Europe/Paris"\n[calls.columns]\nstarted_at = "when"\n')
    with pytest.raises(InputError, match='format = "%d/%m/%Y %H:%M" in the mapping, or --dates day-first'):
        cs.read(tmp_path / "crm.csv", mapping=tmp_path / "crm.toml")
    dataset = cs.read(tmp_path / "crm.csv", mapping=tmp_path / "crm.toml", dates="month-first")
    assert calls(dataset)["local_started_at"].iloc[0].month == 3


def test_a_code_of_the_sites_own_means_what_the_project_file_says(tmp_path) -> None:
    rows = calls(five9(tmp_path, config=said(**OWN)))
    assert rows["success"].tolist() == [True, False, False]
    assert rows["closed_reason"].fillna("").tolist() == ["success", "", ""]


def test_an_own_meaning_stands_above_every_other() -> None:
    hubspot, vicidial = find("hubspot"), find("vicidial")
    code = next(iter(hubspot.inbound_statuses))
    own = config.SourceSettings({code: "turned_away"})
    changed = site_settings.with_settings(hubspot, own)
    assert changed.statuses[code] == OUTCOMES["turned_away"]
    assert code not in changed.inbound_statuses
    tables = {"statuses": pd.DataFrame()}
    assert vicidial.more_statuses is not None
    listed = site_settings.with_settings(
        site_settings.replace(vicidial, more_statuses=lambda _: {("", "gold"): OUTCOMES["refusal"]}),
        config.SourceSettings({"GOLD": "success"}),
    )
    assert listed.more_statuses is not None
    assert listed.more_statuses(tables) == {}
    assert listed.statuses["GOLD"] == OUTCOMES["success"]


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ({"five8": {}}, "unknown source 'five8'.\nDid you mean 'five9'"),
        ({"hubspot": {"dates": "day first"}}, "unknown order 'day first'.\nDid you mean 'day-first'"),
        ({"five9": {"statuses": {"A": "sucess"}}}, "sources.five9.statuses.A: unknown outcome 'sucess'"),
        ({"five9": {"statuses": {"A": {"suces": True}}}}, "sources.five9.statuses.A: "),
    ],
)
def test_what_a_project_file_cannot_mean_is_refused_whatever_is_read(tmp_path, sources, message) -> None:
    with pytest.raises(InputError) as refused:
        five9(tmp_path, config=said(**sources))
    assert message in str(refused.value)


def test_a_key_that_a_source_has_not_is_named_with_those_that_are_near() -> None:
    with pytest.raises(InputError, match="Did you mean 'statuses'"):
        said(five9={"status": {}})


def test_an_unknown_order_in_python_is_named() -> None:
    with pytest.raises(UsageError, match="Did you mean 'day-first'"):
        site_settings.order_of_dates("day first")


class TestACodeThatNothingExplains:
    def test_is_a_finding_also_where_the_seconds_tell_that_an_agent_talked(self, tmp_path) -> None:
        found = [f for f in cs.check(five9(tmp_path)).findings if f.rule == "every outcome code is known"]
        assert [(f.rows, f.example) for f in found] == [(2, "Sold gold (1), ZZ9 (1)")]

    def test_comes_with_the_line_to_paste(self, tmp_path) -> None:
        (found,) = (f for f in cs.check(five9(tmp_path)).findings if f.rule == "every outcome code is known")
        assert (
            'callstats.toml, below [sources.five9.statuses], what the code means: "Sold gold" = "success"'
            in (found.hint)
        )

    def test_is_none_once_the_line_is_pasted(self, tmp_path) -> None:
        findings = cs.check(five9(tmp_path, config=said(**OWN))).findings
        assert all(f.rule != "every outcome code is known" for f in findings)
