"""A month made from an export full of people: no file that is handed out says who they are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

import callstats as cs
from callstats.dataset import add
from callstats.report import monthly

MAPPING = """\
time_zone = "Europe/Paris"

[calls.columns]
call_id = "id"
contact_id = "number"
phone = { column = "phone", optional = true }
agent_id = "agent"
campaign_id = "campaign"
list_id = "list"
direction = "way"
started_at = "started"
outcome_code = "result"
talk_s = "talk"

[calls.statuses]
"SALE" = "success"
"NO" = "refusal"
"NA" = "no_answer"
"""
#: What names or reaches somebody, as it is written in the export (numbers kept for fiction by the ARCEP).
PEOPLE = (
    "Témoin", "Rue du Secret", "jean@example.org", "0199001003", "01 99 00 10 04", "+33199001005",
    "199001006", "0199001007", "0199001008", "Madame Cachée", "0199001010", "3,3199E+10",
)  # fmt: skip


def _export(file: Path) -> None:
    """Write sound calls of two hundred numbers, and one line for each way in which a person slips in."""
    lines = ["id,number,phone,agent,campaign,list,way,started,result,talk"]
    for n in range(1200):
        result = ("SALE", "NO", "NA", "NO")[n % 4]
        day, hour = 1 + n % 28, 9 + n % 9
        number = f"01990020{n % 200:02d}" if n % 2 else f"019900{3000 + n % 200}"
        talk = 0 if result == "NA" else 30 + n % 90
        lines.append(
            f"x{n},{number},,{['ann', 'bob', 'cid'][n % 3]},spring,{'AB'[n % 2]},outbound,"
            f"2026-09-{day:02d} {hour:02d}:{n % 60:02d}:00,{result},{talk}"
        )
    at = "2026-09-14 10:00:00"
    lines += [
        "y1,0199001003,,ann,spring,A,outbound,Jean Témoin,SALE,60",  # a name where the time should be
        f"y2,01 99 00 10 04,,ann,spring,A,outbound,{at},SALE,Jean Témoin 12 Rue du Secret",
        f"y3,0199001003,,ann,spring,A,outbound,{at},SALE,60,jean@example.org,12 Rue du Secret",
        f"y4,+33199001005,,ann,spring,A,Madame Cachée,{at},SALE,60",
        f"y5,0199001005,,ann,spring,A,outbound,{at},SALE,61",  # the same number written apart
        f"call-0199001007,0199001007,,ann,spring,A,outbound,{at},SALE,50000",  # a talk of fourteen hours
        f"y7,0199001007,,ann,spring,B,outbound,{at},NO,20",  # on two lists
        f"y8,k1,0199001008,ann,spring,A,outbound,{at},NO,20",
        f"y9,k2,0199001008,ann,spring,A,outbound,{at},NO,20",  # one telephone of two contacts
        f'y10,"3,3199E+10",,ann,spring,A,outbound,{at},NO,20',
        f"y11,0199001010,,ann,spring,A,outbound,{at},Madame Cachée rappelle au 0199001010,20",
        f"y12,0199001010,,ann,spring,A,outbound,{at},Madame Cachée rappelle au 0199001010,20",
        f"y13,199001006\0,,ann,spring,A,outbound,{at},NO,20",
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("people")
    _export(home / "calls.csv")
    (home / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    read = cs.read(home / "calls.csv", mapping=home / "mapping.toml")
    add(read, home / "data")
    return home


@pytest.fixture(scope="module")
def month(site: Path) -> Path:
    made = monthly(site / "data", "2026-09", out=site / "reports")
    assert not made.failed, [one.error for one in made.outcomes if one.error]
    return site / "reports" / "2026-09"


def test_the_export_leaves_traces_of_everybody(site):
    """What is searched for is there: on the analyst's terminal alone."""
    opened = cs.open(site / "data")
    seen = json.dumps([*cs.check(opened).to_frame()["example"], *opened.rejects.frame()["content"]])
    seen += json.dumps(opened.table("calls").collect("pyarrow").to_native().to_pylist(), default=str)
    assert [person for person in PEOPLE if json.dumps(person)[1:-1] not in seen] == []


def _texts(file: Path) -> str:
    if file.suffix == ".pdf":
        pages = [page.extract_text() for page in PdfReader(file).pages]
        return "\n".join(pages) + str(PdfReader(file).metadata)
    content = file.read_text(encoding="utf-8")
    return (
        content if file.suffix == ".html" else content + json.dumps(json.loads(content), ensure_ascii=False)
    )


def test_no_file_of_the_month_says_who_they_are(month):
    files = [file for file in month.iterdir() if file.is_file()]
    assert {file.suffix for file in files} >= {".html", ".pdf"}
    for file in files:
        text = _texts(file)
        close = re.sub(r"[\s\u00a0\u202f.-]", "", text)
        told = [p for p in PEOPLE if p in text or re.sub(r"[\s.-]", "", p) in close]
        assert told == [], file.name


def test_what_an_import_writes_down_of_itself_quotes_nobody(site):
    text = (site / "data" / "dataset.json").read_text(encoding="utf-8")
    assert [person for person in PEOPLE if person in text] == []
