"""The month on one screen: a row for each campaign, and the other reports as links.

The numbers are those that each report wrote to its JSON: nothing is computed here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from callstats.kpis import get
from callstats.report.month import CAMPAIGN, METHOD, SUMMARY
from callstats.show.words import Words, mark, words

if TYPE_CHECKING:
    from callstats.report.index import Entry
    from callstats.report.month import MonthPlan

Block = dict[str, Any]
#: The figures of a campaign's row, by KPI.
FIGURES = ("profit", "roi", "successes_per_login_hour")
_CAMPAIGN_REPORT = CAMPAIGN[0]
#: The rows of links, by report: what they are called, in order. Others are reports of the project's own.
_SHELVES = {
    SUMMARY: mark("The whole site"),
    "agent_comparison": mark("Agents"),
    "list_ab_test": mark("List tests"),
    "service_report": mark("Service"),
    "data_quality": mark("Data quality"),
    METHOD: mark("How we know"),
}
_OWN = mark("Own reports")


def overview(plan: MonthPlan, entries: Sequence[Entry]) -> Iterator[Block]:
    """Yield the table of campaigns, then the links to the other reports.

    Parameters
    ----------
    plan : MonthPlan
    entries : sequence of Entry
        In the order of the page; failed reports have no links.
    """
    _ = words(plan.language)
    campaigns = [one for one in entries if one.planned.report == _CAMPAIGN_REPORT]
    if campaigns:
        heads = [_("Campaign"), *(_label(name, campaigns, plan.language) for name in FIGURES), _("Targets")]
        rows = [_row(plan, one) for one in campaigns]
        yield {"kind": "overview", "caption": _("Campaigns"), "heads": heads, "rows": rows}
    shelves = [shelf for shelf in _shelves(plan, entries) if shelf["items"]]
    if shelves:
        yield {"kind": "shelves", "shelves": shelves}


def _label(kpi: str, entries: Sequence[Entry], language: str) -> str:
    """Return a KPI's label as the reports have it, else as the catalogue has it."""
    shown = (figure["label"] for one in entries for figure in _figures(one) if figure.get("name") == kpi)
    return str(next(shown, get(kpi).label[language]))


def _figures(entry: Entry) -> Sequence[Mapping[str, Any]]:
    return entry.opening.get("figures", ())


def _row(plan: MonthPlan, entry: Entry) -> Block:
    """Return a campaign's row: its name and headline, its figures with intervals, its targets, its files."""
    _ = words(plan.language)
    by_name = {figure.get("name"): figure for figure in _figures(entry)}
    label = plan.labels.get(entry.planned.campaign, entry.planned.campaign) or _("All campaigns")
    return {
        "name": label,
        "headline": entry.headline,
        "url": entry.url,
        "links": entry.links,
        "failed": _("could not be made") if entry.content is None else "",
        "cells": [_cell(by_name.get(name)) for name in FIGURES],
        "chips": _chips(entry, _),
    }


def _cell(figure: Mapping[str, Any] | None) -> Block:
    """Return a figure's cell; without its reason where it is not known."""
    told = figure or {}
    return {"value": str(told.get("value") or "–"), "interval": str(told.get("interval") or "")}


def _chips(entry: Entry, _: Words) -> list[Block]:
    """Return how many targets are missed, too close to tell, running and met, as far as there are any."""
    results = (entry.content or {}).get("results", {})
    told = results.get("targets") or ()
    count = Counter(str(target.get("state")) for target in told if isinstance(target, Mapping))
    texts = {
        "missed": (_.ngettext("{n} missed", "{n} missed", count["missed"]), "bad"),
        "close": (_.ngettext("{n} too close to tell", "{n} too close to tell", count["close"]), "unknown"),
        "running": (_.ngettext("{n} running", "{n} running", count["running"]), "neutral"),
        "met": (_.ngettext("{n} met", "{n} met", count["met"]), "good"),
    }
    return [{"text": text, "tone": tone} for state, (text, tone) in texts.items() if count[state]]


def _shelves(plan: MonthPlan, entries: Sequence[Entry]) -> Iterator[Block]:
    _ = words(plan.language)
    kept = [one for one in entries if one.planned.report != _CAMPAIGN_REPORT and one.content is not None]
    for report, label in _SHELVES.items():
        yield {"label": _(label), "items": [_item(plan, one) for one in kept if one.planned.report == report]}
    own = [_item(plan, one) for one in kept if one.planned.report not in _SHELVES]
    yield {"label": _(_OWN), "items": own}


def _item(plan: MonthPlan, entry: Entry) -> Block:
    """Return a report's name, headline and files; one of a whole shelf's own needs only its title."""
    planned = entry.planned
    named = plan.labels.get(planned.subject, planned.subject)
    title = str((entry.content or {}).get("title") or planned.heading)
    if planned.report not in _SHELVES and named:
        named = words(plan.language).headed(title, named)
    told = "" if planned.report == SUMMARY else entry.headline  # the page opens with it
    return {"name": named or title, "url": entry.url, "links": entry.links, "headline": told}
