"""The cases that lie beside a checkout of this project: small exports, each with what is right for it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CASES = Path(__file__).parents[2] / "shared" / "cases"
COMMAND = shutil.which("callstats", path=str(Path(sys.executable).parent))


@pytest.mark.slow
@pytest.mark.skipif(not (CASES / "run_cases.py").exists(), reason="no cases lie beside this checkout")
@pytest.mark.skipif(COMMAND is None, reason="callstats is not installed as a command")
def test_every_case_is_right():
    runner = [
        sys.executable,
        str(CASES / "run_cases.py"),
        "--callstats",
        str(COMMAND),
        "--jobs",
        "2",
        str(CASES),
    ]
    done = subprocess.run(runner, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
