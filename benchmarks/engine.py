"""The engine against hand-written SQL and pandas: every sum of the calls' KPIs by campaign and agent.

    python benchmarks/engine.py                 20 million calls
    python benchmarks/engine.py --rows 1e6      fewer
    python benchmarks/engine.py --sql           print the SQL it is measured against

Three ways of getting the same numbers, checked to be equal:

callstats   engine.totals over the terms of every catalogue KPI that reads calls alone
SQL         DuckDB, by hand: count(*) FILTER, sum(..) FILTER; contacts by way of GROUP BY contact first
SQL plain   DuckDB, with count(DISTINCT contact_id) FILTER (..) instead; only with --plain, since it
            needs over 1.5 GB a million calls
pandas      reading only the needed columns, one groupby for the sums, one for the contacts
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import narwhals
import numpy as np
import pandas as pd

import callstats as cs
from callstats.engine import totals
from callstats.kpis import catalogue
from callstats.kpis.define import Condition, Count, Distinct, Predicate, Setting, Sum, Term

BY = ("campaign_id", "agent_id")
MAKE = """
COPY (
  WITH drawn AS (
    SELECT i, hash(i) AS h, (hash(i * 7 + 1) % $contacts)::BIGINT AS contact,
           (hash(i * 3 + 2) % 1000) / 1000.0 AS u, (hash(i * 5 + 3) % 1000) / 1000.0 AS v,
           (hash(i * 11 + 5) % 600)::DOUBLE AS s, (i * 90 * 86400) // $rows AS second
    FROM range($rows) AS r(i)
  ), flagged AS (
    SELECT *, u < 0.45 AS connected, u < 0.30 AS live, u < 0.27 AS handled, u < 0.14 AS argued,
           u < 0.03 AS success
    FROM drawn
  )
  SELECT 'C' || i AS call_id, 'P' || contact AS contact_id, 'L' || (contact % 60) AS list_id,
         'K' || (contact % 20) AS campaign_id, 'A' || ((h % 25)::BIGINT + 25 * (contact % 20)) AS agent_id,
         'outbound' AS direction,
         TIMESTAMPTZ '2026-07-01 07:00:00+00' + INTERVAL 1 SECOND * second AS started_at,
         TIMESTAMP '2026-07-01 09:00:00' + INTERVAL 1 SECOND * second AS local_started_at,
         'Europe/Paris' AS time_zone, 1 + (h % 6)::BIGINT AS attempt_no,
         CASE WHEN live THEN 1 + (h % 3)::BIGINT END AS live_no, s * 1000 AS since_loaded_s,
         connected, live, handled, live AND NOT handled AS abandoned, handled AND v < 0.9 AS right_party,
         argued, success, success OR v > 0.9 AS closed,
         CASE WHEN success THEN 'success' WHEN v > 0.97 THEN 'invalid' WHEN v > 0.9 THEN 'refusal' END
           AS closed_reason,
         NULL::TIMESTAMPTZ AS callback_at, v > 0.95 AND v <= 0.97 AS do_not_call, v > 0.97 AS invalid_number,
         5 + s / 20 AS ring_s, CASE WHEN live THEN s / 100 END AS queue_s,
         CASE WHEN handled THEN s END AS talk_s, CASE WHEN handled THEN s / 10 END AS hold_s,
         CASE WHEN handled THEN s / 5 END AS wrap_s,
         CASE WHEN success THEN 100.0::DOUBLE END AS value, CASE WHEN success THEN v < 0.05 END AS cancelled,
         CASE WHEN success THEN 'SALE' ELSE 'NA' END AS outcome_code
  FROM flagged
) TO '{file}' (FORMAT PARQUET)
"""


def make(folder: Path, rows: int) -> None:
    """Write calls of contacts dialled four times on average, 20 campaigns of 25 agents."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
    query = MAKE.replace("{file}", str(folder / "calls.parquet").replace("'", "''"))
    connection.execute(query.replace("$rows", str(rows)).replace("$contacts", str(max(rows // 4, 1))))


def terms() -> list[Term]:
    """Return every sum of the catalogue's KPIs that read calls alone."""
    found = {
        term.key: term
        for kpi in catalogue().values()
        if kpi.terms and {t.where.table for t in kpi.terms} == {"calls"}
        for term in kpi.terms
    }
    return list(found.values())


# As one would write it by hand


def condition(part: Condition) -> str:
    operand = part.operand.value({}) if isinstance(part.operand, Setting) else part.operand
    if part.operator == "known":
        return f"{part.column} IS NOT NULL"
    if isinstance(operand, bool):
        return part.column if operand else f"NOT {part.column}"
    if part.operator == "in":
        return f"{part.column} IN {operand!r}"
    return f"{part.column} {'=' if part.operator == '==' else part.operator} {operand!r}"


def rows_where(where: Predicate) -> str:
    return " AND ".join(condition(part) for part in where.conditions) or "TRUE"


def aggregate(term: Term) -> str:
    what = "count(*)"
    if isinstance(term, Sum):
        what = f"sum({term.column})"
    if isinstance(term, Distinct):
        what = f"count(DISTINCT {term.of[0]})"
    return f"{what} FILTER ({rows_where(term.where)})"


def sql_plain(file: Path) -> list[str]:
    columns = ",\n  ".join(aggregate(term) for term in terms())
    return [f"SELECT {', '.join(BY)},\n  {columns}\nFROM '{file}' GROUP BY {', '.join(BY)}"]


def sql(file: Path) -> list[str]:
    keys = ", ".join(BY)
    plain = ",\n  ".join(aggregate(t) for t in terms() if not isinstance(t, Distinct))
    distinct = [t for t in terms() if isinstance(t, Distinct)]
    flags = ",\n  ".join(f"bool_or({rows_where(t.where)}) AS f{i}" for i, t in enumerate(distinct))
    counts = ", ".join(f"count(*) FILTER (f{i})" for i in range(len(distinct)))
    inner = f"SELECT {keys}, contact_id,\n  {flags}\nFROM '{file}' WHERE contact_id IS NOT NULL GROUP BY ALL"
    return [
        f"SELECT {keys},\n  {plain}\nFROM '{file}' GROUP BY {keys}",
        f"SELECT {keys}, {counts} FROM (\n{inner}) GROUP BY {keys}",
    ]


# The contestants: each returns the number of every term by group


def run_callstats(folder: Path) -> Callable[[], dict]:
    data, wanted = cs.open(folder), terms()

    def run() -> dict:
        found = totals(data, wanted, BY)
        keys = [term.key for term in wanted]
        return {
            tuple(row[: len(BY)]): dict(zip(keys, row[len(BY) :], strict=True))
            for row in found.itertuples(False, None)
        }

    return run


def run_sql(folder: Path, write: Callable[[Path], list[str]] = sql) -> Callable[[], dict]:
    connection = duckdb.connect()
    queries = write(folder / "calls.parquet")
    order = terms() if len(queries) == 1 else sorted(terms(), key=lambda t: isinstance(t, Distinct))

    def run() -> dict:
        found: dict = {}
        for query in queries:
            for row in connection.execute(query).fetchall():
                found.setdefault(row[: len(BY)], []).extend(row[len(BY) :])
        return {g: dict(zip((t.key for t in order), numbers, strict=True)) for g, numbers in found.items()}

    return run


def run_plain(folder: Path) -> Callable[[], dict]:
    return run_sql(folder, sql_plain)


def mask(frame: pd.DataFrame, where: Predicate, known: dict[Condition, np.ndarray]) -> np.ndarray:
    """Return where a predicate holds; each condition is worked out once."""
    for part in where.conditions:
        if part not in known:
            column = frame[part.column]
            operand = part.operand.value({}) if isinstance(part.operand, Setting) else part.operand
            compare = {
                "==": column.eq,
                "!=": column.ne,
                "<": column.lt,
                "<=": column.le,
                ">": column.gt,
                ">=": column.ge,
            }
            held = (
                column.notna()
                if part.operator == "known"
                else (column.isin(operand) if part.operator == "in" else compare[part.operator](operand))
            )
            known[part] = held.to_numpy(dtype=bool)
    return np.logical_and.reduce([np.ones(len(frame), bool), *(known[part] for part in where.conditions)])


def run_pandas(folder: Path) -> Callable[[], dict]:
    wanted = terms()
    columns = sorted({*BY, *(c for t in wanted for c in t.columns)})

    def run() -> dict:
        frame = pd.read_parquet(folder / "calls.parquet", columns=columns)
        group = frame.groupby(list(BY), sort=False).ngroup()
        contact = pd.Series(pd.factorize(frame["contact_id"])[0])
        known: dict[Condition, np.ndarray] = {}
        found: dict[str, pd.Series] = {}
        for term in wanted:
            held = mask(frame, term.where, known)
            if isinstance(term, Count):
                found[term.key] = pd.Series(held).groupby(group).sum()
            elif isinstance(term, Sum):
                found[term.key] = frame[term.column].where(held, 0.0).groupby(group).sum()
            else:
                found[term.key] = contact[held].groupby(group[held]).nunique()
        return pd.DataFrame(found).fillna(0.0).to_dict("index")

    return run


CONTESTANTS = {"callstats": run_callstats, "SQL": run_sql, "SQL plain": run_plain, "pandas": run_pandas}


def alone(name: str, folder: Path, times: int) -> None:
    """Run one contestant in this process; print its seconds, processor time, peak memory and a checksum."""
    run = CONTESTANTS[name](folder)
    seconds, worked = [], time.process_time()
    for _ in range(times):
        start = time.perf_counter()
        found = run()
        seconds.append(time.perf_counter() - start)
    worked = (time.process_time() - worked) / times
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sums = {key: sum(float(row[key] or 0) for row in found.values()) for key in next(iter(found.values()))}
    print(json.dumps({"seconds": seconds, "worked": worked, "peak": peak, "sums": sums}))


def side_by_side(folder: Path, times: int) -> None:
    """Run the DuckDB contestants in turn in one process, warm; print the best seconds of each."""
    runs = {name: CONTESTANTS[name](folder) for name in ("callstats", "SQL")}
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(times + 1):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    print(json.dumps({name: min(each[1:]) for name, each in seconds.items()}))


def child(*words: object) -> dict:
    command = [sys.executable, __file__, *(str(word) for word in words)]
    return json.loads(
        subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
    )


def check_equal(results: dict[str, dict]) -> None:
    reference = results["callstats"]["sums"]
    for name, result in results.items():
        for key, value in result["sums"].items():
            if abs(value - reference[key]) > 1e-9 * max(abs(value), 1):
                raise SystemExit(f"{name} and callstats differ on {key}: {value} and {reference[key]}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=float, default=20e6)
    parser.add_argument("--times", type=int, default=3, help="runs of which the best counts")
    parser.add_argument("--data", type=Path, help="folder to keep the calls in; a temporary one without it")
    parser.add_argument("--plain", action="store_true", help="also with COUNT(DISTINCT)")
    parser.add_argument("--sql", action="store_true", help="print the SQL and stop")
    parser.add_argument("--alone", choices=CONTESTANTS, help=argparse.SUPPRESS)
    parser.add_argument("--side-by-side", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.sql:
        print("\n\n".join([*sql(Path("calls.parquet")), "-- plain", *sql_plain(Path("calls.parquet"))]))
    elif given.alone:
        alone(given.alone, given.data, given.times)
    elif given.side_by_side:
        side_by_side(given.data, given.times)
    else:
        with tempfile.TemporaryDirectory() as temporary:
            names = [name for name in CONTESTANTS if given.plain or name != "SQL plain"]
            report(given.data or Path(temporary), int(given.rows), given.times, names)


def report(folder: Path, rows: int, times: int, names: list[str]) -> None:
    if not (folder / "calls.parquet").exists():
        make(folder, rows)
    duel = child("--side-by-side", "--data", folder, "--times", times)
    results = {}
    for name in names:
        runs = 1 if name == "pandas" else times
        results[name] = child("--alone", name, "--data", folder, "--times", runs)
        duel.setdefault(name, min(results[name]["seconds"]))
    check_equal(results)
    size = (folder / "calls.parquet").stat().st_size / 1e9
    versions = {"narwhals": narwhals, "duckdb": duckdb, "pandas": pd}
    print(f"{rows:,} calls ({size:.1f} GB of Parquet), {len(terms())} sums by campaign and agent")
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, ", end="")
    print(", ".join(f"{name} {module.__version__}" for name, module in versions.items()), end="\n\n")
    print("| | best of warm runs [s] | ratio | processor time [s] | ratio | peak memory [MB] | ratio |")
    print("|---|---|---|---|---|---|---|")
    ours = results["callstats"]
    for name in names:
        found = results[name]
        print(
            f"| {name} | {duel[name]:.2f} | {duel[name] / duel['callstats']:.2f} "
            f"| {found['worked']:.1f} | {found['worked'] / ours['worked']:.2f} "
            f"| {found['peak']:,.0f} | {found['peak'] / ours['peak']:.2f} |"
        )


if __name__ == "__main__":
    main()
