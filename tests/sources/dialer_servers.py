"""A MariaDB and a PostgreSQL of our own on loopback, and a VICIdial in them: invented data, made by SQL.

Nothing is installed: where a server's programs are not there, the reason is returned
instead, for a test to be skipped with.
"""

# ruff: noqa: E501 - tables and statements stand on one line

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PASSWORD = "s3cret/#@:?"  # every character that means something in an address
WAIT = 60.0  # s


class NotThereError(Exception):
    """The programs of a server are not on this machine."""


@dataclass(frozen=True)
class Server:
    """A server that runs: where, and what it was started with."""

    scheme: str
    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    def address(self, database: str = "asterisk", user: str = "reader", rest: str = "") -> str:
        return f"{self.scheme}://{user}@127.0.0.1:{self.port}/{database}{rest}"


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _program(*names: str, among: tuple[str, ...] = ()) -> str:
    for name in names:
        found = shutil.which(name) or next((f"{d}/{name}" for d in among if Path(d, name).exists()), None)
        if found:
            return found
    raise NotThereError(f"{names[0]} is not installed")


def _unprivileged(*names: str) -> dict[str, Any]:
    """Whom a server runs as: PostgreSQL refuses to be root, and so should we."""
    if os.getuid():
        return {}
    for name in (*names, "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise NotThereError("there is no user to run a server as")


@contextmanager
def _folder(who: dict[str, Any]) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="callstats-server-"))
    folder.chmod(0o755)
    if who:
        os.chown(folder, who["user"], who["group"])
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(command: list[str], folder: Path, who: dict[str, Any]) -> Iterator[subprocess.Popen[bytes]]:
    log = (folder / "log").open("wb")
    process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, **who)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(WAIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def _until(ready: Any, server: Server) -> None:
    end = time.monotonic() + WAIT
    while True:
        try:
            return ready()
        except Exception:
            if server.process.poll() is not None or time.monotonic() > end:
                said = (server.folder / "log").read_text(errors="replace")
                raise RuntimeError(f"the server did not start: {said[-1000:]}") from None
            time.sleep(0.1)


@contextmanager
def mariadb(*options: str) -> Iterator[Server]:
    """Start a MariaDB with the database ``asterisk`` and a user who may only read."""
    among = ("/usr/sbin", "/usr/local/sbin", "/usr/libexec")
    install, daemon = _program("mariadb-install-db"), _program("mariadbd", among=among)
    who = _unprivileged("mysql")
    with _folder(who) as folder:
        data = folder / "data"
        done = subprocess.run(
            [install, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"],
            check=False, capture_output=True, cwd=folder, **who,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr.decode(errors="replace") + done.stdout.decode(errors="replace"))
        port = free_port()
        command = [
            daemon, "--no-defaults", f"--datadir={data}", f"--socket={folder}/sock", f"--port={port}",
            "--bind-address=127.0.0.1", f"--pid-file={folder}/pid", "--skip-log-bin", "--skip-name-resolve",
            "--innodb-flush-log-at-trx-commit=0", *options,
        ]  # fmt: skip
        with _running(command, folder, who) as process:
            server = Server("mysql", port, folder, process)
            _until(lambda: _heard(folder / "sock"), server)
            with mysql_root(server) as connection, connection.cursor() as cursor:
                cursor.execute("CREATE DATABASE asterisk")
                cursor.execute("CREATE USER reader@'%%' IDENTIFIED BY %s", (PASSWORD,))
                cursor.execute("GRANT SELECT ON asterisk.* TO reader@'%'")
            yield server


def _heard(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(str(path))


def mysql_root(server: Server, database: str | None = None) -> Any:
    import pymysql

    return pymysql.connect(
        unix_socket=f"{server.folder}/sock", user="root", password="", database=database, autocommit=True,
        init_command="SET sql_mode='ANSI_QUOTES', time_zone='+00:00'", ssl_disabled=True,
    )  # fmt: skip


@contextmanager
def postgresql(*options: str) -> Iterator[Server]:
    """Start a PostgreSQL with the database ``asterisk`` and a user who may only read."""
    among = tuple(str(folder) for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))
    initdb, daemon = _program("initdb", among=among), _program("postgres", among=among)
    who = _unprivileged("postgres")
    with _folder(who) as folder:
        data = folder / "data"
        done = subprocess.run(
            [initdb, "-D", str(data), "-U", "root", "--auth-local=trust", "--auth-host=scram-sha-256", "-N", "-E", "UTF8"],
            check=False, capture_output=True, cwd=folder, **who,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr.decode(errors="replace"))
        port = free_port()
        command = [
            daemon, "-D", str(data), "-p", str(port), "-k", str(folder), "-h", "127.0.0.1", "-c", "fsync=off",
            *options,
        ]  # fmt: skip
        with _running(command, folder, who) as process:
            server = Server("postgresql", port, folder, process)
            _until(lambda: pg_root(server, "postgres").close(), server)
            with pg_root(server, "postgres") as connection, connection.cursor() as cursor:
                cursor.execute("CREATE DATABASE asterisk")
                cursor.execute(f"CREATE USER reader PASSWORD '{PASSWORD}'")
            with pg_root(server) as connection, connection.cursor() as cursor:
                cursor.execute("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader")
            yield server


def pg_root(server: Server, database: str = "asterisk") -> Any:
    from adbc_driver_postgresql import dbapi

    return dbapi.connect(
        f"postgresql://root@/{database}?host={server.folder}&port={server.port}", autocommit=True
    )


def run(server: Server, *statements: str) -> None:
    """Run statements as the server's owner."""
    root = mysql_root(server, "asterisk") if server.scheme == "mysql" else pg_root(server)
    with root as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def rows(server: Server, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the names of the columns and the rows of a query, as an export writes them."""
    root = mysql_root(server, "asterisk") if server.scheme == "mysql" else pg_root(server)
    with root as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return [item[0] for item in cursor.description], list(cursor.fetchall())


#: The tables of VICIdial's schema, as far as they matter; types that only one of the servers has are put in by name.
TABLES = {
    "vicidial_log": """uniqueid varchar(20) NOT NULL PRIMARY KEY, lead_id int NOT NULL, list_id bigint,
        campaign_id varchar(8), call_date {datetime}, start_epoch int, end_epoch int, length_in_sec int,
        status varchar(6), phone_code varchar(10), phone_number varchar(18), "user" varchar(20), comments varchar(255),
        processed char(1), user_group varchar(20), term_reason varchar(20), alt_dial varchar(6), called_count smallint""",
    "vicidial_closer_log": """closecallid int NOT NULL PRIMARY KEY, lead_id int, list_id bigint,
        campaign_id varchar(20), call_date {datetime}, start_epoch int, end_epoch int, length_in_sec int,
        status varchar(6), phone_code varchar(10), phone_number varchar(18), "user" varchar(20),
        queue_seconds decimal(7,2), user_group varchar(20), xfercallid int, term_reason varchar(20),
        uniqueid varchar(20)""",
    "vicidial_agent_log": """agent_log_id int NOT NULL PRIMARY KEY, "user" varchar(20), event_time {datetime},
        lead_id int, campaign_id varchar(8), pause_epoch int, pause_sec smallint, wait_epoch int, wait_sec smallint,
        talk_epoch int, talk_sec smallint, dispo_epoch int, dispo_sec smallint, status varchar(6),
        user_group varchar(20), comments varchar(20), sub_status varchar(6), dead_epoch int, dead_sec smallint,
        uniqueid varchar(20)""",
    "vicidial_list": """lead_id int NOT NULL PRIMARY KEY, entry_date {datetime}, modify_date {datetime},
        status varchar(6), "user" varchar(20), source_id varchar(50), list_id bigint, gmt_offset_now decimal(4,2),
        phone_number varchar(18), state varchar(2), country_code varchar(3), called_count smallint,
        last_local_call_time {datetime}, "rank" smallint, owner varchar(20)""",
    "vicidial_statuses": """status varchar(6), status_name varchar(30), human_answered char(1), sale char(1),
        dnc char(1), customer_contact char(1), not_interested char(1), unworkable char(1),
        scheduled_callback char(1), completed char(1), answering_machine char(1)""",
    "phones": "extension varchar(10), login varchar(10)",
}
INDEXES = (
    "CREATE INDEX log_date ON vicidial_log (call_date)",
    "CREATE INDEX closer_date ON vicidial_closer_log (call_date)",
    "CREATE INDEX agent_date ON vicidial_agent_log (event_time)",
    "CREATE INDEX list_list ON vicidial_list (list_id)",
)
DATETIME = {"mysql": "datetime", "postgresql": "timestamp"}
#: 2026-09-01 00:00 in Paris, where it is two hours later than in UTC all the month.
MIDNIGHT = 1_788_213_600
ZONE = "Europe/Paris"
#: Of twenty calls, one after the other: 1 sale, 3 refusals, 1 transfer that ends in a sale, 1 drop, 4 machines, 10 unanswered.
OUTCOMES = ("SALE", *("NI",) * 3, "XFER", "DROP", *("A",) * 4, *("NA",) * 10)
#: Calls of every twenty that were sold; that an agent had; that a person answered.
SOLD, HANDLED, LIVE = 2, 5, 6


def empty_tables(server: Server, suffix: str = "") -> list[str]:
    kind = DATETIME[server.scheme]
    return [f"CREATE TABLE {name}{suffix} ({text.format(datetime=kind)})" for name, text in TABLES.items()]


def fill(server: Server, calls: int, leads: int | None = None) -> None:
    """Make a month of calls, spread over its days from 9 to 21 o'clock: with transfers, agents' time and leads.

    Every fourth lead is never dialled.
    """
    leads = leads or calls // 4
    mysql = server.scheme == "mysql"
    numbers = f"seq_1_to_{calls}" if mysql else f"generate_series(1, {calls}) AS numbers(seq)"
    leads_from = (
        f"seq_1_to_{leads * 4 // 3}" if mysql else f"generate_series(1, {leads * 4 // 3}) AS numbers(seq)"
    )
    whole = "(mod(seq, 30) * 86400 + 32400 + mod(cast((seq - mod(seq, 30)) / 30 AS integer) * 7, 43200))"
    begin = "timestamp'2026-09-01 00:00:00'"
    at = f"{begin} + INTERVAL {whole} SECOND" if mysql else f"{begin} + {whole} * INTERVAL '1 second'"
    epoch = f"{MIDNIGHT} + {whole}"
    status = (
        "CASE mod(seq, 20) " + " ".join(f"WHEN {n} THEN '{code}'" for n, code in enumerate(OUTCOMES)) + " END"
    )
    agent = "mod(seq, 20) < 5 OR mod(seq, 20) BETWEEN 6 AND 9"
    length = f"CASE WHEN {agent} THEN 30 + mod(seq, 90) ELSE 0 END"
    lead = f"1 + mod(seq, {leads})"
    run(
        server, *empty_tables(server),
        f"""INSERT INTO vicidial_log SELECT concat({epoch}, '.', seq), {lead}, 101 + mod(mod(seq, {leads}), 3), 'SPRING',
            {at}, {epoch}, {epoch} + {length}, {length}, {status}, '33', concat('60000', {lead}),
            CASE WHEN {agent} THEN concat('agent', mod(seq, 40)) ELSE 'VDAD' END, '', 'N', 'TEAM', 'CALLER', 'MAIN', 1
            FROM {numbers}""",
        f"""INSERT INTO vicidial_closer_log SELECT seq, {lead}, 101 + mod(mod(seq, {leads}), 3), 'CLOSERS',
            {at} + INTERVAL {"60 SECOND" if mysql else "'60 second'"}, {epoch} + 60, {epoch} + 120, 60, 'SALE', '33',
            concat('60000', {lead}), 'closer', 5.00, 'TEAM', seq, 'CALLER', concat({epoch}, '.', seq)
            FROM {numbers} WHERE mod(seq, 20) = 4""",
        f"""INSERT INTO vicidial_agent_log SELECT seq, concat('agent', mod(seq, 40)), {at}, {lead}, 'SPRING',
            {epoch} - 20, 5, {epoch} - 15, 15, {epoch}, {length}, {epoch} + {length}, 10, {status}, 'TEAM', '', 'LOGIN',
            0, 0, concat({epoch}, '.', seq) FROM {numbers} WHERE {agent}""",
        f"""INSERT INTO vicidial_list SELECT seq, {begin} - INTERVAL {"1 DAY" if mysql else "'1 day'"}, {begin}, 'NEW', '',
            '', 101 + mod(mod(seq, {leads}), 3), 2.00, concat('60000', seq), '', 'FRA', 0, {begin}, 0, ''
            FROM {leads_from}""",
        "INSERT INTO vicidial_statuses VALUES ('NI', 'Not Interested', 'Y', 'N', 'N', 'Y', 'Y', 'N', 'N', 'N', 'N')",
        *INDEXES,
    )  # fmt: skip


def export(server: Server, folder: Path, tables: tuple[str, ...] = tuple(TABLES)) -> Path:
    """Write the tables as an export: one CSV each, by the server's own means where there are many rows."""
    import csv

    folder.mkdir(parents=True, exist_ok=True)
    for table in tables:
        if table == "phones":
            continue
        names, records = rows(server, f"SELECT * FROM {table}")
        with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(names)
            writer.writerows(records)
    return folder
