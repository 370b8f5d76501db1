"""One person, one name: agents and campaigns that differ only in case or in spaces."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from callstats.sources import notes

#: Frames of pandas; its own annotations are unions that nothing narrows.
Frame = Any
#: The columns that name an agent or a campaign, whatever the table.
NAMING = ("agent_id", "campaign_id")
_MOST_SHOWN = 5


def one_spelling(tables: Mapping[str, Frame]) -> tuple[dict[str, Frame], list[str]]:
    """Write every agent and campaign in one way, in all tables.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Canonical or helper tables.

    Returns
    -------
    tables : dict of str to DataFrame
        With the spelling that most rows have.
    notes : list of str
        What was brought together.

    Examples
    --------
    >>> import pandas as pd
    >>> calls = pd.DataFrame({"agent_id": ["Ann", "Ann", "ANN ", "Bob"]})
    >>> done, told = one_spelling({"calls": calls})
    >>> done["calls"]["agent_id"].tolist(), told
    (['Ann', 'Ann', 'Ann', 'Bob'], ['agent_id: ANN  and Ann are taken as one, Ann'])
    """
    done, told = dict(tables), []
    for column in NAMING:
        kept = _kept(_counted(done.values(), column))
        changed = {spelling: name for name, spellings in kept.items() for spelling in spellings}
        if not changed:
            continue
        for name, frame in done.items():
            if column in frame:
                # the few spellings are replaced; a map over all rows would lose the column's type
                done[name] = frame.assign(**{column: frame[column].replace(changed)})
        told += _told(column, kept)
    return done, told


def folded(name: str) -> str:
    """Return what a name says, whatever its case and spaces.

    Examples
    --------
    >>> folded(" Ann  EXAMPLE") == folded("ann example")
    True
    """
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", name)).strip().casefold()


def _counted(frames: Iterable[Frame], column: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for frame in frames:
        if column in frame:
            counts.update({str(k): int(n) for k, n in frame[column].value_counts().items()})
    return counts


def _kept(counts: Mapping[str, int]) -> dict[str, list[str]]:
    """Return the spelling to keep of each name that is written in several ways, and the others."""
    ways: dict[str, list[str]] = {}
    for spelling in counts:
        ways.setdefault(folded(spelling), []).append(spelling)
    kept = {}
    for spellings in ways.values():
        if len(spellings) > 1:
            # of equally frequent ones, the one without needless spaces, then the one in capitals
            best = min(spellings, key=lambda s: (-counts[s], s != " ".join(s.split()), s))
            kept[best] = sorted(s for s in spellings if s != best)
    return kept


def _told(column: str, kept: Mapping[str, list[str]]) -> list[str]:
    shown = [
        notes.write(notes.ONE_NAME, column=column, spellings=" and ".join(sorted([*others, name])), name=name)
        for name, others in list(kept.items())[:_MOST_SHOWN]
    ]
    left = len(kept) - len(shown)
    return [*shown, *([notes.write(notes.MORE_NAMES, column=column, count=left)] if left else [])]
