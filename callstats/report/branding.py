"""The looks of a house in its reports, from ``[brand]`` of its project file."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callstats.report.logo_files import read_logo

if TYPE_CHECKING:
    from callstats.config import BrandSettings

#: What callstats' own reports are drawn with, on white and on a dark page.
ACCENT, ACCENT_ON_DARK = "#0072b2", "#56b4e9"
_WHITE, _DARK = "#ffffff", "#16181b"
#: Least contrast of text with its ground (WCAG 2.2, 1.4.3).
_LEAST = 4.5
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_FAMILY = re.compile(r"[^\W_][\w .-]{0,99}")
_MEDIA = frozenset({"image/png", "image/jpeg", "image/svg+xml"})


@dataclass(frozen=True)
class Branding:
    """How reports look, as plain data, and what there is to say of it.

    Attributes
    ----------
    plain : mapping
        accent and accent_on_dark, typeface, footer, logo (Base64) and logo_type: what stands in the
        notebook. Empty where the house has no looks of its own.
    notes : tuple of str
        A colour that is too pale, a typeface that is not there.
    """

    plain: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def branding(settings: BrandSettings, places: Iterable[Path]) -> Branding:
    """Return the looks that a project file states.

    Parameters
    ----------
    settings : BrandSettings
    places : iterable of Path
        Folders in which a relative logo is looked for.

    Raises
    ------
    InputError
        The logo cannot be read, or is no picture that a report can hold.

    Examples
    --------
    >>> from callstats.config import BrandSettings
    >>> print(branding(BrandSettings(colour="#ffe000"), []).notes[0])
    brand.colour #ffe000 is too pale on white: its contrast is 1.3, text needs 4.5. There it is #857400.
    """
    if not settings:
        return Branding()
    plain: dict[str, str] = {}
    notes: list[str] = []
    if settings.colour:
        colour = settings.colour.lower()
        accent = readable(colour, _WHITE)
        if accent != colour:
            notes.append(
                f"brand.colour {colour} is too pale on white: its contrast is "
                f"{contrast(colour, _WHITE):.1f}, text needs {_LEAST}. There it is {accent}."
            )
        plain |= {"accent": accent, "accent_on_dark": readable(colour, _DARK)}
    if settings.typeface:
        plain["typeface"] = settings.typeface
        if not font_files(settings.typeface):
            notes.append(
                f"brand.typeface {settings.typeface} is not on this system: PDFs are set in callstats' own, "
                "and pages where the reader has none either."
            )
    if settings.footer:
        plain["footer"] = settings.footer
    if settings.logo:
        content, kind = read_logo(_found(settings.logo, places))
        plain |= {"logo": base64.b64encode(content).decode("ascii"), "logo_type": kind}
    return Branding(plain, tuple(notes))


def checked_brand(plain: Any) -> dict[str, str]:
    """Return the looks that stand in a notebook, as far as they can be drawn: anybody may have written them.

    Examples
    --------
    >>> checked_brand({"accent": "#7a1f5c", "typeface": "x'; } body {", "logo_type": "text/html"})
    {'accent': '#7a1f5c'}
    """
    told = {str(key): value for key, value in plain.items() if isinstance(value, str)} if plain else {}
    kept = {key: told[key] for key in ("accent", "accent_on_dark") if _COLOUR.fullmatch(told.get(key, ""))}
    if _FAMILY.fullmatch(told.get("typeface", "")):
        kept["typeface"] = told["typeface"]
    if told.get("footer"):
        kept["footer"] = told["footer"]
    if told.get("logo_type") in _MEDIA and re.fullmatch(r"[A-Za-z0-9+/]+=*", told.get("logo", "")):
        kept |= {key: told[key] for key in ("logo", "logo_type")}
    return kept


def page_style(brand: Mapping[str, str]) -> str:
    """Return the style of a page that has looks of its own, to stand after the style sheet.

    Parameters
    ----------
    brand : mapping
        From :func:`checked_brand`.
    """
    rules = []
    if "accent" in brand:
        light, dark = brand["accent"], brand.get("accent_on_dark", ACCENT_ON_DARK)
        shown = ":root {{ --accent: {0}; }} .cs-page .cs {{ --cs-accent: {0}; }}"
        rules.append(shown.format(light))
        rules.append(f"@media screen and (prefers-color-scheme: dark) {{ {shown.format(dark)} }}")
    if "typeface" in brand:
        rules.append(f'body {{ font-family: "{brand["typeface"]}", {_STACK}; }}')
    return "\n".join(rules)


_STACK = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif'


@cache
def font_files(family: str) -> tuple[Path, ...]:
    """Return the files of a family on this system, by name; none where there is no such family."""
    if not family:
        return ()
    from matplotlib.font_manager import fontManager

    found = {font.fname for font in fontManager.ttflist if font.name.casefold() == family.casefold()}
    return tuple(sorted(path for path in map(Path, found) if path.is_file()))


def contrast(colour: str, ground: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2).

    Examples
    --------
    >>> round(contrast("#000000", "#ffffff"), 1), round(contrast("#777777", "#ffffff"), 2)
    (21.0, 4.48)
    """
    light, dark = sorted((_luminance(colour), _luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(colour: str, ground: str) -> str:
    """Return a colour, or the nearest of its hue whose text can be read on a ground.

    Examples
    --------
    >>> readable("#0072b2", "#ffffff"), readable("#000000", "#16181b")
    ('#0072b2', '#808080')
    """
    towards = 255 if _luminance(ground) < 0.5 else 0
    return next(mixed for mixed in _mixes(colour, towards) if contrast(mixed, ground) >= _LEAST)


def _mixes(colour: str, towards: int) -> Iterator[str]:
    """Yield a colour, then the same mixed with ever more white or black."""
    for percent in range(101):
        mixed = (round(part + (towards - part) * percent / 100) for part in _parts(colour))
        yield "#" + "".join(f"{part:02x}" for part in mixed)


def _parts(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def _luminance(colour: str) -> float:
    shares = (part / 255 for part in _parts(colour))
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _found(logo: str, places: Iterable[Path]) -> Path:
    tried = [place / logo for place in places] or [Path(logo)]
    return next((path for path in tried if path.is_file()), tried[0])
