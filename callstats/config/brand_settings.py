"""How a site's reports look: logo, colour, typeface and footer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BrandSettings:
    """The looks of a house, on the page, on paper and on the index.

    Attributes
    ----------
    logo : str
        A PNG, JPEG or SVG file; a relative path is looked for beside the project file, the data, and
        where one works. Empty: none.
    colour : str
        The accent, as ``#rrggbb``. Empty: callstats' own.
    typeface : str
        The family of the text. Empty: callstats' own.
    footer : str
        One line at the foot of every page.
    """

    logo: str = ""
    colour: str = ""
    typeface: str = ""
    footer: str = ""

    def __bool__(self) -> bool:
        return self != BrandSettings()
