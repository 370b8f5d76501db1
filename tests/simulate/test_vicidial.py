from __future__ import annotations

import pandas as pd
import pytest

from callstats.simulate import Queue, Scenario, simulate, write_vicidial

HEADER = (
    "call_date, phone_number_dialed, status, user, full_name, campaign_id, vendor_lead_code, source_id, "
    "list_id, gmt_offset_now, phone_code, phone_number, title, first_name, middle_initial, last_name, "
    "address1, address2, address3, city, "
    "state, province, postal_code, country_code, gender, date_of_birth, alt_phone, email, "
    "security_phrase, comments, length_in_sec, user_group, alt_dial, rank, owner, lead_id, entry_date, "
    "called_count, last_local_call_time, modify_date, called_since_last_reset, term_reason, list_name, "
    "list_description, status_name"
)
AGENT_LOG = (
    "agent_log_id, user, event_time, lead_id, campaign_id, pause_epoch, pause_sec, wait_epoch, wait_sec, "
    "talk_epoch, talk_sec, dispo_epoch, dispo_sec, status, user_group, comments, sub_status, dead_epoch, "
    "dead_sec, uniqueid, pause_type"
)
LOG = (
    "uniqueid, lead_id, list_id, campaign_id, call_date, start_epoch, end_epoch, length_in_sec, status, "
    "phone_code, phone_number, user, comments, processed, user_group, term_reason, alt_dial, called_count"
)
STATES = ("talk", "hold", "wrap", "wait", "pause")


@pytest.fixture(scope="module")
def simulation():
    queue = Queue("service", ("elm", "fir", "oak"), calls=20.0)
    agents = ("alder", "aspen", "birch", "cedar", "elm", "fir", "oak")
    return simulate(
        Scenario.small(seed=3, contacts=900, queues=(queue,), agents=agents, campaign={"agents": agents[:4]})
    )


@pytest.fixture(scope="module")
def folder(simulation, tmp_path_factory):
    folder = tmp_path_factory.mktemp("vicidial")
    write_vicidial(simulation, folder)
    return folder


def table(folder, name):
    return pd.read_csv(folder / "tables" / f"{name}.txt", sep="\t", dtype={"uniqueid": str})


def test_the_call_report_has_vicidials_header_and_line_ends(folder):
    lines = (folder / "export.txt").read_bytes().split(b"\r\n")
    assert lines[0].decode() == HEADER.replace(", ", "\t")
    assert lines[-1] == b""
    assert not any(b"\n" in line for line in lines)


@pytest.mark.parametrize(("name", "header"), [("vicidial_agent_log", AGENT_LOG), ("vicidial_log", LOG)])
def test_a_table_has_vicidials_columns(folder, name, header):
    first = (folder / "tables" / f"{name}.txt").read_text(encoding="utf-8").split("\n", 1)[0]
    assert first == header.replace(", ", "\t")


def test_the_report_has_a_row_for_every_call(simulation, folder):
    report = pd.read_csv(folder / "export.txt", sep="\t")
    assert len(report) == len(simulation.tables["calls"])
    assert report.status_name.notna().all()


def test_the_dialer_is_no_agent(simulation, folder):
    log, calls = table(folder, "vicidial_log"), simulation.frame("calls")
    alone = calls[(calls.direction == "outbound") & calls.agent_id.isna()]
    assert (log.user == "VDAD").sum() == len(alone)


def test_the_agent_log_holds_the_seconds_of_every_state(simulation, folder):
    log, time = table(folder, "vicidial_agent_log"), simulation.frame("agent_time")
    seconds = time.groupby("state").seconds.sum()
    assert log.talk_sec.sum() - log.dead_sec.sum() == seconds["talk"] + seconds["hold"]
    assert log.dispo_sec.sum() + log.dead_sec.sum() == seconds["wrap"]
    assert (log.wait_sec.sum(), log.pause_sec.sum()) == (seconds["wait"], seconds["pause"])


def test_epochs_of_the_agent_log_add_up(folder):
    log = table(folder, "vicidial_agent_log")
    assert (log.pause_epoch + log.pause_sec == log.wait_epoch).all()
    assert (log.wait_epoch + log.wait_sec == log.talk_epoch).all()
    assert (log.talk_epoch + log.talk_sec == log.dispo_epoch).all()


def test_every_call_of_an_agent_has_its_row_in_the_agent_log(simulation, folder):
    calls = simulation.frame("calls")
    rows = table(folder, "vicidial_agent_log").dropna(subset=["uniqueid"])
    assert rows.uniqueid.is_unique
    assert len(rows) == calls.agent_id.notna().sum()
    assert (rows.talk_sec > 0).all()


@pytest.mark.parametrize("what", ["report", "tables"])
def test_a_reader_gets_the_simulations_own_figures_back(simulation, folder, what):
    read = pytest.importorskip("callstats.dataset.importing").read
    statuses = [folder / "tables" / f"vicidial_{kind}.txt" for kind in ("statuses", "campaign_statuses")]
    files = [folder / "export.txt", *statuses] if what == "report" else [folder / "tables"]
    dataset = read(files, source="vicidial", time_zone="Europe/Paris")
    found = dataset.table("calls").collect().to_pandas()
    calls = simulation.frame("calls")
    for flag in ("connected", "live", "handled", "abandoned", "success", "do_not_call", "invalid_number"):
        assert found[flag].eq(True).sum() == calls[flag].sum(), flag
    argued = found[found.direction == "outbound"].argued
    assert argued.eq(True).sum() == calls.argued.sum()
    spoken = calls[calls.handled]
    assert found[found.handled.eq(True)].talk_s.sum() == (spoken.talk_s + spoken.hold_s).sum()
    assert len(dataset.rejects) == 0


def test_an_export_without_queues_or_promises_is_written(tmp_path):
    plain = Scenario.small(seed=3, contacts=50, call_list={"callback": 0.0})
    write_vicidial(simulate(plain), tmp_path)
    assert len(table(tmp_path, "vicidial_callbacks")) == 0
