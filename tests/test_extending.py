"""The three additions that docs/extending.md writes out, made in a copy of the checkout and used."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
BLOCK = re.compile(
    r"^```\w+ file=(\S+)(?: (after|before|replace|cell)=\"([^\n]*)\")?\n(.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Change:
    """One block of the page: the file it goes into, and where."""

    file: str
    place: str
    anchor: str
    text: str

    def make(self, copy: Path) -> None:
        path = copy / self.file
        if self.place == "cell":
            return _add_cell(path, self.anchor, self.text)
        if not self.place:
            there = path.read_text(encoding="utf-8") + "\n" if path.exists() else ""
            path.write_text(there + self.text, encoding="utf-8")
            return None
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        at = next(i for i, line in enumerate(lines) if line.startswith(self.anchor))
        new = {"after": [lines[at], self.text], "before": [self.text, lines[at]], "replace": [self.text]}
        path.write_text("".join([*lines[:at], *new[self.place], *lines[at + 1 :]]), encoding="utf-8")
        return None


def _add_cell(path: Path, heading: str, code: str) -> None:
    notebook = nbformat.read(path, as_version=4)
    made = [nbformat.v4.new_markdown_cell(heading), nbformat.v4.new_code_cell(code.rstrip("\n"))]
    notebook.cells[-2:-2] = made
    nbformat.write(notebook, path)


def section(heading: str) -> str:
    """Return the part of the page under a heading."""
    return re.split(r"^## ", PAGE.split(f"## {heading}\n", 1)[1], flags=re.MULTILINE)[0]


def changes(heading: str) -> list[Change]:
    return [
        Change(file, place, anchor, text) for file, place, anchor, text in BLOCK.findall(section(heading))
    ]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of what a checkout needs to run."""
    skip = shutil.ignore_patterns("__pycache__")
    for folder in ("callstats", "notebooks", "data"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=skip)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def add(copy: Path, heading: str) -> set[str]:
    """Make the changes of a section and install the copy; return the files it touched."""
    made = changes(heading)
    for change in made:
        change.make(copy)
    project = tomllib.loads((copy / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    points = [
        line
        for group, names in project["entry-points"].items()
        for line in (f"[{group}]", *(f"{name} = {value}" for name, value in names.items()))
    ]
    info = copy / "callstats-0.1.0.dist-info"
    info.mkdir()
    info.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: callstats\nVersion: 0.1.0\n")
    info.joinpath("entry_points.txt").write_text("\n".join(points))
    return {change.file for change in made}


def run(copy: Path, *command: str) -> str:
    """Run Python in the copy and return what it prints."""
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    done = subprocess.run(
        [sys.executable, *command], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def callstats(copy: Path, *words: str) -> str:
    return run(copy, "-c", "import sys; from callstats.cli import main; sys.exit(main())", *words)


def test_a_kpi_with_a_new_predicate_touches_three_files(copy: Path) -> None:
    touched = add(copy, "A KPI that counts rows nobody counted before")
    assert touched == {
        f"callstats/kpis/{name}.py" for name in ("reach", "translations/fr", "translations/ru")
    }
    asked = ("--by", "list_id", "--period", "2026-09", "--where", "campaign_id=spring", "--format", "csv")
    lines = callstats(copy, "measure", "data/demo", "hurried_share", *asked).splitlines()
    assert [line.split(",")[:2] for line in lines[1:]] == [
        [name, "hurried_share"] for name in ("A", "B", "base")
    ]
    assert "`hurried_share`" in run(copy, "-m", "callstats.kpis")
    assert "hurried_share" in run(
        copy, "-c", "from callstats.kpis import get; print(get('hurried_share').name)"
    )


def test_a_source_touches_two_files(copy: Path) -> None:
    assert add(copy, "A dialer") == {"callstats/sources/acme.py", "pyproject.toml"}
    rows = [
        "Call no,Customer,Project,Operator,Dialled at,Talk [min],Result",
        "1,Ann,spring,Bob,14.09.2026 10:00:00,2.5,sold",
        "2,Cy,spring,Bob,14.09.2026 10:05:00,1.0,no",
        "3,Di,spring,,14.09.2026 10:10:00,0,nobody",
    ]
    (copy / "calls.csv").write_text("\n".join(rows), encoding="utf-8")
    callstats(copy, "import", "calls.csv", "--time-zone", "Europe/Berlin", "--to", "acme")
    found = callstats(copy, "measure", "acme", "success_rate_argued", "average_talk_time", "--format", "csv")
    values = [float(line.split(",")[1]) for line in found.splitlines()[1:]]
    assert values == [1 / 2, (150 + 60) / 2]


@pytest.mark.parametrize(
    "languages", ["en", pytest.param("en fr ru", marks=pytest.mark.slow)], ids=lambda names: names
)
def test_a_section_of_a_report_in_three_languages_touches_six_files(copy: Path, languages: str) -> None:
    words = {f"callstats/show/words/{language}/campaign.po" for language in ("fr", "ru")}
    answer = {f"callstats/answers/campaign/busiest_day{part}.py" for part in ("", "_telling")}
    touched = add(copy, "A section of a report")
    assert touched == {*answer, *words, "callstats/__init__.pyi", "notebooks/campaign_report.ipynb"}
    asked = ("--period", "2026-09", "-p", "campaign_id=spring", "--format", "html", "--out", "out")
    told = {"en": "The busiest day was", "fr": "Le jour le plus chargé a été", "ru": "Самый загруженный день"}
    for language in languages.split():
        callstats(copy, "report", "campaign_report", "data/demo", *asked, "--lang", language)
        page = next((copy / "out" / "2026-09").glob("*.html"))
        assert told[language] in page.read_text(encoding="utf-8")
        page.unlink()
