"""Importing a month from a dialer's database, beside importing the same month from its export.

    python benchmarks/servers.py                    a million calls, MariaDB and PostgreSQL
    python benchmarks/servers.py --calls 20000 --server mariadb
    python benchmarks/servers.py --drivers          what reads the calls alone, of the drivers installed

Starts a server of its own on loopback, makes VICIdial's tables in it, writes them as
CSV files, and imports both by the command line, each in a process of its own. Every
KPI of the two data sets is compared.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.sources import dialer_servers as servers  # noqa: E402

MAIN = "from callstats.cli import main; main()"
STARTS = {"mariadb": servers.mariadb, "postgresql": servers.postgresql}


def imported(what: str, to: Path, *more: str) -> tuple[float, float, float]:
    """Import in a process of its own; return its seconds, its processor time [s] and its peak memory [MB]."""
    command = [sys.executable, "-c", MAIN, "import", what, "--to", str(to), "--source", "vicidial"]
    environment = {**os.environ, "CALLSTATS_DB_PASSWORD": servers.PASSWORD, "PYTHONPATH": str(ROOT)}
    start = time.perf_counter()
    process = subprocess.Popen(
        [*command, "--time-zone", servers.ZONE, *more], env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    said = process.stdout.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) > 1 or not to.exists():
        raise SystemExit(said)
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def aside(work: Callable[[], object]) -> None:
    """Do something in a process of its own, whose memory is not counted as that of the next one."""
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    os.waitpid(child, 0)


def differing(one: Path, other: Path) -> list[str]:
    """Return the KPIs whose values are not the same, or can be computed in one data set alone."""
    return sorted(
        name
        for name in values(one).keys() | values(other).keys()
        if values(one).get(name) != values(other).get(name)
    )


def values(folder: Path, known: dict[Path, dict[str, object]] = {}) -> dict[str, object]:  # noqa: B006
    """Return the value, the numerator and the denominator of every KPI that a data set can answer."""
    import callstats as cs
    from callstats.errors import CallstatsError
    from callstats.kpis.registry import names

    if folder not in known:
        dataset, found = cs.open(folder), {}
        for name in names():
            try:
                row = cs.measure(dataset, name).iloc[0]
            except CallstatsError:
                continue
            found[name] = tuple(repr(row.get(part)) for part in ("value", "numerator", "denominator", "n"))
        known[folder] = found
    return known[folder]


def side_by_side(name: str, calls: int) -> None:
    with tempfile.TemporaryDirectory(prefix="callstats-benchmark-") as scratch, STARTS[name]() as server:
        folder = Path(scratch)
        servers.fill(server, calls)
        export = folder / "export"
        aside(lambda: servers.export(server, export))
        files = sum(file.stat().st_size for file in export.iterdir()) / 1e6
        period = ("--period", "2026-09")
        for what, source, more in (("CSV", str(export), ()), (name, server.address(), period)):
            seconds, spent, memory = imported(source, folder / what, *more)
            took = f"{seconds:.1f} s, {spent:.1f} s of processor time, {memory:,.0f} MB"
            print(f"{name}, {calls:,} calls, {what}: {took}", flush=True)
        wrong = differing(folder / "CSV", folder / name)
        print(
            f"{len(values(folder / name))} KPIs, {len(wrong)} differ {wrong}; the export has {files:,.0f} MB"
        )


COLUMNS = (
    "uniqueid", "lead_id", "list_id", "campaign_id", "call_date", "start_epoch", "length_in_sec", "status",
    "phone_number", '"user"', "called_count",
)  # fmt: skip
QUERY = f"SELECT {', '.join(COLUMNS)} FROM vicidial_log"
AT_ONCE = 20_000


def by_callstats(address: str) -> Iterator[int]:
    from callstats.sources.servers.addresses import parse_address
    from callstats.sources.servers.connecting import opened

    session = opened(parse_address(address))
    query = QUERY.replace('"user"', session.quoted("user"))
    yield from (batch.num_rows for batch in session.batches(query))


def by_pymysql(address: str) -> Iterator[int]:
    import pymysql
    from pymysql.cursors import SSCursor

    with pymysql.connect(**_parts(address), cursorclass=SSCursor) as connection:
        yield from _fetched(connection.cursor())


def by_mysqlclient(address: str) -> Iterator[int]:
    import MySQLdb
    from MySQLdb.cursors import SSCursor

    yield from _fetched(MySQLdb.connect(**_parts(address), cursorclass=SSCursor).cursor())


def by_mariadb(address: str) -> Iterator[int]:
    import mariadb

    yield from _fetched(mariadb.connect(**_parts(address)).cursor(buffered=False))


def by_psycopg(address: str) -> Iterator[int]:
    import psycopg

    with psycopg.connect(address, password=servers.PASSWORD) as connection:
        yield from _fetched(connection.cursor("rows", binary=True))


def by_connectorx(address: str) -> Iterator[int]:
    from urllib.parse import quote

    import connectorx

    secret = address.replace("reader@", f"reader:{quote(servers.PASSWORD, safe='')}@")
    query = QUERY.replace('"', "`" if address.startswith("mysql") else '"')
    yield from (
        b.num_rows for b in connectorx.read_sql(secret, query, return_type="arrow_stream", batch_size=AT_ONCE)
    )


def _parts(address: str) -> dict[str, object]:
    from urllib.parse import urlsplit

    port = urlsplit(address).port
    return {
        "host": "127.0.0.1",
        "port": port,
        "user": "reader",
        "password": servers.PASSWORD,
        "database": "asterisk",
    }


def _fetched(cursor) -> Iterator[int]:
    import pyarrow as pa

    cursor.execute(QUERY.replace('"', "`") if "psycopg" not in type(cursor).__module__ else QUERY)
    while rows := cursor.fetchmany(AT_ONCE):
        yield pa.table([pa.array(column) for column in zip(*rows, strict=True)], names=COLUMNS).num_rows


DRIVERS: dict[str, dict[str, Callable[[str], Iterator[int]]]] = {
    "mariadb": {"callstats, PyMySQL": by_callstats, "PyMySQL": by_pymysql, "mysqlclient": by_mysqlclient,
                "mariadb": by_mariadb, "connectorx": by_connectorx},
    "postgresql": {"callstats, ADBC": by_callstats, "psycopg": by_psycopg, "connectorx": by_connectorx},
}  # fmt: skip


def drivers(name: str, calls: int) -> None:
    with STARTS[name]() as server:
        servers.fill(server, calls)
        for title, read in DRIVERS[name].items():
            child = os.fork()
            if not child:
                os.environ["CALLSTATS_DB_PASSWORD"] = servers.PASSWORD
                start, spent = time.perf_counter(), time.process_time()
                try:
                    rows = sum(read(server.address()))
                except ModuleNotFoundError as error:
                    print(f"{name}, {title}: {error.name} is not installed", flush=True)
                    os._exit(0)
                took, spent = time.perf_counter() - start, time.process_time() - spent
                print(
                    f"{name}, {title}: {rows:,} rows, {took:.1f} s, {spent:.1f} s of processor time",
                    flush=True,
                )
                os._exit(0)
            _, _, used = os.wait4(child, 0)
            print(f"    peak {used.ru_maxrss / 1024:,.0f} MB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--server", choices=STARTS, action="append")
    parser.add_argument("--drivers", action="store_true")
    given = parser.parse_args()
    for name in given.server or STARTS:
        (drivers if given.drivers else side_by_side)(name, given.calls)


if __name__ == "__main__":
    main()
