"""The project file beside data: what it says of their clock and money must be true of them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from callstats.config import FILE_NAME, Config


def restate(file: Path, decided: Mapping[str, str], to: Path) -> list[str]:
    """Make a project file say what holds of the data now; everything else in it stays as it is.

    Parameters
    ----------
    file : Path
        The project's.
    decided : mapping of str to str
        Key -> what the data have, such as their time zone.
    to : Path
        Where to write the file, if it changes.

    Returns
    -------
    list of str
        A sentence for each key that said, or left open, something else.
    """
    text, told = file.read_bytes().decode("utf-8", "replace"), []
    for key, value in decided.items():
        said = _said(text).get(key, getattr(Config(), key))
        if said == value:
            continue
        changed = with_value(text, key, value)
        if changed is None:
            told.append(f"{FILE_NAME} does not say what the data have: write there {_line(key, value)}")
        else:
            told.append(f"{FILE_NAME} now says {_line(key, value)}, as the data have it; it was {said!r}")
            text = changed
            to.write_bytes(text.encode("utf-8"))
    return told


def with_value(text: str, key: str, value: str) -> str | None:
    r"""Return the text of a project file with another value of one key, comments and all.

    None is returned where that cannot be done without changing anything else: the file is
    no TOML, say.

    Examples
    --------
    >>> with_value('# Lyon\ncurrency = "EUR"  # for now\n', "currency", "CHF")
    '# Lyon\ncurrency = "CHF"  # for now\n'
    >>> with_value('# Lyon\n[labels]\nA = "Été"\n', "currency", "CHF")
    '# Lyon\ncurrency = "CHF"\n[labels]\nA = "Été"\n'
    """
    wanted = {**_said(text), key: value}
    return next((tried for tried in _tries(text, key, value) if _said(tried) == wanted), None)


def _tries(text: str, key: str, value: str) -> Iterator[str]:
    """Yield the text with each line that may be the key's in turn changed, then with a line more.

    Which of them is right is seen by reading it: a table may have a key of that name as well.
    """
    line = rf"""(?m)^([ \t]*(?:{key}|"{key}"|'{key}')[ \t]*=[ \t]*)("[^"\n]*"|'[^'\n]*')"""
    for found in re.finditer(line, text):
        yield f"{text[: found.start(2)]}{_quoted(value)}{text[found.end(2) :]}"
    first = re.search(r"(?m)^[ \t]*[^#\s]", text)
    place = first.start() if first else len(text)
    head = text[:place]
    yield f"{head}{'' if not head or head.endswith(chr(10)) else chr(10)}{_line(key, value)}\n{text[place:]}"


def _said(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def _line(key: str, value: str) -> str:
    return f"{key} = {_quoted(value)}"


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
