"""The index of a month: every report's findings and links, on one page.

It uses the reports' template and the same kinds of blocks, contains no timestamps and
does not show whether a report was made now or earlier: the same reports give the same
page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from callstats.report import report_files as files
from callstats.report.branding import checked_brand
from callstats.report.report_results import dumped
from callstats.show.words import words

if TYPE_CHECKING:
    from callstats.report.month import MonthPlan, PlannedReport

Block = dict[str, Any]
_FIGURES = 3  # a row of cards


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
    def files(self) -> dict[str, str]:
        """The names of its files by extension: html, pdf and xlsx if made, ipynb and json."""
        if self.content is None or self.planned.order is None:
            return {}
        stem = self.planned.order.stem
        beside = {
            name.removeprefix(f"{stem}."): name for name in self.content.get("made", {}).get("files", ())
        }
        return {**beside, "json": f"{stem}.json"}


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
    blocks = [_summary(ready, len(failed), plan.language), *_groups(plan, entries)]
    return {
        "title": title,
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


def _summary(ready: str, failed: int, language: str) -> Block:
    sentences = [{"text": ready, "tone": "neutral" if failed else "good"}]
    if failed:
        told = words(language).ngettext("{n} report failed.", "{n} reports failed.", failed)
        sentences.append({"text": told, "tone": "bad"})
    return {"kind": "verdict", "sentences": sentences}


def _groups(plan: MonthPlan, entries: Sequence[Entry]) -> Iterator[Block]:
    _ = words(plan.language)
    groups = groupby(entries, key=lambda entry: entry.planned.campaign)
    for number, (campaign, members) in enumerate(groups, 1):
        name = plan.labels.get(campaign, campaign) if campaign else _("All campaigns")
        yield _heading(2, f"s-{number}", name)
        for count, entry in enumerate(members, 1):
            yield from _report(plan, entry, f"s-{number}-{count}")


def _report(plan: MonthPlan, entry: Entry, identifier: str) -> Iterator[Block]:
    """Yield the blocks of one report: its name, its findings or why it failed, its files."""
    _ = words(plan.language)
    names = entry.files
    name = _name(plan, entry)
    yield _heading(3, identifier, name, names.get("html") or names.get("pdf"))
    if entry.content is None:
        if plan.audience != "internal":  # an error may quote the data
            yield {"kind": "paragraph", "inlines": [_text(_("This report could not be made."))]}
            return
        yield {"kind": "paragraph", "inlines": [_text(_("This report could not be made:"))]}
        yield {"kind": "error", "text": entry.error}
        return
    headline = entry.content.get("headline", {})
    if headline.get("verdict"):
        yield {"kind": "verdict", "sentences": headline["verdict"]}
    if headline.get("figures"):
        yield {"kind": "key_figures", "figures": headline["figures"][:_FIGURES], "caption": ""}
    told = {"html": "HTML", "pdf": "PDF", "xlsx": _("Workbook"), "ipynb": _("Notebook"), "json": "JSON"}
    links = [_link(text, names[ending]) for ending, text in told.items() if ending in names]
    yield {"kind": "paragraph", "inlines": _between(links, " · ")}


def _name(plan: MonthPlan, entry: Entry) -> str:
    """Return the report's own title, plus the name of a test."""
    _ = words(plan.language)
    title = (entry.content or {}).get("title") or _(entry.planned.heading)
    subject = entry.planned.subject
    return str(title) if subject in ("", entry.planned.campaign) else _.headed(str(title), subject)


def _heading(level: int, identifier: str, text: str, file: str | None = None) -> Block:
    inlines = [_text(text)] if file is None else [_link(text, file)]
    return {"kind": "heading", "level": level, "id": identifier, "text": text, "inlines": inlines}


def _text(text: str) -> Block:
    return {"kind": "text", "text": text}


def _link(text: str, file: str) -> Block:
    return {"kind": "link", "url": f"./{quote(file)}", "inlines": [_text(text)]}


def _between(inlines: Sequence[Block], mark: str) -> list[Block]:
    return [part for inline in inlines for part in (_text(mark), inline)][1:]


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
                **{
                    key: (entry.content or {}).get("headline", {}).get(key, [])
                    for key in ("verdict", "figures")
                },
            }
            for entry in entries
        ],
    }
