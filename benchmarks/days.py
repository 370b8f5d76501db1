"""What the day costs: the same questions asked of the last version without it, side by side.

    python benchmarks/days.py                  5 million calls of 1.2 million contacts, two months
    python benchmarks/days.py --rows 1e6       fewer
    python benchmarks/days.py --before REV     another version to compare with

The other version is checked out of this repository's history into a temporary folder. Each
runs in a process of its own, in turn; the best of several warm runs counts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

#: The last commit in which days were no source of variance.
BEFORE = "d692896"
ROOT = Path(__file__).resolve().parents[1]
#: Run in a process whose PYTHONPATH is one of the two checkouts.
ASK = """
import json, sys, time
import callstats as cs
folder, times = sys.argv[1], int(sys.argv[2])
ds = cs.open(folder)
month = ds.where(period="2026-09")
questions = {
    "measure, ten KPIs": lambda: cs.measure(month, TEN),
    "measure, ten KPIs by list": lambda: cs.measure(month, TEN, by="list_id"),
    "compare two lists": lambda: cs.compare(month, "answer_rate", "list_id", "L0"),
    "compare two months": lambda: cs.compare(ds, "answer_rate", "month", "2026-08"),
    "portrait of a month": lambda: cs.portrait(ds, "2026-09", kpis=FIVE),
}
TEN = ["answer_rate", "contact_rate_dial", "connect_rate", "conversion_per_dial", "conversion_per_contact",
       "reach_rate", "successes", "revenue", "value_per_success", "attempts_per_contact"]
FIVE = ["answer_rate", "conversion_per_contact", "revenue", "successes", "reach_rate"]
best = {}
for name, ask in questions.items():
    ask()
    seconds, cpu = [], []
    for _ in range(times):
        start, own = time.perf_counter(), time.process_time()
        ask()
        seconds.append(time.perf_counter() - start)
        cpu.append(time.process_time() - own)
    best[name] = min(seconds), min(cpu)
print(json.dumps(best))
"""


def make(folder: Path, rows: int) -> None:
    """Write two months of calls on two lists, each contact dialled about four times."""
    query = f"""
        COPY (
            SELECT 'c' || i AS call_id, 'p' || (hash(i) % {rows // 4}) AS contact_id,
                'L' || ((hash(i) % {rows // 4}) % 2) AS list_id, 'spring' AS campaign_id,
                'outbound' AS direction, moment AT TIME ZONE 'UTC' AS started_at, moment AS local_started_at,
                1 + hash(i, 1) % 5 AS attempt_no, connected, live, live AS handled,
                live AND hash(i, 3) % 100 < 10 AS success,
                CASE WHEN live AND hash(i, 3) % 100 < 10 THEN 20 + hash(i, 4) % 100 END::DOUBLE AS value,
                live AND hash(i, 3) % 100 < 30 AS closed
            FROM (
                SELECT i, hash(i, 2) % 100 < 35 AS connected, hash(i, 2) % 100 < 25 AS live,
                    TIMESTAMP '2026-08-01 09:00:00' + to_days((hash(i, 5) % 61)::INTEGER)
                        + to_seconds((hash(i, 6) % 32400)::INTEGER) AS moment
                FROM range({rows}) AS r(i)
            )
        ) TO '{folder / "calls.parquet"}' (FORMAT parquet)
    """
    duckdb.sql(query)


def asked(checkout: Path, folder: Path, times: int) -> dict[str, tuple[float, float]]:
    """Return the best time and processor time of every question in one checkout [s]."""
    found = subprocess.run(
        [sys.executable, "-c", ASK, str(folder), str(times)],
        env={**os.environ, "PYTHONPATH": str(checkout)},
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(found.stdout.splitlines()[-1])


def main() -> None:
    """Print the times of both versions and their ratios."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rows", type=float, default=5e6)
    words.add_argument("--times", type=int, default=3)
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--before", default=BEFORE)
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, other = Path(place) / "data", Path(place) / "before"
        folder.mkdir()
        make(folder, int(given.rows))
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--detach", "-q", str(other), given.before], check=True)
        try:
            rounds = [
                (asked(other, folder, given.times), asked(ROOT, folder, given.times))
                for _ in range(given.rounds)
            ]
        finally:
            subprocess.run([*git, "remove", "--force", str(other)], check=True)
    print(f"{int(given.rows):,} calls, best of {given.rounds} x {given.times} warm runs: before, now [s]")
    for name in rounds[0][0]:
        for place, what in enumerate(("", "processor time")):
            before, now = (min(one[side][name][place] for one in rounds) for side in (0, 1))
            print(f"{'' if place else name:28} {what:15} {before:7.2f} {now:7.2f}  {now / before:5.2f} times")


if __name__ == "__main__":
    main()
