"""The value of a column in a mapping: its format, unit and marks, and the questions that are left."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from callstats.errors import InputError
from callstats.sources.drafting import toml_lines
from callstats.sources.drafting.column_looks import ColumnLook
from callstats.sources.drafting.synonyms import unit_of
from callstats.sources.times import parse
from callstats.sources.typed_cells import Cells

_ISO = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d")
_UNITS_OF_CLOCKS = ("hh:mm:ss", "hh:mm", "text")
_COUNTRIES = {
    "Europe/Paris": "FR", "Europe/London": "GB", "Europe/Berlin": "DE", "Europe/Madrid": "ES",
    "Europe/Rome": "IT",
    "Europe/Brussels": "BE", "Europe/Zurich": "CH", "Europe/Amsterdam": "NL", "Europe/Lisbon": "PT",
    "Europe/Moscow": "RU",
    "America/New_York": "US", "America/Chicago": "US", "America/Denver": "US", "America/Los_Angeles": "US",
    "Africa/Casablanca": "MA", "Africa/Tunis": "TN", "Africa/Dakar": "SN", "Asia/Manila": "PH",
    "Asia/Kolkata": "IN",
}  # fmt: skip


@dataclass(slots=True)
class DraftEntry:
    """One line of a mapping, with what is said of it.

    Attributes
    ----------
    value : str or mapping
    remarks : list of str
        Behind the line.
    above : list of str
        Comments above it: questions that only a person can answer.
    """

    value: str | Mapping[str, Any]
    remarks: list[str] = field(default_factory=list)
    above: list[str] = field(default_factory=list)

    def lines(self, key: str) -> list[str]:
        """Return the lines."""
        return [*self.above, toml_lines.line(key, self.value, *self.remarks)]


def is_iso(formats: tuple[str, ...]) -> bool:
    """Tell formats that can be read in one way only, year first."""
    return all(form.startswith(_ISO) for form in formats)


def time_entry(to: str, source: Mapping[str, str], seen: ColumnLook, cells: Cells) -> DraftEntry:
    """Return the entry of a time: from a column or a template, by the format that fits.

    Parameters
    ----------
    to : str
    source : mapping
        ``{"column": name}`` or ``{"template": text}``.
    seen : ColumnLook
    cells : Cells
    """
    plain: Any = source["column"] if "column" in source else dict(source)
    if seen.is_epoch:
        return DraftEntry({**source, "type": "epoch", "unit": seen.unit.removeprefix("epoch ")})
    formats = seen.formats
    if len(formats) > 1:
        return _question(to, source, plain, seen, cells)
    if not formats or is_iso(formats):
        return DraftEntry(plain, ["times say their offset"] if seen.zoned else [])
    try:
        found = parse(cells.texts, (), {}).formats
    except InputError:
        found = formats
    found = found or formats
    return DraftEntry({**source, "format": found[0] if len(found) == 1 else found})


def _question(to: str, source: Mapping[str, str], plain: Any, seen: ColumnLook, cells: Cells) -> DraftEntry:
    """Ask which number is the day; the import refuses to guess."""
    example = toml_lines.shown(next(iter(seen.counts), ""))
    above = [
        toml_lines.comment(
            f"QUESTION: {example} can be read in {len(seen.formats)} ways. "
            "Put one of these lines in place of the one below:"
        )
    ]
    for form in seen.formats[:4]:
        days = parse(cells.texts, (form,)).naive.dropna()
        span = f"{days.min():%Y-%m-%d} to {days.max():%Y-%m-%d}" if len(days) else "reads nothing"
        above.append("# " + toml_lines.line(to, {**source, "format": form}, span))
    return DraftEntry(plain, above=above)


def length_entry(seen: ColumnLook) -> DraftEntry:
    """Return the entry of a duration, with its unit.

    Examples
    --------
    >>> length_entry(ColumnLook("Talk ms", kind="number", high=95000.0, whole=True)).value
    {'column': 'Talk ms', 'unit': 'ms'}
    >>> length_entry(ColumnLook("Talk", kind="number", high=95.0, whole=True)).value
    'Talk'
    """
    named = unit_of(seen.name)[1]
    if seen.kind == "span":
        return DraftEntry(seen.name)
    if seen.kind == "clock":
        unit = {"mm:ss": "hh:mm:ss"}.get(seen.unit, seen.unit)
        if named == "hh:mm" and seen.unit == "mm:ss":
            unit = "hh:mm"
        above = []
        if seen.unit == "mm:ss" and named not in ("hh:mm", "hh:mm:ss"):
            example = next(iter(seen.counts), "")
            above = [
                toml_lines.comment(
                    f"QUESTION: read as minutes and seconds ({example}); "
                    'unit = "hh:mm" if they are hours and minutes'
                )
            ]
        return DraftEntry({"column": seen.name, "unit": unit}, above=above)
    if seen.typed and not seen.whole and named in ("", "hh:mm:ss") and 0 < seen.high < 1:
        return DraftEntry(
            {"column": seen.name, "unit": "hh:mm:ss"}, ["parts of a day, as Excel keeps a clock"]
        )
    if named in ("ms", "min", "h"):
        return DraftEntry({"column": seen.name, "unit": named})
    if not named and seen.high > 65_000:
        return DraftEntry(
            {"column": seen.name, "unit": "ms"},
            above=["# QUESTION: too long for seconds; are these milliseconds?"],
        )
    return DraftEntry(seen.name)


def phone_entry(name: str, seen: ColumnLook, zone: str) -> DraftEntry:
    """Return the entry of a contact that is a telephone number: in one way where it is written in several."""
    if seen.rounded:
        return DraftEntry(
            name,
            above=[
                "# WARNING: a spreadsheet cut these numbers (3.3E+10): "
                "several people are one. Export them again as text."
            ],
        )
    numbers = [text for text in seen.counts if re.fullmatch(r"\+?[\d\s().\-/]{6,22}", text)]
    if len(numbers) < 0.6 * len(seen.counts):
        return DraftEntry(name)
    foreign = [text for text in numbers if text.startswith(("+", "00"))]
    marked = {bool(re.search(r"[^\d+]", text)) for text in numbers}
    if not numbers or not (0 < len(foreign) < len(numbers) or len(marked) > 1):
        return DraftEntry(name)
    country = _country(foreign) or _COUNTRIES.get(zone, "")
    if country or len(foreign) == len(numbers):
        entry: dict[str, Any] = {"column": name, "type": "phone"}
        return DraftEntry({**entry, "country": country} if country else entry, ["written in several ways"])
    return DraftEntry(
        name,
        above=[
            toml_lines.comment(
                "QUESTION: numbers are written in several ways; of which country are they? "
                f'{{ column = {toml_lines.text(toml_lines.shown(name))}, type = "phone", country = "FR" }}'
            )
        ],
    )


def _country(foreign: list[str]) -> str:
    import phonenumbers

    for text in foreign:
        try:
            number = phonenumbers.parse("+" + re.sub(r"\D", "", text).removeprefix("00"), None)
        except phonenumbers.NumberParseException:
            continue
        if region := phonenumbers.region_code_for_country_code(number.country_code or 0):
            return region if region not in ("ZZ", "001") else ""
    return ""


def marks_of(seen: list[ColumnLook]) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Return the decimal and thousands marks of all number columns, and of those that differ from them."""
    common: dict[str, str] = {}
    commas = [item for item in seen if item.decimal == ","]
    dots = [item for item in seen if item.decimal == "." and not item.whole and not item.typed]
    if commas and not dots:
        common["decimal"] = ","
    own = {item.name: {"decimal": ","} for item in commas} if commas and dots else {}
    if any(item.thousands == "," for item in seen):
        if "decimal" not in common:
            common["thousands"] = ","
        else:
            own |= {item.name: {"decimal": ".", "thousands": ","} for item in seen if item.thousands == ","}
    return common, own
