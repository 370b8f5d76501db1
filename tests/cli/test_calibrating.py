"""callstats calibrate."""

from __future__ import annotations

import importlib
import json

NAME = "share won of 200 contacts"


def test_the_table_goes_to_stdout_and_progress_to_stderr(run):
    done = run("calibrate", "--runs", 20, "--situation", NAME)
    assert "Wilson" in done.out
    assert "1 of 1" in done.err
    assert "samples each" in done.err


def test_json_carries_full_precision(run):
    done = run("calibrate", "--runs", 30, "--situation", NAME, "--format", "json")
    row = json.loads(done.out)[0]
    assert row["runs"] == 30
    assert abs(row["rate"] * 30 - round(row["rate"] * 30)) < 1e-12


def test_a_default_out_of_bounds_ends_with_1(run, monkeypatch):
    from dataclasses import replace

    room = importlib.import_module("callstats.calibrate")  # `callstats.calibrate` is the function

    broken = [
        replace(s, methods=tuple(replace(m, kind="default") for m in s.methods))
        for s in room.SITUATIONS
        if s.name == "equal mean handle time, unequal spread"
    ]
    monkeypatch.setattr(room, "SITUATIONS", tuple(broken[:1]))
    done = run("calibrate", "--runs", 20)
    assert done.code == 1
    assert "Out of bounds" in done.err
    assert "Mann-Whitney (equal mean" in done.err


def test_a_plot_is_the_same_bytes_again(run, tmp_path):
    for name in ("a.svg", "b.svg"):
        run("calibrate", "--runs", 5, "--situation", NAME, "--plot", tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_bad_input_is_told_before_anything_is_drawn(run):
    assert run("calibrate", "--situation", "nonsense").code == 2
    assert run("calibrate", "--plot", "rates.gif").code == 2
    assert run("calibrate", "--kpi", "answer_rate").code == 2


def test_own_data_are_permuted(run, tmp_path):
    from callstats.simulate import Scenario, write

    write(Scenario.small(seed=2, contacts=100), tmp_path / "data")
    done = run("calibrate", "--data", tmp_path / "data", "--kpi", "answer_rate", "--runs", 40)
    assert "clustered by contact" in done.out
    assert done.code == 0
