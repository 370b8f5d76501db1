"""The letter that tells a month, from its index: headlines and verdicts as text, the PDFs beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callstats.errors import InputError
from callstats.report import index
from callstats.report.month import SUMMARY
from callstats.show.words import words


@dataclass(frozen=True, slots=True)
class MonthLetter:
    """What is mailed of a month.

    Attributes
    ----------
    subject, text : str
    attachments : tuple of Path
        PDFs, in the order of the index.
    failed : int
        Reports of the month that could not be made.
    """

    subject: str
    text: str
    attachments: tuple[Path, ...]
    failed: int

    @property
    def content(self) -> str:
        """The checksum of all that it says."""
        told = hashlib.sha256(f"{self.subject}\0{self.text}".encode())
        for file in self.attachments:
            told.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
        return told.hexdigest()


def month_letter(folder: Path, language: str, attach: str = "summary") -> MonthLetter:
    """Write the letter on the reports in a month's folder.

    Parameters
    ----------
    folder : Path
        Where ``callstats monthly`` wrote them.
    language : str
        en, fr or ru: the reports in this language.
    attach : str
        summary, all or none.

    Raises
    ------
    InputError
        There is no index of reports, or a file that it names is not there.
    """
    file = folder / f"{index.stem(language)}.json"
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        reports = list(told["reports"])
        text = "\n".join(_lines(told["title"], reports, language)) + "\n"
        chosen = tuple(folder / name for report in reports for name in _attached(report, attach))
    except FileNotFoundError as error:
        raise InputError("no reports of this month", file=file, hint=_AGAIN) from error
    except OSError as error:
        raise InputError(f"it cannot be read: {error.strerror}", file=file) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError("not the index of a month", file=file, hint=_AGAIN) from error
    for one in chosen:
        if not one.is_file():
            raise InputError("a report that the index names is not there", file=one, hint=_AGAIN)
    failed = sum(report["status"] == "failed" for report in reports)
    return MonthLetter(_one_line(told["title"]), text, chosen, failed)


_AGAIN = "Make them first: callstats monthly DATA --period 2026-09"


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _lines(title: str, reports: list[dict[str, Any]], language: str) -> Iterator[str]:
    """Yield the title, then each report with its headline and its verdict; the summary goes first."""
    _ = words(language)
    yield _one_line(title)
    for report in sorted(reports, key=lambda one: one["report"] != SUMMARY):
        yield ""
        yield _one_line(report["title"])
        if report["status"] == "failed":
            why = f": {_one_line(report['error'])}" if report["error"] else ""
            yield f"  {_('could not be made')}{why}"
        if told := _one_line(str(report.get("headline") or "")):
            yield f"  {told}"
        for sentence in report["verdict"]:
            yield f"  - {_one_line(sentence['text'])}"


def _attached(report: Mapping[str, Any], attach: str) -> list[str]:
    """Return the names of a report's PDFs that go with the letter; a name that leads elsewhere is none."""
    if attach == "none" or (attach == "summary" and report["report"] != SUMMARY):
        return []
    return [name for name in _files(report["files"]) if name.endswith(".pdf") and Path(name).name == name]


def _files(stated: Any) -> list[str]:
    return list(stated.values()) if isinstance(stated, Mapping) else list(stated)
