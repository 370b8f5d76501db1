"""An export, its mapping and its project file, full of names that mean harm, or of plain ones."""

from __future__ import annotations

import csv
import json
import random
from dataclasses import dataclass
from pathlib import Path

from tests.hostile import NAMES

#: What no command can look like.
PLAIN = {name: f"plain {name}" for name in NAMES}


@dataclass(frozen=True)
class Site:
    """Where an export lies and what stands beside it; file names are relative to the folder."""

    folder: Path
    names: dict[str, str]
    export: str
    data: str
    out: str
    mapping: str = "map.toml"
    kpis: str = "own.toml"


def harmful_site(home: Path) -> Site:
    """Write a site whose folders and files, fields and settings all mean harm."""
    folder = home / "$(touch harm.txt)" / "a[bc]"
    for beside in ("ab", "ac"):  # what the folder's name would be taken for as a pattern
        (folder.parent / beside).mkdir(parents=True)
        (folder.parent / beside / "map.toml").write_text("this = is no mapping")
    return _written(Site(folder, NAMES, "=cmd|'#read(\"x\")' <b>.csv", "<script>;{{data}}", "`id`%s<out>"))


def plain_site(home: Path) -> Site:
    """Write the same site with nothing but plain names."""
    return _written(Site(home / "site", PLAIN, "export.csv", "data", "out"))


def _written(site: Site) -> Site:
    site.folder.mkdir(parents=True)
    _write_export(site)
    (site.folder / site.mapping).write_text(_mapping(site.names), encoding="utf-8")
    (site.folder / "callstats.toml").write_text(_project(site.names), encoding="utf-8")
    (site.folder / site.kpis).write_text(_kpis(site.names), encoding="utf-8")
    return site


def _write_export(site: Site) -> None:
    names, chance = list(site.names.values()), random.Random(1)
    with (site.folder / site.export).open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["Ref", "Who", "At", "Code", "Agent", "List", "Campaign", "Talk", names[0]])
        for row in range(1200):
            rows.writerow(
                [
                    f"{names[row % len(names)]} {row}",
                    f"{names[row // 2 % len(names)]} {row // 2}",
                    f"2026-09-{1 + row % 28:02d} {9 + row % 9:02d}:{row % 60:02d}:00",
                    chance.choice(names[:-1]),
                    names[row % (len(names) - 1)],
                    f"{names[row // 2 % 4]} list",
                    names[row // 2 // 4 % 2],
                    30 + row % 200,
                    names[row * 3 % len(names)],
                ]
            )


def _mapping(names: dict[str, str]) -> str:
    outcomes = ("refusal", "success", "no_answer")
    codes = [f'{_text(name)} = "{outcomes[place % 3]}"' for place, name in enumerate(names.values())]
    attribute = f"{_text(names['handler'])} = {_text(names['script'])}"
    return "\n".join(
        [
            "[calls.columns]",
            'call_id = "Ref"\ncontact_id = "Who"\nstarted_at = "At"\noutcome_code = "Code"',
            'agent_id = "Agent"\nlist_id = "List"\ncampaign_id = "Campaign"',
            'talk_s = { column = "Talk", unit = "s" }',
            "[calls.statuses]",
            *codes,
            "[contacts.columns]",
            'contact_id = "Who"\nlist_id = "List"\ncampaign_id = "Campaign"',
            "[contacts.attributes]",
            attribute,
        ]
    )


def _project(names: dict[str, str]) -> str:
    values = list(names.values())
    labels = [f"{_text(name)} = {_text('<svg onload=alert(5)> ' + values[-3])}" for name in values[4:]]
    prices = [f"{_text(name + ' list')} = {{ per_contact = 0.1 }}" for name in values]
    targets = [
        f"[campaign.{_text(name)}.targets]\nroi = {{ low = 0.3, source = {_text(name)} }}" for name in values
    ]
    return "\n".join(
        [
            'time_zone = "Europe/Paris"',
            "[labels]",
            *labels,
            f"[targets]\nanswer_rate = {{ low = 0.2, source = {_text(names['typesetter'])} }}",
            "[money]\nvalue_per_success = 100\ncost_per_hour = 25",
            "[money.lists]",
            *prices,
            *targets,
        ]
    )


def _kpis(names: dict[str, str]) -> str:
    label, question = names["script"] + names["typesetter"], names["mathematics"] + "?"
    return "\n".join(
        [
            f"[kpi.warm]\nlabel = {_text(label)}\nquestion = {_text(question)}",
            'numerator = "handled where talk_s >= 60"\ndenominator = "dials"',
            f'direction = "up"\nsource = {_text(names["picture"])}',
        ]
    )


def _text(text: str) -> str:
    """Write a text as TOML does: its escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)
