"""Which tables of the files are read, and as what; the others are named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatch

from callstats.errors import InputError, near_names
from callstats.sources.base import Layout, Source
from callstats.sources.columns import Columns
from callstats.sources.containers import Found
from callstats.sources.files import PART_BY_PART, kind_of, read_file
from callstats.sources.header import holds_all
from callstats.sources.headless import read_headless
from callstats.sources.raw import Raw


def choose(
    found: list[tuple[Found, str]], source: Source, unread: dict[str, str], most: float = float("inf")
) -> Iterator[tuple[Raw, list[Layout]]]:
    """Yield every raw table with the layouts it is read by; a long one in parts of about ``most`` rows.

    Parameters
    ----------
    found : list of (Found, str)
        Files, each with its SHA-256.
    source : Source
    unread : dict of str to str
        Files, sheets and tables that nothing is read of are added, with the reason.
    """
    joins = {layout.join.file for layout in source.layouts if layout.join}
    for single, digest in found:
        wanted = _for_file(single, source)
        is_joined = any(fnmatch(single.name.rsplit("/", 1)[-1], file) for file in joins)
        if not wanted and not is_joined:
            unread[single.name] = "no table of the mapping is read from it"
            continue
        rest: Iterator[Raw] = iter(())
        try:
            raws, rest = _tables(single, source, wanted, most)
        except InputError as error:
            if single.alone or len(found) == 1:
                raise
            unread[single.name] = error.args[0] if error.args else str(error)
            continue
        if headless := _without_header(single, raws, source):
            raws, rest = headless, iter(())
        alone = single.alone and len(raws) == 1
        for part, raw in enumerate(raws):
            raw.digest, raw.part = digest, part
            layouts = [] if raw.unread else _layouts(raw, wanted, source, alone=alone)
            if layouts or is_joined:
                yield raw, layouts
                for further in rest:
                    further.digest = digest
                    yield further, layouts
            else:
                unread[raw.called] = raw.unread or _why_unread(raw, source)


def _tables(
    single: Found, source: Source, wanted: list[Layout], most: float
) -> tuple[list[Raw], Iterator[Raw]]:
    """Return the tables of a file; of one read part by part the first part, and the others to come."""
    raws = read_file(single, source.text, wanted or source.layouts, most)
    if most == float("inf") or kind_of(single) not in PART_BY_PART:
        return list(raws), iter(())
    return [next(raws)], raws


def _without_header(single: Found, raws: list[Raw], source: Source) -> list[Raw]:
    """Read a file again that has no header: no layout fits it, and its first row holds no names."""
    if not source.choose or any(not raw.unread and _has_header(raw, source) for raw in raws):
        return []
    if any(_knows(raw, source) for raw in raws):
        return []
    headless = read_headless(single, source)
    return [] if headless is None else [headless]


def _has_header(raw: Raw, source: Source) -> bool:
    """Tell whether a table has a header; one that bears the name of a log may come without."""
    layouts = _layouts(raw, [], source, alone=False)
    return any(not item.order or holds_all(raw.columns, item.needs) for item in layouts)


def _knows(raw: Raw, source: Source) -> bool:
    """Tell whether the header has names of the source: then it is one, of another layout."""
    known = {column for layout in source.layouts for column in layout.known}
    named = any(layout.name == raw.name and not layout.order for layout in source.layouts)
    return named or sum(holds_all(raw.columns, ((column,),)) for column in known) >= _SOME


_SOME = 3  # names of columns; one of them may be a value by chance, such as SALE


def _for_file(single: Found, source: Source) -> list[Layout]:
    if source.choose:
        return list(source.layouts)
    name = single.name.rsplit("/", 1)[-1]
    return [layout for layout in source.layouts if not layout.files or fnmatch(name, layout.files)]


def _layouts(raw: Raw, wanted: list[Layout], source: Source, *, alone: bool) -> list[Layout]:
    """Return the layouts that a raw table is read by."""
    if not source.choose:
        fitting = [
            item for item in wanted if item.join or holds_all(raw.columns, item.needs) or not item.needs
        ]
        return wanted if alone and not fitting else fitting
    if raw.name:
        return [layout for layout in source.layouts if layout.name == raw.name]
    layout = recognise(raw.columns, source)
    return [layout] if layout is not None else []


def _why_unread(raw: Raw, source: Source) -> str:
    if not source.choose:
        missing = [
            group[0]
            for item in source.layouts
            for group in item.needs
            if not holds_all(raw.columns, (group,))
        ]
        return f"it has no column {missing[0]!r}" if missing else "its columns are none that are read"
    near = near_names(raw.file.rsplit(".", 1)[0], [layout.name for layout in source.layouts])
    return "its columns are those of no table of the source" + (f"; did you mean {near[0]}?" if near else "")


def complain_of_nothing(found: list[Found], source: Source, unread: dict[str, str]) -> None:
    """Refuse an export of which nothing could be read, saying what is missing."""
    tables = [
        raw for single in found[:20] for raw in read_file(single, source.text, source.layouts) if raw.columns
    ]
    if not tables:
        reason = next(iter(unread.values()), "no table of the source is in it")
        raise InputError(reason, file=found[0].name, hint="Give the call export.")
    raw = tables[0]
    best = max(source.layouts, key=lambda item: _likeness(item, raw.columns))
    missing = [group[0] for group in best.needs if not holds_all(raw.columns, (group,))]
    near = [name for wanted in missing for name in near_names(wanted, raw.columns)]
    raise InputError(
        f"no export of {source.title}: a {best.name} has the columns {', '.join(map(repr, missing))}",
        file=raw.called,
        row=raw.header_row,
        near=tuple(dict.fromkeys(near))[:3],
        hint="The file has: " + ", ".join(raw.columns[:12]) + ". Another system needs a mapping file.",
    )


def _likeness(layout: Layout, columns: list[str]) -> tuple[float, int]:
    """Which share of a layout's signature is there, and how many of all its columns."""
    there = sum(holds_all(columns, (group,)) for group in layout.needs)
    return there / max(1, len(layout.needs)), sum(holds_all(columns, ((c,),)) for c in layout.known)


def recognise(columns: Iterable[str], source: Source) -> Layout | None:
    """Return the layout whose signature the columns bear, the longest one first."""
    names = list(columns)
    for layout in sorted(source.layouts, key=lambda item: len(item.signature), reverse=True):
        unlike = any(holds_all(names, ((name,),)) for name in layout.unlike)
        if layout.signature and holds_all(names, layout.needs) and not unlike:
            return layout
    return None


def check_all_described(chosen: list[tuple[Raw, list[Layout]]], source: Source) -> None:
    """Refuse files that hold only some of the tables that a mapping describes."""
    if source.choose:
        return
    for layout in source.layouts:
        if any(layout in layouts for _, layouts in chosen):
            continue
        candidates = [raw for raw, _ in chosen if not layout.files or fnmatch(raw.file, layout.files)]
        if candidates:
            likely = max(candidates, key=lambda raw: _likeness(layout, raw.columns))
            Columns(likely, layout, source.nulls)  # which says what is missing
