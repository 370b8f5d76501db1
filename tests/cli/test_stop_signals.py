"""A command that is asked to stop says so, whatever its libraries make of the interruption."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from callstats.cli import stop_signals
from callstats.cli.border import outcome

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")

QUERY = """
import duckdb, os, signal, sys, threading
from callstats.cli.border import outcome
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background
def work():
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    duckdb.sql("select sum(a.range * b.range) from range(10000000) a, range(1000000) b").fetchall()
sys.exit(outcome(work))
"""


@pytest.fixture(autouse=True)
def forgetful(monkeypatch):
    """Hear Ctrl-C, which a shell may have had ignored, and forget the signals of these tests."""
    monkeypatch.setattr(stop_signals, "hurry", lambda: None)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
    stop_signals.code_if_stopped()


def test_ctrl_c_ends_a_command_with_its_code_and_a_sentence(capsys):
    assert outcome(lambda: os.kill(os.getpid(), signal.SIGINT)) == 130
    assert capsys.readouterr().err.startswith("callstats: stopped; nothing is left half written")
    assert outcome(lambda: 1) == 1


def test_ctrl_c_during_a_query_of_duckdb_is_no_fault_of_ours():
    done = subprocess.run(
        [sys.executable, "-c", QUERY], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 130
    assert done.stderr.startswith("callstats: stopped")
    assert done.stderr.count("\n") == 1


DEAF = """
import os, signal, sys, threading, time
from callstats.cli.border import outcome
signal.signal(signal.SIGINT, signal.default_int_handler)
def work():
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    while True:
        try:
            time.sleep(60)
        except KeyboardInterrupt:
            print("heard", flush=True)
sys.exit(outcome(work))
"""


def test_a_command_whose_library_goes_on_is_ended_within_two_seconds():
    process = subprocess.Popen(
        [sys.executable, "-c", DEAF], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "heard\n"
    start = time.monotonic()
    _, said = process.communicate(timeout=60)
    assert time.monotonic() - start < 2
    assert process.returncode == 130
    assert said.startswith("callstats: stopped")
    assert said.count("\n") == 1


def test_a_signal_is_heeded_only_where_asked_for():
    def terminated():
        with stop_signals.heeded(signal.SIGTERM):
            os.kill(os.getpid(), signal.SIGTERM)

    assert outcome(terminated) == 143
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_a_signal_that_was_ignored_stays_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert outcome(lambda: os.kill(os.getpid(), signal.SIGINT)) == 0
    finally:
        signal.signal(signal.SIGINT, before)
