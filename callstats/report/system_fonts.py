"""Fonts of this system for characters that the PDF's own fonts lack: Chinese, Arabic, emoji."""

from __future__ import annotations

import logging
import shutil
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from callstats.report.glyphs import covered

#: More fonts than these are not taken for one document.
_MOST = 8
#: Characters that a warning names.
_NAMED = 5
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
#: Families that are tried first: made to stand beside others.
_FIRST = ("noto", "dejavu", "liberation", "droid", "wenquanyi", "segoe ui", "arial unicode")
_LOG = logging.getLogger("callstats.report")


@dataclass(frozen=True, slots=True)
class SystemFont:
    """A font of this system: its file, its family, and the code points it draws."""

    file: Path
    family: str
    points: frozenset[int]


def fonts_for(content: Any) -> tuple[SystemFont, ...]:
    """Return the fonts that draw what the PDF's own fonts do not; warn of what no font draws.

    Parameters
    ----------
    content : plain data
        Of a document.
    """
    wanted = missing(content)
    if not wanted:
        return ()
    chosen: list[SystemFont] = []
    known = installed()
    while wanted and len(chosen) < _MOST:
        best = max(known, key=lambda font: len(font.points & wanted), default=None)
        if best is None or not best.points & wanted:
            break
        chosen.append(best)
        wanted -= best.points
    if wanted:
        named = ", ".join(f"{chr(p)} (U+{p:04X})" for p in sorted(wanted)[:_NAMED])
        more = f" and {len(wanted) - _NAMED} more" if len(wanted) > _NAMED else ""
        _LOG.warning(
            "no font of this system draws %s%s: they are written as code points. "
            "Noto's fonts have nearly all (Debian: fonts-noto-core, fonts-noto-cjk, fonts-noto-color-emoji).",
            named, more,
        )  # fmt: skip
    return tuple(chosen)


def missing(content: Any) -> frozenset[int]:
    """Return the code points of plain data that the PDF's own fonts lack.

    Examples
    --------
    >>> missing({"list": ["Été", "中"]}) == {ord("中")}
    True
    """
    return frozenset(
        ord(character)
        for character in set("".join(_texts(content)))
        if ord(character) not in covered() and unicodedata.category(character) not in _UNSEEN
    )


def _texts(content: Any) -> Iterable[str]:
    if isinstance(content, str):
        if not content.isascii():
            yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from _texts(value)
    elif isinstance(content, list | tuple):
        for value in content:
            yield from _texts(value)


@cache
def installed() -> tuple[SystemFont, ...]:
    """Return the fonts of this system, read once per process; those first that are preferred."""
    from matplotlib.font_manager import findSystemFonts

    found = [font for file in findSystemFonts() if (font := _read(Path(file))) is not None]
    return tuple(sorted(found, key=_preference))


def _preference(font: SystemFont) -> tuple[int, bool, int, str]:
    family, stem = font.family.lower(), font.file.stem.lower()
    rank = next((at for at, name in enumerate(_FIRST) if family.startswith(name)), len(_FIRST))
    styled = any(
        word in stem for word in ("bold", "italic", "oblique", "light", "condensed", "black", "mono")
    )
    return rank, styled, len(stem), stem


def _read(file: Path) -> SystemFont | None:
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with file.open("rb") as opened, TTFont(opened, lazy=True, fontNumber=0) as font:
            points = font.getBestCmap() or {}
            name: Any = font["name"]
            family = name.getDebugName(16) or name.getDebugName(1)
    except (TTLibError, OSError, ValueError, KeyError, AssertionError):  # damaged, or of a kind of its own
        return None
    return SystemFont(file, family, frozenset(points)) if family else None


def lay_fonts(fonts: Iterable[SystemFont], folder: Path) -> Path:
    """Put fonts into a folder where typst finds them alone, and return it."""
    place = folder / "fonts"
    place.mkdir()
    for number, font in enumerate(fonts):
        there = place / f"{number}{font.file.suffix}"
        try:
            there.symlink_to(font.file)
        except OSError:  # no rights to make links
            shutil.copyfile(font.file, there)
    return place
