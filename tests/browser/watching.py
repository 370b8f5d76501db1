"""Open a page and note all that it does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Watched:
    """A page, and what it said and asked for."""

    page: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)


@contextmanager
def watched(browser: Any, path: Path, *, width: int = 1100, **context: Any) -> Iterator[Watched]:
    """Open a file in a browser of its own, wide or narrow, light or dark."""
    # Without smooth scrolling, which is still on its way when one looks.
    opened = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce", **context)
    page = opened.new_page()
    seen = Watched(page)
    page.on("console", lambda message: seen.said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: seen.said.append(str(error)))
    page.on("request", lambda request: seen.asked.append(request.url))
    page.on("dialog", lambda dialog: (seen.dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(path.as_uri())
    page.wait_for_load_state("networkidle")
    try:
        yield seen
    finally:
        opened.close()


def elsewhere(seen: Watched, path: Path) -> list[str]:
    """Return what a page asked for besides itself and what it carries within."""
    own = path.as_uri()
    return [url for url in seen.asked if url != own and not url.startswith("data:")]


def luminance(colour: str) -> float:
    """Return the relative luminance of a CSS colour such as ``rgb(22, 24, 27)``; WCAG 2.2."""
    parts = [int(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two CSS colours, from 1 to 21; WCAG 2.2, 1.4.3."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)
