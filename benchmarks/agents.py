"""Comparing 2,000 agents: what `cs.agents` takes once the sums are there.

    python benchmarks/agents.py                     2,000 agents, 4 million calls
    python benchmarks/agents.py --agents 200

The time inside the engine's queries (`LazyFrame.collect`) is taken for that of the
sums; the rest is reading them, case mix, shrinkage, ranks, flags and words.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import narwhals as nw

import callstats as cs

# Agents convert at 12 % give or take 3 points, on six lists, at ten hours, at up to four attempts.
MAKE = """
    COPY (
        SELECT i::VARCHAR AS call_id, 'c' || (i // 4) AS contact_id, 'a' || agent AS agent_id,
            'L' || (hash(i // 4) % 6) AS list_id, 'outbound' AS direction, true AS handled, true AS live,
            (i % 4 + 1)::BIGINT AS attempt_no, 120.0 + hash(i, 3) % 200 AS talk_s,
            TIMESTAMP '2026-09-01 09:00:00' + INTERVAL (hash(i, 1) % 29) DAY
                + INTERVAL (hash(i, 2) % 36000) SECOND AS local_started_at,
            (hash(i, 4) % 100000) / 100000 < 0.12 + 0.03 * ((hash(agent, 5) % 2001) / 1000 - 1) AS success
        FROM (SELECT i, hash(i, 0) % {agents} AS agent FROM range({rows}) t(i))
    ) TO '{file}'
"""


@contextmanager
def queries_timed() -> Iterator[list[float]]:
    """Collect the seconds of every query."""
    spent: list[float] = []
    plain = nw.LazyFrame.collect

    def timed(*given, **options):
        start = time.perf_counter()
        try:
            return plain(*given, **options)
        finally:
            spent.append(time.perf_counter() - start)

    nw.LazyFrame.collect = timed
    try:
        yield spent
    finally:
        nw.LazyFrame.collect = plain


def measured(calls: Path, agents: int, times: int) -> tuple[float, float, int]:
    """Return the seconds after the sums and of the sums (the best run of several), and how many queries."""
    dataset = cs.open({"calls": duckdb.read_parquet(str(calls))})
    runs = []
    for _ in range(times):
        with queries_timed() as spent:
            start = time.perf_counter()
            found = cs.agents(
                dataset, "conversion_per_conversation", adjust=["list_id", "hour", "attempt_no"]
            )
            said = str(found.verdict)
            whole = time.perf_counter() - start
        assert said
        assert len(found.agents) == agents
        runs.append((whole - sum(spent), sum(spent), len(spent)))
    return min(runs)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--agents", type=int, default=2000)
    parser.add_argument("--rows", type=float, default=4e6)
    parser.add_argument("--times", type=int, default=4)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        calls = Path(folder) / "calls.parquet"
        file = str(calls).replace("'", "''")
        duckdb.execute(MAKE.format(agents=given.agents, rows=int(given.rows), file=file))
        after, sums, queries = measured(calls, given.agents, given.times)
    print(f"{given.agents:,} agents, {int(given.rows):,} calls, adjusted for list, hour and attempt:")
    print(f"{after:.2f} s after the sums; the sums {sums:.2f} s in {queries} queries")


if __name__ == "__main__":
    main()
