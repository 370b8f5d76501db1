"""What the system sees of commands on harmful names, files and views: nothing that plain ones do not ask for.

`strace` writes down every program that is started, every address that is called and every file that
is opened, of the command and its kernels. Without it these tests are skipped.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests.hostile_export import Site, harmful_site, plain_site

STRACE = shutil.which("strace")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(STRACE is None, reason="strace is not installed"),
]
_CALL = re.compile(r"^\d+\s+(?P<call>\w+)\((?P<rest>.*)$")
_PATH = re.compile(r'"((?:[^"\\]|\\.)*)"')
_FAMILY = re.compile(r"sa_family=(\w+)")


@dataclass(frozen=True)
class Trace:
    """What a command asked the system for, and how it ended."""

    code: int
    said: str
    started: frozenset[str]
    families: frozenset[str]
    tried: Counter[str]
    opened: frozenset[str]

    def elsewhere(self, home: Path) -> set[str]:
        """Return the files opened that belong neither to Python and its packages nor to the test."""
        own = (str(home), sys.prefix, sys.base_prefix, tempfile.gettempdir(), str(Path.cwd()), "/sys/")
        numbered = {re.sub(r"/proc/\d+", "/proc/N", path) for path in self.opened}
        # which fonts and libraries are loaded depends on the letters of a text
        letters = re.compile(r"\.(ttf|otf|ttc|afm|pfb|so[.\d]*)$|/fonts?/")
        return {path for path in numbered if not path.startswith(own) and not letters.search(path)}


def traced(home: Path, folder: Path, *words: object) -> Trace:
    """Run a command of callstats under strace, in a folder."""
    log = home / "strace.log"
    command = [sys.executable, "-c", "import sys; from callstats.cli import main; sys.exit(main())"]
    given = [STRACE, "-f", "-qq", "-s", "4096", "-e", "trace=connect,execve,execveat,open,openat", "-o", log]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(
        [*map(str, given), *command, *map(str, words)],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    return Trace(done.returncode, done.stdout + done.stderr, *_read(log))


def _read(log: Path) -> tuple[frozenset[str], frozenset[str], Counter[str], frozenset[str]]:
    started, families, tried, opened = set(), set(), Counter(), set()
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if not (found := _CALL.match(line)):
            continue
        path, missing = _PATH.search(found["rest"]), "ENOENT" in line
        if found["call"] == "connect":
            families.update(_FAMILY.findall(found["rest"]))
        elif path and found["call"].startswith("exec"):
            started.update(() if missing else (Path(path[1]).name,))
        elif path:
            tried[path[1]] += 1
            opened.update((path[1],) if path[1].startswith("/") and not missing else ())
    return frozenset(started), frozenset(families), tried, frozenset(opened)


def month(home: Path, site: Site) -> list[Trace]:
    """Import, check, measure, compare and report, all under strace."""
    campaign = site.names["script"]
    asked = [
        ("import", site.export, "--mapping", site.mapping, "--to", site.data),
        ("check", site.data),
        ("measure", site.data, "warm", "answer_rate", "--own-kpis", site.kpis, "--by", "list_id"),
        ("measure", site.data, "dials", "--by", "agent_id", "--where", f"campaign_id={campaign}"),
        ("compare", site.data, "answer_rate", "--by", "list_id", "--control", f"{campaign} list"),
        ("report", "campaign_report", site.data, "--period", "2026-09", "-p", f"campaign_id={campaign}",
         "--out", site.out),
    ]  # fmt: skip
    return [traced(home, site.folder, *words) for words in asked]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Trace], Path, list[Trace]]:
    plain, harmful = tmp_path_factory.mktemp("plain"), tmp_path_factory.mktemp("harmful")
    return plain, month(plain, plain_site(plain)), harmful, month(harmful, harmful_site(harmful))


def test_harmful_names_end_every_command_as_plain_ones_do(both):
    _, plain, _, harmful = both
    assert [one.code for one in harmful] == [one.code for one in plain], [one.said for one in harmful]
    assert harmful[-1].code == 0, harmful[-1].said


def test_nothing_is_called_but_sockets_of_this_machines_file_system(both):
    for one in both[1] + both[3]:
        assert one.families <= {"AF_UNIX"}


def test_harmful_names_start_no_program_that_plain_ones_do_not(both):
    _, plain, _, harmful = both
    for one, other in zip(harmful, plain, strict=True):
        assert one.started <= other.started | {Path(sys.executable).name}
    assert not {"sh", "bash", "dash", "touch", "id", "git"} & frozenset.union(*(o.started for o in harmful))


def test_harmful_names_open_no_file_that_plain_ones_do_not(both):
    home, plain, other, harmful = both
    for one, twin in zip(harmful, plain, strict=True):
        assert one.elsewhere(other) <= twin.elsewhere(home)


def test_what_names_speak_of_is_not_even_looked_for(both):
    _, plain, _, harmful = both
    for one, twin in zip(harmful, plain, strict=True):
        assert one.tried["/etc/passwd"] == twin.tried["/etc/passwd"]  # Python's own: whose home is it
        spoken = ("etc/passwd", "harm.txt", "harm.invalid", "x.png", "preview")
        names = [path for path in one.tried if path.endswith(spoken) and path != "/etc/passwd"]
        assert not [path for path in names if "$(touch harm.txt)" not in path]


def test_harmful_names_leave_nothing_but_the_data_and_the_report(both):
    _, _, home, _ = both
    assert not list(home.rglob("harm.txt"))
    site = home / "$(touch harm.txt)"
    assert {path.name for path in site.iterdir()} == {"a[bc]", "ab", "ac"}
    assert {path.name for path in (site / "ab").iterdir()} == {"map.toml"}


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret.csv"
    file.write_text("call_id\nthe password\n")
    return file


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('{secret}')",
        "SELECT content AS call_id FROM read_text('{secret}')",
        "SELECT * FROM '{secret}'",
        "SELECT * FROM read_csv('https://harm.invalid/calls.csv')",
        "SELECT * FROM read_parquet('s3://harm/calls.parquet')",
    ],
)
def test_a_view_in_a_duckdb_file_opens_no_file_and_calls_no_address(
    query: str, tmp_path: Path, secret: Path
) -> None:
    for table in ("calls", "vicidial_log"):
        file = tmp_path / f"{table}.duckdb"
        with duckdb.connect(str(file)) as base:
            try:
                base.execute(f"CREATE VIEW {table} AS {query.format(secret=secret)}")
            except duckdb.Error:  # it looks for the address when the view is made: give the view its columns
                pytest.skip("this DuckDB makes no such view without the net")
    check = traced(tmp_path, tmp_path, "check", "calls.duckdb")
    taken = traced(
        tmp_path, tmp_path, "import", "vicidial_log.duckdb", "--source", "vicidial", "--to", "data"
    )
    for one in (check, taken):
        assert one.code == 3, one.said
        assert "is a view" in one.said
        assert not one.tried[str(secret)]
        assert one.families <= {"AF_UNIX"}


def test_a_sqlite_file_loads_no_extension_and_opens_no_other(tmp_path: Path, secret: Path) -> None:
    with sqlite3.connect(tmp_path / "log.db") as base:
        base.execute("CREATE TABLE stored (uniqueid, call_date)")
        base.execute(
            "CREATE VIEW vicidial_log AS SELECT load_extension('/tmp/harm.so') AS uniqueid FROM stored"
        )
    base.close()
    one = traced(tmp_path, tmp_path, "import", "log.db", "--source", "vicidial", "--to", "data")
    assert one.code == 3, one.said
    assert not [path for path in one.tried if "harm" in path]
    assert one.families <= {"AF_UNIX"}
