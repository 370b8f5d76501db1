"""A VICIdial call export with every status and every trap, and its figures counted by hand.

The counting is naive on purpose: it walks over the lines of the file with plain
string comparisons, written from what is known of VICIdial, and uses nothing of
callstats.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

HEADER = [
    "call_date",
    "phone_number_dialed",
    "status",
    "user",
    "full_name",
    "campaign_id",
    "vendor_lead_code",
    "source_id",
    "list_id",
    "gmt_offset_now",
    "phone_code",
    "phone_number",
    "title",
    "first_name",
    "middle_initial",
    "last_name",
    "address1",
    "address2",
    "address3",
    "city",
    "state",
    "province",
    "postal_code",
    "country_code",
    "gender",
    "date_of_birth",
    "alt_phone",
    "email",
    "security_phrase",
    "comments",
    "length_in_sec",
    "user_group",
    "alt_dial",
    "rank",
    "owner",
    "lead_id",
    "list_name",
    "list_description",
    "status_name",
]

STATUSES = [
    "NEW",
    "QUEUE",
    "INCALL",
    "DROP",
    "XDROP",
    "NA",
    "CALLBK",
    "CBHOLD",
    "A",
    "AA",
    "AM",
    "AL",
    "AFAX",
    "AB",
    "B",
    "DC",
    "ADC",
    "DEC",
    "DNC",
    "DNCL",
    "DNCC",
    "SALE",
    "N",
    "NI",
    "NP",
    "PU",
    "PM",
    "XFER",
    "ERI",
    "SVYEXT",
    "SVYVM",
    "SVYHU",
    "SVYREC",
    "QVMAIL",
    "RQXFER",
    "TIMEOT",
    "AFTHRS",
    "NANQUE",
    "IQNANQ",
    "PDROP",
    "IVRXFR",
    "SVYCLM",
    "MLINAT",
    "MAXCAL",
    "LRERR",
    "QCFAIL",
    "ADCT",
    "LSMERG",
    "DAIR",
    "ADAIR",
]

FORMAT = "%Y-%m-%d %H:%M:%S"


def write(path: Path, rows: int, seed: int = 20260301) -> None:
    """Write an export of so many lines after the header, in the order of the calls."""
    rng = random.Random(seed)
    moment = datetime(2026, 3, 1)
    step = 190 * 86400 / rows
    waiting: list[tuple[datetime, str, str]] = []  # transfers on their way: when, lead, list
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("\t".join(HEADER) + "\r\n")
        for number in range(rows):
            moment += timedelta(seconds=step)
            record = dict.fromkeys(HEADER, "")
            if waiting and waiting[0][0] <= moment and rng.random() < 0.9:
                _, lead, list_id = waiting.pop(0)
                record |= _inbound(rng, lead, list_id)
            else:
                record |= _outbound(rng, number)
            record["call_date"] = moment.strftime(FORMAT)
            if record["status"] in ("XFER", "RQXFER") and rng.random() < 0.7:
                waiting.append((moment, record["lead_id"], record["list_id"]))
            file.write(_spoilt(rng, record) + "\r\n")


def _outbound(rng: random.Random, number: int) -> dict[str, str]:
    lead = rng.randrange(60_000)
    return {
        "status": rng.choice([*STATUSES, "SALE", "XFER", "NA", "NA"]),
        "user": rng.choice(["anna", "bob", "chloe", "dmitri", "VDAD", "VDAD"]),
        "campaign_id": f"C{lead % 3}",
        "list_id": str(101 + lead % 5),
        "lead_id": str(lead),
        "gmt_offset_now": "1.00" if lead % 4 == 0 else "2.00",
        "length_in_sec": str(rng.randrange(0, 600)),
        "alt_dial": rng.choice(["MAIN", "NONE", "ALT", "X2"]),
        "comments": 'said "maybe' if number % 11 == 0 else "",
        "first_name": "Zoé",
    }


def _inbound(rng: random.Random, lead: str, list_id: str) -> dict[str, str]:
    queue = rng.choice(["0", "12", "7.25"])
    return {
        "status": rng.choice(STATUSES),
        "user": rng.choice(["eve", "fay", "VDCL"]),
        "campaign_id": "CLOSERS",
        "list_id": list_id,
        "lead_id": lead,
        "gmt_offset_now": "1.00" if int(lead) % 4 == 0 else "2.00",
        "length_in_sec": str(rng.randrange(12, 400)),
        "alt_dial": queue,
    }


def _spoilt(rng: random.Random, record: dict[str, str]) -> str:
    """Spoil a few rows, each in one way."""
    way = rng.randrange(1000)
    if way == 0:
        record["length_in_sec"] = "70000"
    elif way == 1:
        record["length_in_sec"] = "-3"
    elif way == 2:
        record["length_in_sec"] = "12 s"
    elif way == 3:
        record["call_date"] = datetime.strptime(record["call_date"], FORMAT).strftime("%d/%m/%Y %H:%M:%S")
    elif way == 4:
        record["status"] = "ZZTOP"
    elif way == 5:
        record["call_date"] = ""
    line = "\t".join(record[name] for name in HEADER)
    if way == 6:
        return line[: line.rindex("\t")]
    if way == 7:
        return line[:10] + "\x00" + line[11:]
    if way == 8:
        return line.replace("\tZoé\t", "\tZoé\tde\t") if "\tZoé\t" in line else line
    return line


@dataclass
class Counted:
    """What a careful clerk would count."""

    figures: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    by_list: Counter[str] = field(default_factory=Counter)
    by_hour: Counter[int] = field(default_factory=Counter)
    sales_by_agent: Counter[str] = field(default_factory=Counter)
    rows: int = 0


TALKED_TO = ("CALLBK", "CBHOLD", "DEC", "DNC", "SALE", "NI", "NP", "XFER", "RQXFER", "QCFAIL")
LOST = ("DROP", "XDROP", "TIMEOT", "NANQUE", "IQNANQ", "PDROP", "IVRXFR", "MAXCAL", "LRERR", "QVMAIL")
OTHER_PERSON = ("AFTHRS", "SVYCLM")
ANSWERED_BY_SOMETHING = (
    "A",
    "AA",
    "AM",
    "AL",
    "AFAX",
    "DAIR",
    "ADAIR",
    "PU",
    "PM",
    "SVYEXT",
    "SVYVM",
    "SVYHU",
    "SVYREC",
)
NOBODY_THERE = (
    "NA", "N", "AB", "B", "DC", "ADC", "ADCT", "A", "AA", "AM", "AL", "AFAX", "DAIR", "ADAIR",
)  # fmt: skip
CLOSING = ("SALE", "NI", "DEC", "DNC", "DC", "ADC", "AFAX")


def count(path: Path) -> Counted:
    """Count the figures of an export from its lines."""
    result = Counted()
    calls: list[dict] = []
    last: dict[str, dict] = {}
    seen: set[tuple[str, str, bool]] = set()
    with path.open(encoding="utf-8", newline="") as file:
        lines = file.read().split("\r\n")[1:-1]
    for line in lines:
        result.rows += 1
        row = _understood(line, result.rejected)
        if row is None:
            continue
        key = (row["lead"], row["date"], row["inbound"])
        if key in seen:
            result.rejected["a call is listed once"] += 1
            continue
        seen.add(key)
        if row["status"] in ("DNCL", "DNCC"):
            result.rejected["a call was dialled"] += 1
            continue
        if row["length"] is not None and row["length"] < 0:
            result.rejected["a duration is never negative"] += 1
            continue
        if row["length"] is not None and row["length"] >= 65000:
            result.rejected["a duration is under 65,000 seconds"] += 1
            continue
        if row["status"] == "SALE" and not row["agent"]:
            result.rejected["the offer was heard in a success"] += 1
            continue
        before = last.get(row["lead"])
        last[row["lead"]] = row
        if before is not None and row["inbound"] and row["at"] <= _waits_until(before):
            row["call"] = before["call"]
            row["call"].append(row)
        else:
            row["call"] = [row]
            calls.append(row["call"])
    for call in calls:
        _add(call, result)
    return result


def _waits_until(before: dict) -> datetime:
    """Until when the lead may come to an in-group and still be on the same call.

    A transfer waits for the next agent for five minutes. A person whom the dialer
    left without an agent is sent on at once, within half a minute. Of a length that cannot
    be read nothing is known: a transfer may take an hour then.
    """
    over = before["status"] in ("XFER", "RQXFER")
    length = before["length"] if before["length"] is not None else (3600 if over else 0)
    ended = before["at"] + timedelta(seconds=length)
    if over:
        return ended + timedelta(seconds=300)
    sent_on = before["status"] not in NOBODY_THERE and not before["agent"]
    return ended + timedelta(seconds=30) if sent_on else datetime.min


def _understood(line: str, rejected: Counter[str]) -> dict | None:
    if "\x00" in line:
        rejected["a line has no NUL bytes"] += 1
        return None
    values = line.split("\t")
    if len(values) != len(HEADER):
        rejected["a line has as many fields as the header"] += 1
        return None
    record = dict(zip(HEADER, values, strict=True))
    if record["call_date"] == "":
        stopped = record["status"] in ("DNCL", "DNCC")
        rejected["a call was dialled" if stopped else "a call has a time"] += 1
        return None
    if record["call_date"][4] != "-":  # a day beyond the 12th among them shows which number it is
        written = datetime.strptime(record["call_date"], "%d/%m/%Y %H:%M:%S")
        record["call_date"] = written.strftime(FORMAT)
    if record["call_date"].startswith("2026-03-29 02"):
        rejected["a time exists on the clock of its zone"] += 1
        return None
    inbound = record["alt_dial"].replace(".", "").isdigit()
    return {
        "lead": record["lead_id"],
        "list": record["list_id"],
        "date": record["call_date"],
        "at": datetime.strptime(record["call_date"], FORMAT),
        "status": record["status"],
        "agent": record["user"] if record["user"] not in ("VDAD", "VDCL") else "",
        "inbound": inbound,
        "length": int(length) if (length := record["length_in_sec"]).lstrip("-").isdigit() else None,
        "queue": float(record["alt_dial"]) if inbound else 0.0,
        "offset": record["gmt_offset_now"],
    }


def _add(call: list[dict], result: Counted) -> None:
    first, final = call[0], call[-1]
    status = final["status"]
    spoke = [row for row in call if row["status"] in TALKED_TO and row["agent"]]
    person = any(row["status"] in (*TALKED_TO, *LOST, *OTHER_PERSON) for row in call)
    figures = result.figures
    figures["calls"] += 1
    figures["inbound"] += first["inbound"]
    figures["connected"] += person or status in ANSWERED_BY_SOMETHING
    figures["live"] += person
    figures["handled"] += bool(spoke)
    figures["abandoned"] += status in LOST and not spoke
    figures["argued"] += status in ("SALE", "NI", "DEC") and bool(final["agent"])
    figures["success"] += status == "SALE"
    figures["closed"] += status in CLOSING
    figures["do_not_call"] += status == "DNC"
    figures["invalid_number"] += status in ("DC", "ADC", "AFAX")
    if all(row["length"] is not None for row in spoke):  # else the talk of the call is unknown
        figures["talk_s"] += sum(max(0.0, row["length"] - row["queue"]) for row in spoke)
    result.by_list[first["list"]] += 1
    # The last day of the export is in summer, when the site is at +2: a lead at +1 is an hour behind.
    hour = (first["at"].hour - (1 if first["offset"] == "1.00" else 0)) % 24
    result.by_hour[hour] += 1
    if status == "SALE":
        result.sales_by_agent[final["agent"]] += 1
