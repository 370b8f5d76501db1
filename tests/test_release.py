"""What a release brings along: licences, a bill of materials, an audit, each by a documented command."""

from __future__ import annotations

import importlib.util
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def licences() -> ModuleType:
    spec = importlib.util.spec_from_file_location("licences", ROOT / "release" / "licences.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["licences"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def listed() -> dict[str, str]:
    page = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| (?!package )([a-z0-9-]+) \| (.+?) \|$", page, re.MULTILINE))


def test_the_licence_of_everything_that_runs_is_accepted(licences: ModuleType) -> None:
    refused = [one for one in licences.packages(licences.EXTRAS) if not one.accepted]
    assert not refused


def test_the_list_of_licences_names_everything_that_runs(licences: ModuleType) -> None:
    here = {one.name: one.licence for one in licences.packages(licences.EXTRAS)}
    assert here.items() <= listed().items()


def test_the_list_of_licences_names_nothing_that_nothing_needs(licences: ModuleType) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    wanted = [
        *project["dependencies"],
        *(line for more in project["optional-dependencies"].values() for line in more),
    ]
    asked = {canonicalize_name(Requirement(line).name) for line in wanted}
    pinned = {canonicalize_name(line.partition("==")[0]) for line in constraints()}
    assert asked - {"callstats"} <= listed().keys()
    assert listed().keys() <= pinned


def constraints() -> list[str]:
    lines = (ROOT / "tests" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize(
    ("stated", "accepted"),
    [
        ("MIT", True),
        ("Apache-2.0 OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("LGPL-2.1-or-later", False),
        ("AGPL-3.0-only", False),
        ("", False),
    ],
)
def test_of_alternatives_one_is_enough_and_none_is_not(
    licences: ModuleType, stated: str, accepted: bool
) -> None:
    assert licences.Package("x", stated).accepted is accepted


def test_every_version_that_is_audited_is_a_version() -> None:
    assert len(constraints()) > 100
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in constraints())


def test_the_tools_of_a_release_are_no_part_of_an_install() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    assert [line.partition("==")[0] for line in groups["audit"] + groups["release"]] == [
        "pip-audit",
        "cyclonedx-bom",
    ]
    assert all("==" in line for line in groups["audit"] + groups["release"])
    told = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for command in (
        "release/sbom.sh",
        "release/licences.py",
        "pip-audit",
        "--group audit",
        "--group release",
    ):
        assert command in told


def test_every_exception_of_bandit_says_why() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    table = text.partition("[tool.bandit]")[2].partition("\n]")[0]
    excepted = re.findall(r'^  "B\d+",(.*)$', table, re.MULTILINE)
    assert excepted
    assert all(len(why.partition("#")[2]) > 20 for why in excepted)
    for file in ROOT.glob("callstats/**/*.py"):
        lines = file.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            if "# nosec" in line:
                assert re.search(r"# nosec B\d+$", line), (file.name, number)
                assert lines[number - 1].strip().startswith("# "), (file.name, number)


def test_every_promise_of_security_names_tests_that_are_there() -> None:
    page = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    promises = [line for line in page.splitlines() if line.startswith("| **")]
    assert len(promises) >= 10
    for line in promises:
        tried = re.findall(r"`(tests/[\w/]+\.py)`", line.rpartition("|")[0].rpartition("|")[2])
        assert tried, line
        assert all((ROOT / file).is_file() for file in tried), line
