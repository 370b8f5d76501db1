"""Files that were given several times, and rows that several files hold."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from callstats.sources import notes as told
from callstats.sources.containers import Found
from callstats.sources.raw import Frame, Raw, Series


def different(found: Iterable[Found], notes: list[str]) -> list[tuple[Found, str]]:
    """Return each file with its SHA-256, a copy of one that came before not again.

    Parameters
    ----------
    found : iterable of Found
    notes : list of str
        A note is added for each copy.
    """
    seen: dict[str, Found] = {}
    for single in found:
        digest = sha256(single.path)
        if digest in seen:
            notes.append(told.write(told.COPY, file=single.name, other=seen[digest].name))
        else:
            seen[digest] = single
    return [(single, digest) for digest, single in seen.items()]


def sha256(file: Path) -> str:
    """Return the SHA-256 of a file; nothing of what cannot be opened, which its reader will say."""
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:
        return str(file)


def later_wins(
    tables: Mapping[str, Frame], keys: Mapping[str, tuple[str, ...]], raws: list[Raw], notes: list[str]
) -> dict[str, Frame]:
    """Leave out rows that come again in a later file: it knows better how a call ended.

    A contact keeps the first moment it was loaded, and what a later file does not say of it.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        With ``_raw``, which says where each row came from.
    keys : mapping of str to tuple of str
        The columns that name a row of a table.
    raws : list of Raw
    notes : list of str
        A note is added for each table that had such rows.
    """
    done = dict(tables)
    files = {number: raw.digest or raw.file for number, raw in enumerate(raws)}
    if len(set(files.values())) < 2:
        return done
    order = {name: place for place, name in enumerate(dict.fromkeys(files.values()))}
    for name, key in keys.items():
        frame = done.get(name)
        if frame is None or "_raw" not in frame or not set(key) <= set(frame.columns):
            continue
        place = frame["_raw"].map(files).map(order)
        again = _again(frame, list(key), place)
        if again.any():
            kept = _keep_first_load(frame, list(key), place, again) if name == "contacts" else frame
            done[name] = kept[~again].reset_index(drop=True)
            notes.append(told.write(told.CAME_AGAIN, count=int(again.sum())))
    return done


def _again(frame: Frame, key: list[str], place: Series) -> Series:
    """Mark the rows that a later file holds as well."""
    last = place.groupby([frame[column] for column in key], dropna=True).transform("max")
    return place.lt(last).fillna(False).astype(bool)


def _keep_first_load(frame: Frame, key: list[str], place: Series, again: Series) -> Frame:
    frame = frame.copy()
    groups = frame.assign(_place=place).groupby(key, dropna=True)
    if "loaded_at" in frame:
        frame["loaded_at"] = groups["loaded_at"].transform("min").fillna(frame["loaded_at"])
    others = [c for c in frame.columns if c not in (*key, "_raw", "_position", "loaded_at")]
    known = groups[others].ffill()
    for column in others:
        frame[column] = frame[column].where(again | frame[column].notna(), known[column])
    return frame
