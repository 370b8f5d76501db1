import json
from datetime import date

import pandas as pd
import pypdf
import pytest

import callstats as cs
from callstats.report.report_run import run
from callstats.show.display import Note
from callstats.simulate import Scenario, simulate
from tests.report.shown import cells, texts, views

#: Names that no report says by accident.
NAMES = ("Zebulon Quartz", "Wilhelmina Yxk", "Ottokar Qvist", "Ксенофонт", "Xanthippe", "Bartholomäus")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A campaign whose data have a finding that names an agent: time that is missing."""
    folder = tmp_path_factory.mktemp("agents") / "data"
    scenario = Scenario.small(seed=3, contacts=500, agents=NAMES, evaluated=0.2, start=date(2026, 9, 1))
    tables = dict(simulate(scenario).tables)
    time = tables["agent_time"].to_pandas()
    tables["agent_time"] = time[(time["agent_id"] != NAMES[0]) | (time["state"] != "talk")]
    cs.open(tables).save(folder)
    (folder / "callstats.toml").write_text(f'[labels]\n"{NAMES[2]}" = "Miss Quillfeather"\n')
    return folder


@pytest.fixture(scope="module")
def made(site, tmp_path_factory):
    """Return the files of a report with pseudonyms, as text."""
    out = tmp_path_factory.mktemp("out")
    asked = {"campaign_id": "spring", "pseudonyms": True}
    paths = run("agent_comparison", site, period="2026-09", parameters=asked, out=out, strict=True).paths
    return {path.suffix: _text(path) for path in paths}


def _text(path):
    if path.suffix == ".pdf":
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    text = path.read_text(encoding="utf-8")
    return text + json.dumps(json.loads(text), ensure_ascii=False) if path.suffix != ".html" else text


@pytest.mark.parametrize("ending", [".html", ".pdf", ".ipynb", ".json"])
def test_a_report_with_pseudonyms_says_no_name(made, ending):
    words = [word for name in (*NAMES, "Quillfeather") for word in name.split()]
    assert [word for word in words if word in made[ending]] == []
    assert "Agent " in made[ending]


def test_without_pseudonyms_the_same_report_names_agents(site):
    shown = cells("agent_comparison", data=str(site))
    said = " ".join(texts(shown))
    assert NAMES[1] in said
    assert "Miss Quillfeather" in said


def test_the_whole_method_shows_findings_by_their_examples(site):
    told = str(cs.method(cs.open(site), "2026-09", report="agent_comparison", whole=True))
    assert f"{NAMES[0]} on " in told


def test_the_eight_questions_are_answered_on_the_demo():
    shown = cells("agent_comparison")
    assert all(views(shown[key]) for key in shown if key != "parameters")
    assert "13 agents" in str(shown["verdict"])


def test_the_share_of_calls_that_can_be_compared_stands_under_the_adjusted_funnel():
    shown = views(cells("agent_comparison", until="mix")["mix"])
    notes = [view.text for view in shown if isinstance(view, Note)]
    assert any("Over calls of a kind that other agents work as well" in note for note in notes)


def test_without_agents_every_section_is_one_line(tmp_path):
    calls = pd.DataFrame(
        {
            "call_id": ["1", "2"],
            "contact_id": ["a", "b"],
            "campaign_id": "spring",
            "direction": "outbound",
            "handled": True,
            "success": [True, False],
            "local_started_at": pd.Timestamp("2026-09-01 10:00"),
        }
    )
    cs.open({"calls": calls}).save(tmp_path / "data")
    shown = cells("agent_comparison", data=str(tmp_path / "data"))
    for section in ("funnel", "mix", "estimates", "table", "pace", "handling", "quality", "coaching"):
        assert [type(view) for view in views(shown[section])] == [Note], section


def test_hundreds_of_agents_of_whom_there_is_nothing_to_say_are_one_line():
    rows = [{"agent_id": f"a{i % 200:03}", "success": i % 9 == 0} for i in range(6000)]
    calls = pd.DataFrame(rows).assign(
        direction="outbound", handled=True, list_id="x", talk_s=60.0, wrap_s=5.0
    )
    calls["call_id"] = calls.index.astype(str)
    found = cs.agents(cs.open({"calls": calls}), adjust=["list_id"])
    assert len(found.agents) == 200
    for table in (found.table(), found.coaching(), cs.agent_handle_time(cs.open({"calls": calls})).table()):
        assert [row[0].text for row in table.rows] == ["all 200 agents"]
