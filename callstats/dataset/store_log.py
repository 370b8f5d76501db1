"""What a data set is made of: a line an import, and what they say together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callstats import bounds
from callstats.bounds import check_settings
from callstats.dataset.identities import about_names
from callstats.dataset.rejects import COLUMNS
from callstats.dataset.store_shape import AGAIN, checked
from callstats.errors import InputError
from callstats.model import TABLES
from callstats.sources.content_shapes import note_to_keep

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

#: Of ``dataset.json``: 2 has the calls by month, keeps what was stated, and lists the imports.
FORMAT = 2
#: What is said of the whole, not of each import.
_OF_THE_WHOLE = ("format", "time_zone", "currency", "imports")


def provenance_of(file: Path) -> dict[str, Any]:
    """Read what ``dataset.json`` says, nothing where there is none.

    Raises
    ------
    InputError
        It cannot be read, or is not what an import writes.
    """
    if not file.exists():
        return {}
    check_settings(file, bounds.PROVENANCE)
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"it cannot be read: {error.strerror}", file=file) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"not a JSON file: {error}", file=file, hint=AGAIN) from error
    return checked(content, file)


def line(provenance: Mapping[str, Any], span: tuple[str, str] | None) -> dict[str, Any]:
    """Return what an import has to say of itself, under a name that its files decide.

    How names are written is no affair of one import: all months together decide it. Of a data
    set on disk that is one import itself, that one's books and files are taken.
    """
    if len(provenance.get("imports", ())) == 1:
        provenance = {**provenance, **provenance["imports"][0]}
    said = {key: value for key, value in provenance.items() if key not in _OF_THE_WHOLE}
    if "notes" in said:
        said["notes"] = [note_to_keep(note) for note in said["notes"] if not about_names(note)]
    if span is not None:
        said["begin"], said["end"] = span
    hashes = sorted(file["sha256"] for file in said.get("files", ()))
    named = hashes or json.dumps(said, sort_keys=True, default=str, ensure_ascii=False)
    said["import"] = hashlib.sha256(json.dumps(named).encode("utf-8", "replace")).hexdigest()[:12]
    return said


def lines(provenance: Mapping[str, Any], span: tuple[str, str] | None) -> list[dict[str, Any]]:
    """Return the imports a data set is made of; one of an earlier version was one import."""
    if not provenance:
        return []
    if "imports" in provenance:
        return [dict(item) for item in provenance["imports"]]
    return [line(provenance, span)]


def with_line(before: Iterable[dict[str, Any]], added: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the imports with one more; the same files read again are the same import.

    They stand in the order of their data, which does not depend on what came in first.
    """
    others = [item for item in before if item["import"] != added["import"]]
    return sorted(
        [*others, added], key=lambda item: (item.get("begin", ""), item.get("end", ""), item["import"])
    )


def hashes(imports: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the SHA-256 of every file that was read, with its name."""
    return {file["sha256"]: file["name"] for item in imports for file in item.get("files", ())}


def whole(
    imports: list[dict[str, Any]],
    rows: Mapping[str, int],
    rejects: pd.DataFrame,
    like: Mapping[str, Any],
    names: Iterable[str] = (),
) -> dict[str, Any]:
    """Return the content of ``dataset.json``.

    Parameters
    ----------
    imports : list of dict
    rows : mapping of str to int
        Rows of each table.
    rejects : pandas.DataFrame
        Every row that was left out.
    like : mapping
        The provenance that says what holds of the whole: time zone and currency.
    names : iterable of str
        Notes on names that are written in several ways, over all imports.
    """
    files = {file["sha256"]: file for item in imports for file in item.get("files", ())}
    reasons = rejects["rule"].value_counts()
    lacks: dict[str, str] = {}
    for item in imports:
        lacks = {**item.get("lacks", {}), **lacks}
    said = {
        "format": FORMAT,
        "source": ", ".join(sorted({str(item["source"]) for item in imports if item.get("source")})),
        "files": list(files.values()),
        "rows": {name: rows[name] for name in TABLES if name in rows},
        "rejected": {str(rule): int(count) for rule, count in sorted(reasons.items())},
        "notes": list(
            dict.fromkeys([*(note_to_keep(n) for i in imports for n in i.get("notes", ())), *names])
        ),
        "lacks": lacks,
        "unnamed": sorted({table for item in imports for table in item.get("unnamed", ())}),
        "imports": imports,
    }
    kept = {key: like[key] for key in ("time_zone", "currency", "seed") if like.get(key) is not None}
    return {**said, **kept}


def rejects_together(
    before: pd.DataFrame, imports: list[dict[str, Any]], added: pd.DataFrame, this: dict[str, Any]
) -> pd.DataFrame:
    """Return the rows that all imports left out, each with its import; a file read again says it again.

    Parameters
    ----------
    before, added : pandas.DataFrame
        Rejects that are there, and those of this import.
    imports : list of dict
        Those there were.
    this : dict
        This import's line.
    """
    import pandas as pd

    if "import" not in before and len(imports) == 1:
        before = before.assign(**{"import": imports[0]["import"]})
    again = set(hashes([this]))
    read_again = {
        (item["import"], file["name"])
        for item in imports
        for file in item.get("files", ())
        if file["sha256"] in again
    }
    if len(before):
        known = pd.Series(list(zip(before["import"], before["file"], strict=True)), index=before.index)
        before = before[~known.isin(read_again) & (before["import"] != this["import"])]
    pieces = [p for p in (before, added.assign(**{"import": this["import"]})) if len(p)]
    if not pieces:
        return pd.DataFrame(columns=[*COLUMNS, "import"])
    order = ["import", "file", "row", "table", "rule"]
    return pd.concat(pieces, ignore_index=True).sort_values(order, kind="stable", ignore_index=True)


def span(connection: duckdb.DuckDBPyConnection, views: Mapping[str, str]) -> tuple[str, str] | None:
    """Return when the rows of some tables begin and end: on their clock, costs by their period."""
    found: list[tuple[str, str]] = []
    for name, view in views.items():
        have = connection.table(view).columns
        column = "period" if name == "costs" else TABLES[name].clock
        if column in have:
            row, *_ = connection.execute(
                f"SELECT CAST(min({column}) AS VARCHAR), CAST(max({column}) AS VARCHAR) FROM {view}"
            ).fetchall()
            if row[0] is not None:
                found.append((row[0], row[1]))
        if name == "calls" and found:
            break
    return (min(f[0] for f in found), max(f[1] for f in found)) if found else None
