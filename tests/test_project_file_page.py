"""The page on the project file tells every key, with its default, and its examples can be read."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from callstats import config
from callstats.config import (
    BENCHMARKS,
    BrandSettings,
    Config,
    DeclaredTest,
    ListPrice,
    MailSettings,
    MoneySettings,
    OwnReport,
    RetentionSettings,
    ScopeSettings,
    SourceSettings,
    Target,
)
from callstats.errors import InputError
from callstats.kpis.settings_read import settings_read

PAGE = (Path(__file__).parents[1] / "docs" / "project_file.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


def tables(heading: str) -> list[list[list[str]]]:
    """Return the tables below a heading, each as the cells of its rows without its head."""
    text = re.split(r"(?m)^## ", PAGE)
    section = next(part for part in text if part.startswith(f"{heading}\n"))
    blocks = re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE)
    return [
        [[cell.strip() for cell in row.split("|")[1:-1]] for row in block.splitlines()[2:]]
        for block in blocks
    ]


def keys(table: list[list[str]]) -> list[str]:
    return [row[0].strip("`") for row in table]


@pytest.mark.parametrize(
    ("heading", "number", "kind"),
    [
        ("Targets", 0, Target),
        ("Money", 0, MoneySettings),
        ("Money", 1, ListPrice),
        ("Of one campaign, list or agent", 0, ScopeSettings),
        ("How long the data are kept", 0, RetentionSettings),
        ("Mail", 0, MailSettings),
        ("The looks of the house", 0, BrandSettings),
        ("List tests", 0, DeclaredTest),
        ("Reports of your own", 0, OwnReport),
        ("Sources", 0, SourceSettings),
    ],
)
def test_a_table_has_every_key_and_no_other(heading: str, number: int, kind: type) -> None:
    assert keys(tables(heading)[number]) == list(kind.__dataclass_fields__)  # type: ignore[attr-defined]


def test_the_tables_of_the_site_have_every_key_and_no_other() -> None:
    plain, sections = tables("The keys of the site")
    assert keys(plain) + keys(sections) == list(Config.__dataclass_fields__)


def test_the_defaults_of_the_site_are_those_of_the_page() -> None:
    plain, _ = tables("The keys of the site")
    said = tomllib.loads("\n".join(f"{row[0].strip('`')} = {row[3].strip('`')}" for row in plain))
    usual: dict[str, Any] = {name: getattr(Config(), name) for name in said}
    assert {**said, "calling_hours": tuple(map(tuple, said["calling_hours"]))} == usual


def test_the_settings_are_those_that_definitions_read() -> None:
    (table,) = tables("Settings")
    assert {row[0].strip("`"): float(row[3]) for row in table} == {
        found.name: found.default for found in settings_read()
    }


def test_the_norms_of_the_trade_are_those_that_are_offered() -> None:
    table = tables("Targets")[1]
    offered = [
        [f"`{name}`", *("" if end is None else f"{end:g}" for end in (one.low, one.high)), one.source]
        for name, several in BENCHMARKS.items()
        for one in several
    ]
    assert table == offered


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_can_be_read(example: str) -> None:
    assert config.parse(tomllib.loads(example)) != Config()


def test_the_examples_can_stand_in_one_file() -> None:
    read = config.parse(tomllib.loads("\n".join(EXAMPLES)))
    assert read.targets_of(campaign_id="spring")["roi"].low == 0.3
    assert read.money_of("spring").value_per_success == 80
    assert read.money.lists["bought in May"].total == 900


@pytest.mark.parametrize(
    "wrong",
    [
        "targets.roi = { low = 2, high = 1 }",
        "targets.roi = { value = 2, high = 1 }",
        "money = { cost_per_hour = 1, cost_per_paid_hour = 1 }",
        "money.lists.A = { per_contact = 1, total = 1 }",
        "list.A.money.cost_per_dial = 1",
        "money.cost_per_dial = -1",
        "money.cost_per_dial = nan",
        "money.cost_per_dial = true",
        "calling_hours = [['09:00', '25:00']]",
        "currency = 'ZZZ'",
        "reports = [{ notebook = 'a.txt' }]",
        "reports = [{ notebook = 'a.ipynb' }, { notebook = 'b/a.ipynb' }]",
        "reports = [{ notebook = 'a.ipynb', for_each = 'week' }]",
        "mail.port = 0",
        "mail.security = 'ssl'",
        "mail.to = ['ann']",
        "mail.to = ['ann@example.com, bob@example.com']",
        "mail.password = 'secret'",
        "reports = [{ notebok = 'a.ipynb' }]",
    ],
)
def test_what_the_page_says_is_refused_is(wrong: str) -> None:
    with pytest.raises(InputError, match="key '"):
        config.parse(tomllib.loads(wrong))
