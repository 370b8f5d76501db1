"""callstats init: from data to a project file that can be decided upon."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from callstats.config import Config, load, parse
from tests.cli.conftest import GOOD, Run, export
from tests.hostile import CAMPAIGNS, NAMES, write_data

DEMO = Path(__file__).parents[2] / "data" / "demo"
ZONE = ("--time-zone", "Europe/Paris")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with an export, on a system that speaks no language of the three."""
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "sep.txt").write_text(export(*GOOD), encoding="utf-8")
    return tmp_path


def bring(run: Run) -> str:
    return run("import", "sep.txt", "--source", "vicidial", "--to", "data", *ZONE).err


def test_the_first_import_tells_of_it_and_it_says_what_the_import_wrote(run: Run, desk: Path) -> None:
    assert "`callstats init data` drafts a project file" in bring(run)
    done = run("init", "data")
    assert (done.code, done.out) == (0, "")
    assert "data/callstats.toml was written" in done.err
    assert load("data/callstats.toml") == Config(time_zone="Europe/Paris")
    assert "callstats init" not in bring(run)


def test_where_a_project_file_is_an_import_tells_nothing_of_it(run: Run, desk: Path) -> None:
    Path("callstats.toml").write_text('language = "en"\n')
    assert "callstats init" not in bring(run)


def test_a_file_of_the_user_is_refused_and_kept_when_replaced(run: Run, desk: Path) -> None:
    bring(run)
    file = Path("data/callstats.toml")
    own = '# ours\ntime_zone = "Europe/Paris"\n[targets]\nroi = { low = 0.3 }\n'
    file.write_text(own)
    refused = run("init", "data")
    assert (refused.code, file.read_text()) == (2, own)
    assert "data/callstats.toml exists already" in refused.err
    assert "--replace" in refused.err
    done = run("init", "data", "--replace")
    assert done.code == 0
    assert "kept as data/callstats.toml.1.bak" in done.err
    assert Path("data/callstats.toml.1.bak").read_text() == own
    assert load(file) == parse(tomllib.loads(own))


def test_it_can_be_printed_or_written_elsewhere(run: Run, desk: Path) -> None:
    bring(run)
    before = Path("data/callstats.toml").read_text()
    printed = run("init", "data", "--to", "-")
    assert (printed.code, printed.err) == (0, "")
    assert run("init", "data", "--out", "here.toml").code == 0
    assert Path("here.toml").read_text(encoding="utf-8") == printed.out
    assert Path("data/callstats.toml").read_text() == before


def test_of_a_database_file_the_place_has_to_be_named(run: Run, desk: Path) -> None:
    import duckdb

    with duckdb.connect("calls.duckdb") as connection:
        connection.execute("CREATE TABLE calls AS SELECT '1' call_id, 'outbound' direction, 's' campaign_id")
    refused = run("init", "calls.duckdb")
    assert (refused.code, "--to callstats.toml" in refused.err) == (2, True)
    assert run("init", "calls.duckdb", "--to", "callstats.toml").code == 0
    assert load() == Config()


@pytest.mark.parametrize(
    ("locale", "words", "own", "expected"),
    [
        ({}, (), "", "en"),
        ({"LANG": "fr_FR.UTF-8"}, (), "", "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "ru_RU.UTF-8"}, (), "", "ru"),
        ({"LANG": "de_DE.UTF-8"}, (), "", "en"),
        ({"LANG": "C.UTF-8"}, (), "", "en"),
        ({"LANG": "fr_FR.UTF-8"}, ("--lang", "ru"), "", "ru"),
        ({"LANG": "fr_FR.UTF-8"}, (), 'language = "ru"\n', "ru"),
        ({"LANG": "fr_FR.UTF-8"}, (), 'language = "en"\n', "en"),
        ({"LANG": "fr_FR.UTF-8"}, ("--set", "language=ru"), "", "ru"),
    ],
)
def test_the_language_is_that_asked_for_then_the_projects_then_the_systems(  # noqa: PLR0917
    run: Run, desk: Path, monkeypatch: pytest.MonkeyPatch, locale, words, own, expected
) -> None:
    bring(run)
    for name, value in locale.items():
        monkeypatch.setenv(name, value)
    Path("site.toml").write_text(own)
    printed = run("init", "data", "--to", "-", "--config", "site.toml", *words)
    assert tomllib.loads(printed.out)["language"] == expected
    first = {"en": "The project file", "fr": "Le fichier de projet", "ru": "Файл проекта"}[expected]
    assert printed.out.startswith(f"## {first}")


def test_the_project_file_of_the_demo_is_offered_again_with_what_it_decided(run: Run, desk: Path) -> None:
    shutil.copytree(DEMO, "data")
    assert run("init", "data", "--replace").code == 0
    assert load("data/callstats.toml") == load(DEMO / "callstats.toml")
    assert run("measure", "data", "answer_rate").code == 0


def test_names_that_mean_harm_stay_names(run: Run, desk: Path) -> None:
    write_data(desk / "site", campaigns=CAMPAIGNS[:2], contacts=20)
    printed = run("init", "site", "--to", "-")
    assert printed.code == 0
    assert parse(tomllib.loads(printed.out)) == load("site/callstats.toml")
    assert all(mark.isprintable() for mark in printed.out if mark != "\n")
    taken = "\n".join(line.removeprefix("# ") for line in printed.out.split("\n"))
    assert {NAMES[name] for name in CAMPAIGNS[:2]} <= set(parse(tomllib.loads(taken)).campaign)


def test_data_that_are_not_there_are_said_so(run: Run, desk: Path) -> None:
    assert run("init", "nowhere").code == 3
    assert not Path("nowhere").exists()
