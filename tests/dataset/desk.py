"""Two months of calls, a mapping, and what it takes to add them."""

from __future__ import annotations

import json

import callstats as cs

MAPPING = """
time_zone = "Europe/Paris"
[calls.columns]
call_id = "Id"
started_at = "Date"
contact_id = "Who"
outcome_code = "Result"
[calls.statuses]
Sold = "success"
No = "refusal"
Nobody = "no_answer"
"""
HEADER = "Id,Date,Who,Result\n"
AUGUST = HEADER + "1,2024-08-05 12:00,c1,Nobody\n2,2024-08-06 12:00,c2,No\n"
SEPTEMBER = HEADER + "3,2024-09-09 12:00,c1,Sold\n4,2024-09-10 12:00,c3,Nobody\n5,2024-09-11 12:00,c4,Sold\n"
UNNAMED = MAPPING.replace('call_id = "Id"\n', "")


def put(desk, *names, to="data", text=None, mapping="m.toml", **options):
    if text is not None:
        (desk / names[0]).write_text(text)
    data = cs.read([desk / name for name in names], mapping=desk / mapping)
    return cs.add(data, desk / to, **options)


def told(folder):
    return json.loads((folder / "dataset.json").read_text())


def bytes_of(folder):
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def calls(folder, *columns):
    frame = cs.open(folder).table("calls").sort("call_id").select(*columns).collect().to_pandas()
    return frame[list(columns)].values.tolist()
