"""A month for a client: no agent's name, no cost and no row of the export, in any of its files."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import date
from pathlib import Path

import nbformat
import pandas as pd
import pypdf
import pytest

import callstats as cs
from callstats.errors import UsageError
from callstats.report.batch import MonthResult, monthly
from callstats.report.report_run import run
from callstats.simulate import Scenario, simulate
from tests.report.conftest import notebook

#: Names that no report says by accident.
AGENTS = ("Zebulon Quartz", "Wilhelmina Yxk", "Ottokar Qvist", "Ксенофонт", "Xanthippe", "Bartholomäus")
EVALUATORS = {"evaluator": "Hildegunst", "other": "Mythenmetz"}
#: What an hour costs, and what a label, an owner, a file and a row say: none of a client's business.
PRICE = 17.77
WORDS = ("Quillfeather", "Unterberger", "export_of_Zebulon.csv", "0612345678", "Hildegunst", "Mythenmetz")
PROJECT = f"""
audience = "client"
pseudonym_key = "a secret of the house"

[money]
value_per_success = 80
cost_per_hour = {PRICE}

[targets]
roi = {{ low = 0.4321 }}
answer_rate = {{ low = 0.2 }}

[labels]
"{AGENTS[2]}" = "Miss Quillfeather"
spring = "Spring offer"

[agent."{AGENTS[0]}".targets]
successes_per_login_hour = {{ low = 0.987654 }}

[[reports]]
notebook = "own.ipynb"
for_each = "agent"
"""
OWN = """\
data: str = "data/demo"  # the data
period: str = "2026-09"  # the month
agent_id: str = ""  # the agent
audience: str = "internal"  # who reads it
language: str = "en"  # en, fr or ru
"""
OPENED = "import callstats as cs\nds = cs.open_for_report(data, audience=audience)"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return data in which everything that may name a person does."""
    folder = tmp_path_factory.mktemp("site") / "data"
    scenario = Scenario.small(seed=3, contacts=400, agents=AGENTS, evaluated=0.2, start=date(2026, 9, 1))
    tables = dict(simulate(scenario).tables)
    contacts = tables["contacts"].to_pandas()
    contacts["owner"] = [AGENTS[n % 2] for n in range(len(contacts))]
    scores = tables["evaluations"].to_pandas()
    scores["evaluator"] = [list(EVALUATORS.values())[n % 2] for n in range(len(scores))]
    tables |= {"contacts": contacts, "evaluations": scores}
    cs.open(tables).save(folder)
    told = json.loads((folder / "dataset.json").read_text())
    told |= {
        "files": [{"name": "export_of_Zebulon.csv", "rows": 9, "sha256": "0" * 64}],
        "notes": ["Unterberger wrote this"],
        "source": "Unterberger's dialer",
    }
    (folder / "dataset.json").write_text(json.dumps(told))
    left = {"file": "export_of_Zebulon.csv", "row": 3, "table": "calls", "column": "talk_s"}
    left |= {"rule": "a duration is never negative", "reason": "Unterberger", "found": AGENTS[1]}
    pd.DataFrame([{**left, "content": f"0612345678,{AGENTS[1]}"}]).to_parquet(folder / "rejects.parquet")
    (folder / "callstats.toml").write_text(PROJECT, encoding="utf-8")
    own = notebook(
        "# Own", OWN, OPENED, "ds.values('agent_id')", "cs.agent_pace(ds.where(agent_id=agent_id))"
    )
    own.cells[1].metadata["tags"] = ["parameters"]
    nbformat.write(own, folder / "own.ipynb")
    return folder


@pytest.fixture(scope="module")
def month(site: Path, tmp_path_factory: pytest.TempPathFactory) -> MonthResult:
    out = tmp_path_factory.mktemp("out")
    names = ("campaign_report", "agent_comparison", "monthly_summary", "own")
    return monthly(site, "2026-09", formats=["html", "pdf", "xlsx"], out=out, only=names, jobs=2)


def told(path: Path) -> str:
    """Return all that a file says, and what it is called."""
    content = path.read_bytes()
    if path.suffix == ".pdf":
        read = pypdf.PdfReader(io.BytesIO(content))
        pages = "\n".join(page.extract_text() for page in read.pages)
        return f"{path.name}\n{pages}\n{read.metadata}"
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as parts:
            content = b"\n".join(parts.read(name) for name in parts.namelist())
    text = content.decode("utf-8")
    plain = json.dumps(json.loads(text), ensure_ascii=False) if path.suffix in (".json", ".ipynb") else ""
    return f"{path.name}\n{text}\n{plain}"


def files(month: MonthResult) -> list[Path]:
    return sorted(path for path in month.index[0].parent.rglob("*") if path.is_file())


def test_the_reports_of_the_month_are_made(month: MonthResult) -> None:
    assert [(one.planned.name, one.error) for one in month.failed] == []
    assert len(month.outcomes) == 3 + len(AGENTS)


def test_no_file_says_a_name_a_price_or_a_row(month: MonthResult, site: Path) -> None:
    words = [word for name in AGENTS for word in name.split()]
    unsaid = [*words, *WORDS, str(PRICE), "0.4321", "43.2%", "0.987654", str(site)]
    found = {
        (path.name, word) for path in files(month) for text in [told(path)] for word in unsaid if word in text
    }
    assert found == set()


def test_agents_have_codes_also_in_the_names_of_files(month: MonthResult) -> None:
    own = [path for path in files(month) if path.name.startswith("own-") and path.suffix == ".html"]
    codes = [re.fullmatch(r"own-([0-9a-z]{4}-[0-9a-z]{4})-[0-9a-f]{6}\.html", path.name) for path in own]
    assert len(own) == len(AGENTS)
    assert all(codes)


def test_a_client_gets_no_notebook_and_no_code(month: MonthResult) -> None:
    assert {path.suffix for path in files(month)} == {".html", ".pdf", ".xlsx", ".json"}
    assert not any("open_for_report" in told(path) for path in files(month))


def test_the_reports_of_a_client_lie_in_a_folder_of_their_own(month: MonthResult) -> None:
    assert month.index[0].parent.name == "2026-09-client"


def test_a_month_for_a_client_leaves_the_agents_and_the_data_to_the_house(site: Path, tmp_path: Path) -> None:
    from callstats.report.month import plan

    planned = plan(site, "2026-09", out=tmp_path)
    names = {one.report for one in planned.reports}
    assert names == {"campaign_report", "method", "monthly_summary", "own"}
    with pytest.raises(UsageError, match="data_quality is for the house alone"):
        plan(site, "2026-09", out=tmp_path, only=["data_quality"])


def test_a_notebook_that_takes_no_audience_is_not_made_for_a_client(site: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="for the house alone"):
        run("data_quality", site, out=tmp_path, audience="client")


@pytest.mark.parametrize(
    "said",
    [
        "import callstats as cs\ncs.open(data).values('agent_id')",
        "import callstats as cs\ncs.measure(cs.open(data), 'dials', by='agent_id')",
        "import callstats as cs\ncs.agents(cs.open(data).where(period=period)).estimates()",
    ],
    ids=["printed", "in a table", "drawn"],
)
def test_a_notebook_that_says_a_name_nevertheless_fails(site: Path, tmp_path: Path, said: str) -> None:
    from callstats.errors import ReportError

    own = notebook("# Own", OWN, said)
    own.cells[1].metadata["tags"] = ["parameters"]
    nbformat.write(own, tmp_path / "leaking.ipynb")
    with pytest.raises(ReportError, match=f"names {len(AGENTS)} of the agents"):
        run(tmp_path / "leaking.ipynb", site, period="2026-09", out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_house_is_told_all_where_it_says_so(site: Path, tmp_path: Path) -> None:
    made = run(
        "agent_comparison", site, period="2026-09", out=tmp_path, audience="internal", formats=["html"],
        parameters={"campaign_id": "spring"},
    )  # fmt: skip
    text = told(made.paths[0])
    assert AGENTS[1] in text
    assert "Miss Quillfeather" in text
    assert "open_for_report" in text
