"""The index of a month: what it came to, a row for each campaign, and the links to every report.

It uses the reports' template and the same kinds of blocks, contains no timestamps and
does not show whether a report was made now or earlier: the same reports give the same
page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from callstats.report import report_files as files
from callstats.report.branding import checked_brand
from callstats.report.month import SUMMARY
from callstats.report.month_overview import overview
from callstats.report.report_results import dumped
from callstats.show.words import words

if TYPE_CHECKING:
    from callstats.report.month import MonthPlan, PlannedReport

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index says about one report.

    Attributes
    ----------
    planned : PlannedReport
    content : mapping or None
        The content of its JSON; None if it failed.
    error : str
        Why it failed; empty otherwise.
    """

    planned: PlannedReport
    content: Mapping[str, Any] | None
    error: str = ""

    @property
    def opening(self) -> Mapping[str, Any]:
        """What the report opens with: its headline, the sentences of its verdict, its key figures."""
        return (self.content or {}).get("headline") or {}

    @property
    def headline(self) -> str:
        """The report in about ten words; "" if it has no headline."""
        return str(self.opening.get("text") or "")

    @property
    def files(self) -> dict[str, str]:
        """The names of its files by extension: html, pdf and xlsx if made, ipynb and json."""
        if self.content is None or self.planned.order is None:
            return {}
        stem = self.planned.order.stem
        beside = {
            name.removeprefix(f"{stem}."): name for name in self.content.get("made", {}).get("files", ())
        }
        return {**beside, "json": f"{stem}.json"}

    @property
    def url(self) -> str:
        """The address of its page, else of its PDF; empty if it has neither."""
        name = self.files.get("html") or self.files.get("pdf")
        return _address(name) if name else ""

    @property
    def links(self) -> list[dict[str, str]]:
        """Text and address of its page, its PDF and its workbook, as far as they are made."""
        shown = {"html": "HTML", "pdf": "PDF", "xlsx": "XLSX"}
        return [
            {"text": text, "url": _address(self.files[end])}
            for end, text in shown.items()
            if end in self.files
        ]


def _address(file: str) -> str:
    return f"./{quote(file)}"


def stem(language: str) -> str:
    """Return the file name of an index without its extension.

    Examples
    --------
    >>> stem("en"), stem("fr")
    ('index', 'index-fr')
    """
    return files.stem("index", [], language)


def contents(plan: MonthPlan, entries: Iterable[Entry]) -> dict[str, bytes]:
    """Return the files of the index: the page and its JSON.

    Parameters
    ----------
    plan : MonthPlan
    entries : iterable of Entry
        One for each report of the plan.
    """
    ordered = sorted(entries, key=lambda entry: _place(plan, entry))
    name = stem(plan.language)
    page = _page(document(plan, ordered)).encode()
    return {f"{name}.html": page, f"{name}.json": dumped(_json(plan, ordered))}


def document(plan: MonthPlan, entries: Sequence[Entry]) -> dict[str, Any]:
    """Return the index as plain blocks, like `callstats.report.document.read` does for a report."""
    _ = words(plan.language)
    title = _("Reports of {period}", period=plan.period_label)
    failed = [entry for entry in entries if entry.content is None]
    ready = _.ngettext("{n} report is ready.", "{n} reports are ready.", len(entries) - len(failed))
    facts = [(_("Data"), str(plan.provenance["data"]))] if plan.provenance.get("data") else []
    facts.append((_("Fingerprint of the data"), f"SHA-256 {str(plan.provenance.get('sha256', ''))[:16]}…"))
    blocks = [
        *_opening(entries, ready, len(failed), plan.language),
        *overview(plan, entries),
        *_failures(plan, entries),
    ]
    if plan.audience == "internal":  # a client gets no notebook
        told = _("Beside each report lie its notebook (.ipynb) and its results (.json).")
        blocks.append({"kind": "note", "text": told})
    return {
        "title": title,
        "subject": title,
        "name": title,
        "subtitle": "",
        "facts": [list(fact) for fact in facts],
        "language": plan.language,
        "period": plan.period_label,
        "description": f"{title}. {ready}",
        "keywords": ["callstats"],
        "brand": checked_brand(plan.brand.plain),
        "contents": [
            {key: block[key] for key in ("level", "text", "id")}
            for block in blocks
            if block["kind"] == "heading" and block["level"] == 2
        ],
        "blocks": blocks,
    }


def _place(plan: MonthPlan, entry: Entry) -> tuple[bool, str, str, bool]:
    """Put the whole site first, with its summary on top, then campaigns in the order readers expect."""
    campaign = entry.planned.campaign
    label = plan.labels.get(campaign, campaign)
    return (campaign != "", label.casefold(), campaign, entry.planned.report != "monthly_summary")


def _opening(entries: Sequence[Entry], ready: str, failed: int, language: str) -> Iterator[Block]:
    """Yield what the month has come to, as its summary says, and how many reports there are."""
    summary = next((one for one in entries if one.planned.report == SUMMARY and one.content), None)
    told = list(summary.opening.get("verdict", ())) if summary else []
    if failed:
        text = words(language).ngettext("{n} report failed.", "{n} reports failed.", failed)
        told.append({"text": text, "tone": "bad"})
    sentences = [*told, {"text": ready, "tone": "neutral" if failed else "good"}]
    yield {"kind": "verdict", "sentences": sentences, "headline": summary.headline if summary else ""}


def _failures(plan: MonthPlan, entries: Sequence[Entry]) -> Iterator[Block]:
    """Yield every report that could not be made, and why."""
    _ = words(plan.language)
    for number, entry in enumerate((one for one in entries if one.content is None), 1):
        yield _heading(2, f"s-{number}", _name(plan, entry))
        if plan.audience != "internal":  # an error may quote the data
            yield {"kind": "paragraph", "inlines": [_text(_("This report could not be made."))]}
            continue
        yield {"kind": "paragraph", "inlines": [_text(_("This report could not be made:"))]}
        yield {"kind": "error", "text": entry.error}


def _name(plan: MonthPlan, entry: Entry) -> str:
    """Return what a report is called: its title, whom it is about, and the name of a test."""
    _, planned = words(plan.language), entry.planned
    title = str((entry.content or {}).get("title") or _(planned.heading))
    about = [
        plan.labels.get(name, name) for name in dict.fromkeys((planned.campaign, planned.subject)) if name
    ]
    return _.headed(title, ", ".join(about)) if about else title


def _heading(level: int, identifier: str, text: str) -> Block:
    return {"kind": "heading", "level": level, "id": identifier, "text": text, "inlines": [_text(text)]}


def _text(text: str) -> Block:
    return {"kind": "text", "text": text}


def _page(content: dict[str, Any]) -> str:
    from callstats.report.html import CallstatsHTMLExporter, page

    return CallstatsHTMLExporter().template.render(resources={"callstats": page(content)})


def _json(plan: MonthPlan, entries: Sequence[Entry]) -> dict[str, Any]:
    return {
        "title": words(plan.language)("Reports of {period}", period=plan.period_label),
        "period": plan.period,
        "language": plan.language,
        "provenance": plan.provenance,
        "reports": [
            {
                "report": entry.planned.report,
                "subject": entry.planned.subject,
                "campaign": entry.planned.campaign,
                "title": _name(plan, entry),
                "status": "failed" if entry.content is None else "ready",
                "error": entry.error if plan.audience == "internal" else "",
                "files": entry.files,
                "headline": entry.headline,
                **{key: entry.opening.get(key, []) for key in ("verdict", "figures")},
            }
            for entry in entries
        ],
    }
