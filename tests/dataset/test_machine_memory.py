"""How much memory the engine takes: half of what is free, on the machine or in its container."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from callstats.config import EngineSettings
from callstats.dataset.engine_connection import connect_to_ask
from callstats.dataset.machine_memory import LEAST, WORKERS, free_memory, share_of_memory
from callstats.errors import UsageError
from callstats.sources.scratch import spilled

GB = 10**9


def machine(folder: Path, *, available_kb: int = 16_000_000, cgroup: str = "0::/\n") -> Path:
    (folder / "self").mkdir(parents=True)
    (folder / "meminfo").write_text(f"MemTotal: 32000000 kB\nMemAvailable: {available_kb} kB\n")
    (folder / "self" / "cgroup").write_text(cgroup)
    return folder


def test_without_a_container_it_is_what_the_kernel_calls_available(tmp_path: Path) -> None:
    assert free_memory(machine(tmp_path / "proc"), tmp_path / "cgroup") == 16_000_000 * 1024


def test_a_container_leaves_its_limit_less_what_it_holds_and_cannot_give_back(tmp_path: Path) -> None:
    """4 GB, of which 3 are taken, 1 of these by files that can be read again."""
    cgroup = tmp_path / "cgroup"
    cgroup.mkdir()
    (cgroup / "memory.max").write_text(f"{4 * GB}\n")
    (cgroup / "memory.current").write_text(f"{3 * GB}\n")
    (cgroup / "memory.stat").write_text(f"anon {2 * GB}\ninactive_file {GB}\n")
    assert free_memory(machine(tmp_path / "proc"), cgroup) == 2 * GB


def test_a_group_inside_another_has_the_least_of_both(tmp_path: Path) -> None:
    inner = tmp_path / "cgroup" / "user" / "job"
    inner.mkdir(parents=True)
    (inner / "memory.max").write_text("max\n")
    (inner.parent / "memory.max").write_text(f"{3 * GB}\n")
    for folder in (inner, inner.parent):
        (folder / "memory.current").write_text(f"{GB}\n")
    assert free_memory(machine(tmp_path / "proc", cgroup="0::/user/job\n"), tmp_path / "cgroup") == 2 * GB


def test_the_first_version_of_control_groups_is_read_too(tmp_path: Path) -> None:
    group = tmp_path / "cgroup" / "memory" / "docker"
    group.mkdir(parents=True)
    (group / "memory.limit_in_bytes").write_text(str(2 * GB))
    (group / "memory.usage_in_bytes").write_text(str(GB))
    found = free_memory(machine(tmp_path / "proc", cgroup="4:cpu,memory:/docker\n"), tmp_path / "cgroup")
    assert found == GB


def test_a_system_that_does_not_tell_is_no_error(tmp_path: Path) -> None:
    assert free_memory(tmp_path / "none", tmp_path / "cgroup") is None


def test_reports_made_at_once_share_the_half_that_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callstats.dataset.machine_memory.free_memory", lambda: 16 * GB)
    assert share_of_memory() == 8 * GB
    monkeypatch.setenv(WORKERS, "4")
    assert share_of_memory() == 2 * GB
    monkeypatch.setenv(WORKERS, "1000")
    assert share_of_memory() == LEAST
    monkeypatch.setenv(WORKERS, "many")
    assert share_of_memory() == 1.5 * GB


def test_the_project_sets_memory_threads_and_the_folder_of_what_does_not_fit(tmp_path: Path) -> None:
    connection = connect_to_ask(EngineSettings("500 MB", 2, str(tmp_path)))
    names = ("memory_limit", "threads", "temp_directory")
    asked = ", ".join(f"current_setting('{name}')" for name in names)
    memory, threads, temp = map(str, connection.execute(f"SELECT {asked}").fetchall()[0])
    assert (memory, threads) == ("476.8 MiB", "2")  # 500 / 1.048576
    assert Path(temp).parent == tmp_path


def test_the_command_line_bounds_the_engine_before_it_asks(tmp_path: Path) -> None:
    from callstats.cli.app import Project, open_data

    pd.DataFrame({"call_id": ["1"], "direction": ["outbound"]}).to_parquet(tmp_path / "calls.parquet")
    opened = open_data(str(tmp_path), Project(set=["engine.memory=500 MB"]))
    assert opened.config.engine.memory == "500 MB"
    with pytest.raises(UsageError, match="no folder"):
        open_data(str(tmp_path), Project(set=[f"engine.temp={tmp_path / 'none'}"]))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="temp"):
        connect_to_ask(EngineSettings(temp=str(tmp_path / "none")))


def test_rows_that_went_through_temporary_files_are_noticed(tmp_path: Path) -> None:
    connection = connect_to_ask(EngineSettings("300 MB", 1, str(tmp_path)))
    assert not spilled()
    connection.execute(
        "SELECT count(*) FROM (SELECT DISTINCT hash(n), hash(n + 1), n FROM range(9000000) t(n))"
    )
    assert connection.fetchall() == [(9_000_000,)]
    assert spilled()
