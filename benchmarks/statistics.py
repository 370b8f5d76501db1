"""A contact-clustered comparison of two lists: callstats against SQL by hand, tea-tasting and statsmodels.

    python benchmarks/statistics.py                 20 million calls of 5 million contacts
    python benchmarks/statistics.py --rows 1e6      fewer

All give the difference of two answer rates with the standard error that holds
when a contact is dialled several times, from the same Parquet file, and are
checked to agree:

sums            engine.arm_moments and stats.ratio_difference: what the comparison computes
compare         cs.compare, gates included: who dialled whom, when, to what depth, contacts on both lists
SQL             DuckDB by hand, the sums of `sums`: contact first, then list
SQL all         DuckDB by hand, the sums of `compare` as well
tea-tasting     RatioOfMeans over contacts grouped in DuckDB, handed over by way of Ibis (where it
                knows the version of DuckDB), of Narwhals, or fetched as Arrow
statsmodels     OLS with cov_type="cluster", from columns read by pandas: the formula as it is usually
                written, with groups=calls["contact_id"]
... by hand     the same on arrays prepared by hand: contacts numbered by pandas.factorize, no formula;
                the fit alone beside it

The DuckDB contestants run in turn, warm, in one process; the best of several runs counts. statsmodels
runs once each, in processes of their own. Last comes benchmarks/agents.py: 2,000 agents compared.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# This file is called like a module of Python's own, which others import.
sys.path = [p for p in sys.path if Path(p or ".").resolve() != Path(__file__).resolve().parent]

import duckdb  # noqa: E402
import numpy as np  # noqa: E402

import callstats as cs  # noqa: E402
from callstats.engine.arm_moments import arm_moments  # noqa: E402
from callstats.kpis import get  # noqa: E402
from callstats.stats import ratio_difference  # noqa: E402

ARMS = ("L0", "L1")
#: Clustered regressions, each in a process of its own, by the option that starts it.
OLS = {"statsmodels": "--ols", "statsmodels by hand": "--ols-by-hand"}
#: Estimate and standard error.
Answer = tuple[float, float]


def make(folder: Path, rows: int) -> None:
    """Write the calls of benchmarks/engine.py, all of them on two lists."""
    source = (Path(__file__).parent / "engine.py").read_text(encoding="utf-8")
    scope: dict[str, Any] = {"__name__": "engine"}
    exec(compile(source, "engine.py", "exec"), scope)
    scope["MAKE"] = scope["MAKE"].replace("(contact % 60)", "(contact % 2)")
    scope["make"](folder, rows)


# callstats


def run_sums(folder: Path) -> Callable[[], Answer]:
    data, kpi = cs.open(folder), get("answer_rate")

    def run() -> Answer:
        found = arm_moments(data, kpi, "list_id", ARMS, ARMS[0], unit=("contact_id",), complete=True)
        result = ratio_difference(found.arms[ARMS[1]], found.arms[ARMS[0]], proportion=True)
        return result.estimate, result.standard_error

    return run


def run_compare(folder: Path) -> Callable[[], Answer]:
    data = cs.open(folder)

    def run() -> Answer:
        row = cs.compare(data, "answer_rate", control=ARMS[0], clusters="contact")[ARMS[1]]
        return row.estimate, row.standard_error

    return run


# By hand

SUMS = """
SELECT list_id, count(*), sum(y), sum(n), sum(y * y), sum(y * n), sum(n * n) FROM (
  SELECT list_id, contact_id, count(*) FILTER (handled) AS y, count(*) AS n
  FROM '{file}' WHERE direction = 'outbound' AND handled IS NOT NULL AND list_id IN ('L0', 'L1')
  GROUP BY list_id, contact_id
) GROUP BY list_id
"""
TRAFFIC = """
SELECT list_id, hour(local_started_at) AS hour, isodow(local_started_at) AS weekday, attempt_no, count(*),
       count(*) FILTER (handled IS NULL), count(*) FILTER (agent_id IS NOT NULL),
       sum(value) FILTER (success), count(*) FILTER (success)
FROM '{file}' WHERE direction = 'outbound' GROUP BY ALL
"""
LISTS = "SELECT DISTINCT list_id FROM '{file}'"
SPAN = "SELECT min(local_started_at), max(local_started_at) FROM '{file}'"


def run_sql(folder: Path, *more: str) -> Callable[[], Answer]:
    connection = duckdb.connect()
    file = str(folder / "calls.parquet").replace("'", "''")

    def run() -> Answer:
        for query in more:
            connection.execute(query.replace("{file}", file)).fetchall()
        rows = {name: values for name, *values in connection.execute(SUMS.replace("{file}", file)).fetchall()}
        rates, variance = {}, 0.0
        for name, (_, y, n, yy, yn, nn) in rows.items():
            rate = rates[name] = y / n
            variance += float(yy - 2 * rate * float(yn) + rate**2 * float(nn)) / float(n) ** 2
        return float(rates[ARMS[1]] - rates[ARMS[0]]), math.sqrt(variance)

    return run


def run_sql_all(folder: Path) -> Callable[[], Answer]:
    return run_sql(folder, LISTS, TRAFFIC, SPAN)


# tea-tasting: the user groups by contact, it does the rest

BY_CONTACT = """
SELECT list_id AS variant, contact_id, count(*) FILTER (handled) AS handled, count(*) AS dials
FROM calls WHERE direction = 'outbound' AND list_id IN ('L0', 'L1') GROUP BY list_id, contact_id
"""


def run_tea_ibis(folder: Path) -> Callable[[], Answer]:
    import ibis

    connection = ibis.duckdb.connect()
    connection.read_parquet(folder / "calls.parquet", table_name="calls")
    return _tea(lambda: connection.sql(BY_CONTACT))


def run_tea_narwhals(folder: Path) -> Callable[[], Answer]:
    connection = _calls(folder)
    return _tea(lambda: connection.sql(BY_CONTACT))


def run_tea_arrow(folder: Path) -> Callable[[], Answer]:
    connection = _calls(folder)
    return _tea(lambda: connection.sql(BY_CONTACT).to_arrow_table())


def _calls(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    file = str(folder / "calls.parquet").replace("'", "''")
    connection.execute(f"CREATE VIEW calls AS FROM '{file}'")
    return connection


def _tea(contacts: Callable[[], Any]) -> Callable[[], Answer]:
    import tea_tasting as tt

    experiment = tt.Experiment(rate=tt.RatioOfMeans("handled", "dials", use_t=False), variant="variant")

    def run() -> Answer:
        found = experiment.analyze(contacts(), control=ARMS[0])["rate"]
        half = (found.effect_size_ci_upper - found.effect_size_ci_lower) / 2
        return float(found.effect_size), float(half) / 1.959963984540054

    return run


DUEL: dict[str, Callable[[Path], Callable[[], Answer]]] = {
    "sums": run_sums,
    "SQL": run_sql,
    "compare": run_compare,
    "SQL all": run_sql_all,
    "tea-tasting, Ibis": run_tea_ibis,
    "tea-tasting, Narwhals": run_tea_narwhals,
    "tea-tasting, Arrow": run_tea_arrow,
}


def duel(folder: Path, times: int) -> dict[str, Any]:
    """Run the DuckDB contestants in turn; return wall and CPU seconds of the best run, and the answers."""
    runs, found = {}, {}
    for name, start in DUEL.items():
        try:
            run = start(folder)
            found[name] = {"seconds": [], "cpu": [], "answer": run()}
            runs[name] = run
        except (ImportError, AttributeError) as error:  # Ibis 12 does not know DuckDB 2
            print(f"{name} cannot run here: {error}", file=sys.stderr)
    for _ in range(times):
        for name, run in runs.items():
            wall, cpu = time.perf_counter(), time.process_time()
            found[name]["answer"] = run()
            found[name]["cpu"].append(time.process_time() - cpu)
            found[name]["seconds"].append(time.perf_counter() - wall)
    return {
        name: {"seconds": min(r["seconds"]), "cpu": min(r["cpu"]), "answer": r["answer"]}
        for name, r in found.items()
    }


def _columns(folder: Path, rows: int) -> Any:
    """Read what the regression needs of the outbound calls."""
    import pyarrow.parquet as pq

    columns = ["contact_id", "list_id", "handled", "direction"]
    frame = pq.read_table(folder / "calls.parquet", columns=columns).slice(0, rows).to_pandas()
    return frame[frame["direction"] == "outbound"]


def ols(folder: Path, rows: int) -> dict[str, Any]:
    """Fit clustered OLS on the first rows as it is usually written, reading included."""
    import statsmodels.formula.api as smf

    wall, cpu = time.perf_counter(), time.process_time()
    frame = _columns(folder, rows).astype({"handled": float})
    model = smf.ols("handled ~ C(list_id)", data=frame)
    fitted = model.fit(cov_type="cluster", cov_kwds={"groups": frame["contact_id"], "use_correction": False})
    return _told(fitted, wall, cpu)


def ols_by_hand(folder: Path, rows: int) -> dict[str, Any]:
    """Fit the same on prepared arrays; return the seconds with reading, and of the fit alone."""
    import pandas as pd
    import statsmodels.api as sm

    wall, cpu = time.perf_counter(), time.process_time()
    frame = _columns(folder, rows)
    groups = pd.factorize(frame["contact_id"])[0]
    y = frame["handled"].to_numpy(dtype=float)
    x = sm.add_constant((frame["list_id"] == ARMS[1]).to_numpy(dtype=float))
    start, start_cpu = time.perf_counter(), time.process_time()
    fitted = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False})
    found = _told(fitted, wall, cpu)
    return {**found, "fit": time.perf_counter() - start, "fit_cpu": time.process_time() - start_cpu}


def _told(fitted: Any, wall: float, cpu: float) -> dict[str, Any]:
    answer = float(fitted.params.iloc[1] if hasattr(fitted.params, "iloc") else fitted.params[1])
    error = float(fitted.bse.iloc[1] if hasattr(fitted.bse, "iloc") else fitted.bse[1])
    return {
        "seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu,
        "answer": (answer, error), "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }  # fmt: skip


def child(*words: object) -> dict[str, Any]:
    command = [sys.executable, __file__, *(str(word) for word in words)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def check_equal(results: dict[str, dict[str, Any]], rows: int, ols_rows: int) -> None:
    """Stop if two contestants disagree: all on estimate and standard error, to 6 digits."""
    reference = results["sums"]["answer"]
    for name, result in results.items():
        if name in OLS and ols_rows < rows:
            continue
        # tea-tasting divides by the contacts less one
        if not np.allclose(result["answer"], reference, rtol=1e-5 if "tea" in name else 1e-8):
            raise SystemExit(f"{name} and callstats differ: {result['answer']} and {reference}")


def report(folder: Path, rows: int, times: int, ols_rows: int) -> None:
    if not (folder / "calls.parquet").exists():
        make(folder, rows)
    results = child("--duel", "--data", folder, "--times", times)
    for name, option in OLS.items():
        results[name] = child(option, "--data", folder, "--ols-rows", ols_rows)
    check_equal(results, rows, ols_rows)
    scale = rows / ols_rows
    size = (folder / "calls.parquet").stat().st_size / 1e9
    estimate, error = results["sums"]["answer"]
    print(f"{rows:,} calls ({size:.1f} GB of Parquet) of {rows // 4:,} contacts on two lists: ", end="")
    print(f"{estimate:+.5f}, standard error {error:.5f}")
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {versions()}\n")
    print("| | best of warm runs [s] | times sums | CPU [s] | times sums |")
    print("|---|---|---|---|---|")
    base = results["sums"]
    for name, r in results.items():
        factor = scale if name in OLS else 1.0
        note = f" ({ols_rows:,} rows, scaled)" if name in OLS and scale != 1 else ""
        line(f"{name}{note}", r["seconds"] * factor, r["cpu"] * factor, base)
    r = results["statsmodels by hand"]
    line("statsmodels by hand, the fit alone", r["fit"] * scale, r["fit_cpu"] * scale, base)
    whole, by_hand = results["compare"], results["SQL all"]
    print(f"\ncompare is {whole['seconds'] / by_hand['seconds']:.2f} times SQL all ", end="")
    print(f"({whole['cpu'] / by_hand['cpu']:.2f} in CPU)")
    peaks = (f"{name} took {results[name]['peak'] / 1024:.1f} GB" for name in OLS)
    print("; ".join(peaks) + "\n", flush=True)
    subprocess.run([sys.executable, str(Path(__file__).parent / "agents.py")], check=True)


def line(name: str, seconds: float, cpu: float, base: dict[str, Any]) -> None:
    print(
        f"| {name} | {seconds:.2f} | {seconds / base['seconds']:.2f} | {cpu:.2f} | {cpu / base['cpu']:.2f} |"
    )


def versions() -> str:
    from importlib.metadata import version

    names = ("narwhals", "duckdb", "ibis-framework", "tea-tasting", "statsmodels")
    return ", ".join(f"{name} {version(name)}" for name in names)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=float, default=20e6)
    parser.add_argument("--times", type=int, default=4, help="runs of which the best counts")
    parser.add_argument("--ols-rows", type=float, help="rows for statsmodels; all of them without it")
    parser.add_argument("--data", type=Path, help="folder to keep the calls in; a temporary one without it")
    parser.add_argument("--duel", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--ols", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--ols-by-hand", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    rows = int(given.rows)
    ols_rows = int(given.ols_rows or rows)
    if given.duel:
        print(json.dumps(duel(given.data, given.times)))
    elif given.ols or given.ols_by_hand:
        print(json.dumps((ols if given.ols else ols_by_hand)(given.data, ols_rows)))
    else:
        with tempfile.TemporaryDirectory() as temporary:
            report(given.data or Path(temporary), rows, given.times, min(ols_rows, rows))


if __name__ == "__main__":
    main()
