"""Names that mean harm, and a call centre that bears them: campaigns, lists, agents, labels, columns."""

from __future__ import annotations

import json
from pathlib import Path

from callstats.simulate import CallList, Campaign, Queue, Scenario, write

#: What each tries: script, an event handler, a spreadsheet formula, another folder, the typesetter's own
#: language, mathematics and Markdown, turning the text round, filling the page, a picture for a letter; a
#: package from the net, TeX, a picture from the net, a template, a statement of SQL, a command, what steers
#: a terminal, what formats a text, what some programs take for no text at all.
NAMES = {
    "script": "<script>alert(1)</script>",
    "handler": '"><img src=x onerror=alert(2)>',
    "formula": "=cmd|' /C calc'!A0",
    "folder": "../../x",
    "typesetter": '#read("/etc/passwd")',
    "mathematics": "$x$ `code` *bold* [a](javascript:alert(3))",
    "turned": "abc\u202edcba\u2066x\u200b\u200dy",
    "long": "Ab1 " * 74 + "end.",
    "emoji": "Nora 😀🎉 O'Neil",
    "package": '#import "@preview/cetz:0.3.4": *',
    "input": r"\input{/etc/passwd}",
    "picture": "![x](http://harm.invalid/x.png)",
    "template": "{{ 7*7 }}{% include '/etc/passwd' %}",
    "statement": "'; DROP TABLE calls; --",
    "command": "$(touch harm.txt) `touch harm.txt`",
    "terminal": "\x1b[31mred\x1b]0;title\x07",
    "placeholder": "%s%n{0}{__class__}",
    "nothing": "NULL",
}
#: Names of campaigns become names of files.
CAMPAIGNS = ("script", "folder", "typesetter", "long")
LISTS = ("handler", "formula", "mathematics", "emoji", "turned", "long", "script", "typesetter")
COLUMN = '"><img src=x onerror=alert(4)>'


def write_data(folder: Path, *, campaigns: tuple[str, ...] = CAMPAIGNS, contacts: int = 60) -> Path:
    """Write a month of campaigns on two lists each and a queue, all of whose names mean harm."""
    agents = tuple(NAMES.values())
    made = tuple(
        Campaign(NAMES[name], _lists(number, contacts), shifts=(((9, 13), (14, 19)),))
        for number, name in enumerate(campaigns)
    )
    queue = Queue(NAMES["handler"], agents[:4], calls=20.0)
    write(
        Scenario(seed=5, campaigns=made, queues=(queue,), agents=agents, evaluated=0.2, surveyed=0.3), folder
    )
    _add_column(folder / "contacts.parquet")
    _add_labels(folder / "callstats.toml")
    return folder


def _lists(number: int, contacts: int) -> tuple[CallList, ...]:
    """Return two lists whose names begin as they mean harm, so that a formula stays one."""
    arms = tuple(NAMES.values())[:2]
    names = (f"{NAMES[LISTS[(2 * number + side) % len(LISTS)]]} {number}" for side in range(2))
    return tuple(CallList(name, contacts, arms=arms, success=0.3) for name in names)


def _add_column(file: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    contacts = pq.read_table(file)
    values = [list(NAMES.values())[row % len(NAMES)] for row in range(contacts.num_rows)]
    pq.write_table(contacts.append_column(COLUMN, pa.array(values)), file)


def _add_labels(file: Path) -> None:
    """Let the project's own words for things mean harm as well."""
    list_id = f"{NAMES[LISTS[0]]} 0"
    label = f"{_text(list_id)} = {_text('<svg onload=alert(5)> ' + NAMES['typesetter'])}"
    source = f"source = {_text(NAMES['picture'] + NAMES['typesetter'])}"
    targets = [f"[agent.{_text(agent)}.targets]\nsuccesses_per_login_hour = 1\n" for agent in NAMES.values()]
    file.write_text(
        f'time_zone = "Europe/Paris"\n\n[labels]\n{label}\n\n[targets]\n'
        f"answer_rate = {{ low = 0.2, {source} }}\n\n{''.join(targets)}",
        encoding="utf-8",
    )


def _text(text: str) -> str:
    """Write a text as TOML does: its escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)
