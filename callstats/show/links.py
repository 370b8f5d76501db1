"""Links from one report to another in the same folder, and nowhere else."""

from __future__ import annotations

import re

_BESIDE = re.compile(r"[\w.-]+\.html")


def beside(href: object) -> str:
    """Return the name of a page in the same folder, "" for anything else.

    A name consists of letters, digits, hyphens, underscores and dots, so it cannot
    refer to another folder, another server or a script.

    Examples
    --------
    >>> beside("campaign_report-spring.html"), beside("javascript:alert(1)//.html"), beside("../a.html")
    ('campaign_report-spring.html', '', '')
    """
    return str(href) if isinstance(href, str) and _BESIDE.fullmatch(href) else ""
