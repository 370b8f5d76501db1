"""Importing a long CSV file, beside DuckDB's plain `read_csv` to Parquet of the same file in the same run.

    python benchmarks/importing.py                      20 million rows
    python benchmarks/importing.py --rows 1000000 --rounds 3

The file is an invented log of calls of one month. DuckDB writes its cells as they are; callstats
checks every row, turns it into the canonical tables, numbers each contact's attempts, puts the
months in order and looks for what is doubtful. Each import runs in a process of its own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]

MAPPING = """
time_zone = "Europe/Paris"
[calls.columns]
call_id = "uniqueid"
contact_id = "lead_id"
list_id = "list_id"
campaign_id = "campaign_id"
started_at = "call_date"
talk_s = "length_in_sec"
outcome_code = "status"
phone = "phone_number"
agent_id = "user"
direction = { constant = "outbound" }
[calls.statuses]
NA = "no_answer"
B = "busy"
AA = "machine"
NI = "refusal"
SALE = "success"
CALLBK = "callback"
DNC = "do_not_call"
"""

LOG = """
COPY (
    SELECT
        CAST(epoch(t) AS BIGINT) || '.' || i AS uniqueid, h % (rows // 4) + 1 AS lead_id,
        100 + (h % (rows // 4)) % 3 AS list_id, 'SPRING' AS campaign_id,
        strftime(t, '%Y-%m-%d %H:%M:%S') AS call_date, h % 300 AS length_in_sec,
        ['NA', 'B', 'AA', 'NI', 'SALE', 'CALLBK', 'DNC'][1 + (h // 7) % 7] AS status, 1 AS phone_code,
        '336' || lpad(CAST(h % (rows // 4) AS VARCHAR), 8, '0') AS phone_number,
        'agent' || (h // 13) % 60 AS "user", NULL AS comments, 'N' AS processed, 'AGENTS' AS user_group,
        CASE WHEN (h // 7) % 7 < 3 THEN 'AUTO' ELSE 'CALLER' END AS term_reason, 1 + h % 5 AS called_count
    FROM (
        SELECT i, {rows} AS rows, CAST(hash(i) >> 2 AS BIGINT) AS h,
            TIMESTAMP '2026-09-01 09:00:00' + INTERVAL 1 DAY * (i * 30 // {rows})
            + INTERVAL 1 MILLISECOND * ((i * 30 % {rows}) * 36000000 // {rows}) AS t
        FROM range({rows}) AS r(i)
    )
) TO '{file}' (HEADER)
"""

PLAIN = """
import duckdb, sys
duckdb.execute(f"COPY (FROM read_csv('{sys.argv[1]}')) TO '{sys.argv[2]}'")
"""
MAIN = "from callstats.cli import main; main()"


def run(command: list[str]) -> tuple[float, float, float]:
    """Run a process; return its seconds, its processor time [s] and its peak memory [MB]."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", *command], env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    said = process.stdout.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) > 1:
        raise SystemExit(said)
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--rounds", type=int, default=1)
    asked = parser.parse_args()
    import duckdb

    with tempfile.TemporaryDirectory(prefix="callstats-benchmark-") as scratch:
        folder = Path(scratch)
        file, mapping = folder / "calls.csv", folder / "mapping.toml"
        mapping.write_text(MAPPING, encoding="utf-8")
        duckdb.execute(LOG.format(rows=asked.rows, file=file))
        print(f"{asked.rows:,} rows, {file.stat().st_size / 1e6:,.0f} MB", flush=True)
        for _ in range(asked.rounds):
            took = {
                "DuckDB, read_csv to Parquet": run([PLAIN, str(file), str(folder / "calls.parquet")]),
                "callstats import": run(
                    [MAIN, "import", str(file), "--mapping", str(mapping), "--to", str(folder / "data")]
                ),
            }
            for what, (seconds, spent, memory) in took.items():
                pace = f"{asked.rows / seconds:,.0f} rows/s"
                print(f"{what}: {seconds:.1f} s, {spent:.1f} s of processor time, {pace}, {memory:,.0f} MB")
            plain, whole = (seconds for seconds, _, _ in took.values())
            print(f"{whole / plain:.1f} times DuckDB's time", flush=True)
            shutil.rmtree(folder / "data")


if __name__ == "__main__":
    main()
