"""The checksum of a data set: of its content, and read once."""

from __future__ import annotations

import hashlib
import os
import time

import pytest

from callstats.dataset import fingerprint as prints


@pytest.fixture
def data(tmp_path):
    prints._remembered.cache_clear()
    (tmp_path / "calls.parquet").write_bytes(b"calls")
    (tmp_path / "callstats.toml").write_bytes(b"settings")
    (tmp_path / "rejects.parquet").write_bytes(b"Ann, 5550100")
    for file in tmp_path.iterdir():
        os.utime(file, ns=(2, 2))
    return tmp_path


@pytest.fixture
def read(monkeypatch):
    files, plain = [], prints._hash
    monkeypatch.setattr(prints, "_hash", lambda file: files.append(file.name) or plain(file))
    return files


def by_hand(*files):
    lines = (f"{name} {hashlib.sha256(content).hexdigest()}\n" for name, content in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def test_it_is_of_the_tables_and_settings_and_not_of_what_was_left_out(data):
    expected = by_hand(("calls.parquet", b"calls"), ("callstats.toml", b"settings"))
    assert prints.fingerprint(data) == expected
    (data / "rejects.parquet").write_bytes(b"nobody")
    assert prints.fingerprint(data) == expected


def test_files_are_read_once_and_again_only_after_a_change(data, read):
    first = prints.fingerprint(data)
    assert prints.fingerprint(data) == first
    assert read == ["calls.parquet", "callstats.toml"]
    (data / "calls.parquet").write_bytes(b"CALLS")
    os.utime(data / "calls.parquet", ns=(1, 1))
    assert prints.fingerprint(data) == by_hand(("calls.parquet", b"CALLS"), ("callstats.toml", b"settings"))


def test_another_process_that_is_told_reads_nothing(data, read, monkeypatch):
    told = prints.to_be_known(data)
    prints._remembered.cache_clear()
    read.clear()
    monkeypatch.setenv(prints.KNOWN, told)
    assert prints.fingerprint(data) == by_hand(("calls.parquet", b"calls"), ("callstats.toml", b"settings"))
    assert read == []
    os.utime(data / "calls.parquet", ns=(1, 1))
    prints.fingerprint(data)
    assert read == ["calls.parquet", "callstats.toml"]


def test_two_changes_within_a_tick_of_the_clock_are_both_seen(data, monkeypatch):
    found = []
    now = time.time_ns()
    for content in (b"CALLS", b"Calls"):
        (data / "calls.parquet").write_bytes(content)
        os.utime(data / "calls.parquet", ns=(now, now))
        monkeypatch.setenv(prints.KNOWN, prints.to_be_known(data))
        found.append(prints.fingerprint(data))
    assert found == [
        by_hand(("calls.parquet", content), ("callstats.toml", b"settings"))
        for content in (b"CALLS", b"Calls")
    ]
