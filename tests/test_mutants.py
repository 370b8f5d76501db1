"""No damage to an input ends in a traceback: a quick sample; all kinds, many times, are slow."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import mutants


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> mutants.Bench:
    return mutants.Bench(tmp_path_factory.mktemp("bench"))


@pytest.mark.parametrize("kind", ["csv", "dataset.json", "mapping.toml"])
def test_a_damaged_input_is_read_or_refused_in_a_sentence(bench, kind, monkeypatch):
    monkeypatch.chdir(bench.folder)
    bad = [(command, ended) for command, ended in bench.tried(kind, 1) if ended.kind in mutants.BAD]
    assert bad == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", mutants.KINDS)
def test_many_damaged_inputs_are_read_or_refused_in_a_sentence(kind):
    command = [sys.executable, "-m", "tests.mutants", "--kind", kind, "--count", "150"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=3600, cwd=Path(__file__).parents[1]
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert json.loads(done.stdout.splitlines()[-1])["outcomes"]
