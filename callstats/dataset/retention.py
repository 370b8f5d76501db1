"""How long a data set keeps what is known of people: older rows are taken out, as the project decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from callstats.config import RetentionSettings
from callstats.dataset import store_files as files
from callstats.dataset.engine_connection import connect
from callstats.dataset.rejects import (
    emptied_between,
    read_rejects,
    without_content_of,
    write_rejects,
)
from callstats.dataset.store_log import lines, provenance_of
from callstats.dataset.store_removal import Removal, following_calls, stored_files
from callstats.errors import InputError
from callstats.library_errors import explaining
from callstats.model import TABLES
from callstats.sources.engine_paths import parquet_rows


@dataclass(frozen=True)
class Expiry:
    """What has been kept for long enough.

    Attributes
    ----------
    before : datetime.date, optional
        Older calls, agent time, call-backs, cases and contacts are gone; None where they are kept.
    rows : mapping of str to int
        Rows of each table that were taken out.
    emptied : int
        Rows left out at an import that lost their content.
    """

    before: dt.date | None = None
    rows: Mapping[str, int] = field(default_factory=dict)
    emptied: int = 0

    def __bool__(self) -> bool:
        return bool(self.rows or self.emptied)


def first_day_kept(months: int, today: dt.date) -> dt.date:
    """Return the first day of what is kept: whole months before the one that runs.

    Examples
    --------
    >>> first_day_kept(24, dt.date(2026, 11, 30)), first_day_kept(11, dt.date(2026, 11, 30))
    (datetime.date(2024, 11, 1), datetime.date(2025, 12, 1))
    """
    place = today.year * 12 + today.month - 1 - months
    return dt.date(place // 12, place % 12 + 1, 1)


def expire(
    folder: str | Path, retention: RetentionSettings, today: dt.date | None = None, *, dry_run: bool = False
) -> Expiry:
    """Take out of a data set what is older than the project keeps.

    Parameters
    ----------
    folder : str or Path
        What an import or a save wrote. It changes whole or not at all.
    retention : RetentionSettings
        As ``[retention]`` of the project file says it.
    today : datetime.date, optional
        From which months are counted back; else the day it is.
    dry_run : bool
        Only count.

    Returns
    -------
    Expiry

    Raises
    ------
    InputError
        There is no such data set, no call would be left, or the system refuses to write.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> import callstats as cs
    >>> start = pd.to_datetime(["2024-01-31", "2026-09-02"], utc=True)
    >>> calls = pd.DataFrame({
    ...     "call_id": ["a", "b"], "contact_id": ["6", "7"], "direction": "outbound",
    ...     "started_at": start, "local_started_at": start.tz_localize(None),
    ... })
    >>> folder = tempfile.mkdtemp()
    >>> _ = cs.add(cs.open({"calls": calls}), folder)
    >>> expire(folder, RetentionSettings(calls_months=24), dt.date(2026, 11, 30)).rows
    {'calls': 1}
    """
    target = files.real_folder(folder)
    today = today or dt.date.today()
    if not retention:
        return Expiry()
    if not files.is_data_set(target):
        raise InputError("no data set that an import wrote", file=folder, hint="Name its folder.")
    with files.locked(target):
        files.clear(target)
        with explaining(target):
            work = _Expiring(target, retention, today)
            if dry_run or not work.found:
                return work.found
            with files.staging(target) as stage:
                return work.written(stage)


class _Expiring:
    """What is too old in a data set."""

    def __init__(self, folder: Path, retention: RetentionSettings, today: dt.date) -> None:
        self.folder, self.retention = folder, retention
        self.connection, self.tables = connect(), stored_files(folder)
        self.told = provenance_of(folder / "dataset.json")
        months = retention.calls_months
        self.before = None if months is None else first_day_kept(months, today)
        self.removal = Removal(self.connection, folder, self._conditions())
        self.removal.counted()
        self.rejects = self._old_rejects(today)
        emptied = 0 if self.rejects is None else self.rejects[1]
        self.found = Expiry(self.before, dict(self.removal.rows), emptied)
        if self.found.rows.get(files.CALLS) and not self._calls_left():
            raise InputError(
                f"no call would be left: all are older than {self.before}", file=folder,
                hint="Set calls_months of [retention] higher, correct the clock, or remove the folder.",
            )  # fmt: skip

    def _calls_left(self) -> bool:
        rows, hit = parquet_rows(self.tables[files.CALLS]), self.removal.hit[files.CALLS]
        sql = f"SELECT count(*) FILTER (NOT coalesce({hit}, false)) FROM {rows}"
        return bool(self.connection.execute(sql).fetchall()[0][0])

    def _conditions(self) -> dict[str, str]:
        """Return what is too old by its own clock, and what speaks of such calls and contacts."""
        if self.before is None:
            return {}
        found = {}
        for name, paths in self.tables.items():
            have = self.connection.sql(f"FROM {parquet_rows(paths)}").columns
            if TABLES[name].clock in have:
                found[name] = f"{TABLES[name].clock} < DATE '{self.before}'"
        follow = following_calls(self.connection, self.tables, found)
        return {**found, **follow, **self._contacts(found)}

    def _contacts(self, hit: Mapping[str, str]) -> dict[str, str]:
        """Return the condition for contacts of old: loaded before, or dialled before, and never since."""
        if "contacts" not in self.tables:
            return {}
        sides = []
        for name, condition in hit.items():
            rows = parquet_rows(self.tables[name])
            if "contact_id" in self.connection.sql(f"FROM {rows}").columns:
                sides.append(f"SELECT contact_id, coalesce({condition}, false) AS old FROM {rows}")
        both = " UNION ALL ".join(sides) or "SELECT NULL AS contact_id, false AS old"
        self.connection.execute(
            "CREATE TEMP TABLE met AS SELECT contact_id, bool_and(old) AS old FROM "
            f"({both}) WHERE contact_id IS NOT NULL GROUP BY 1"
        )
        have = self.connection.sql(f"FROM {parquet_rows(self.tables['contacts'])}").columns
        since = "contact_id IN (SELECT contact_id FROM met WHERE NOT old)"
        lapsed = "contact_id IN (SELECT contact_id FROM met WHERE old)"
        if "loaded_at" in have:  # where that is unknown, the calls decide
            lapsed = f"coalesce(loaded_at < TIMESTAMPTZ '{self.before} 00:00:00+00', {lapsed})"
        return {"contacts": f"{lapsed} AND NOT {since}"}

    def _old_rejects(self, today: dt.date) -> tuple[object, int] | None:
        months, file = self.retention.rejects_months, self.folder / "rejects.parquet"
        if months is None or not file.exists():
            return None
        rejects = read_rejects(file)
        before = first_day_kept(months, today).isoformat()
        imports = lines(self.told, None)
        old = {item["import"] for item in imports if item.get("end", "9") < before}
        whole = len(imports) == 1 and "import" not in rejects
        theirs = [bool(old)] * len(rejects) if whole else rejects.get("import", rejects["rule"]).isin(old)
        left = without_content_of(rejects, theirs)
        return left, emptied_between(rejects, left)

    def written(self, stage: files.Staging) -> Expiry:
        """Write the data set without what is too old."""
        gone = self.removal.write(stage) if self.found.rows else []
        if self.told:
            files.write_json(self.removal.told(self.told), stage.file("dataset.json"))
        if self.found.emptied and self.rejects is not None:
            old = self.folder / "rejects.parquet"
            write_rejects(self.rejects[0], stage.file("rejects.parquet"), old)  # type: ignore[arg-type]
        stage.commit(gone)
        return self.found
