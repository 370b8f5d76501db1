"""The kernel named callstats, asked for by the commands of others."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from callstats.report.kernel_manager import FIXED
from callstats.report.kernel_server import can_fork
from callstats.report.notebooks import folder
from tests.report.conftest import notebook

ROOT = folder().parent
SPEC = ROOT / "share" / "jupyter" / "kernels" / "callstats" / "kernel.json"
PARENT = "'multiprocessing.forkserver' in open(f'/proc/{os.getppid()}/cmdline').read()"

pytestmark = pytest.mark.skipif(not can_fork(), reason="no forked kernels on this system")


def command(name, *words, folder):
    program = str(Path(sys.executable).parent / name)
    done = subprocess.run([program, *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.ipynb"
    nbformat.write(notebook("import os", PARENT, "6 * 7"), path)
    return path


def test_the_kernelspec_asks_for_the_environment_of_reports():
    spec = json.loads(SPEC.read_text())
    assert spec["env"] == FIXED
    assert spec["metadata"]["kernel_provisioner"] == {"provisioner_name": "callstats-fork"}


def test_papermill_runs_a_notebook_in_a_forked_kernel(small):
    command("papermill", "-k", "callstats", "small.ipynb", "out.ipynb", folder=small.parent)
    executed = nbformat.read(small.parent / "out.ipynb", as_version=4)
    shown = [output["data"]["text/plain"] for cell in executed.cells for output in cell.outputs]
    assert shown == ["True", "42"]


def test_nbval_checks_notebooks_in_forked_kernels(small):
    command("papermill", "-k", "callstats", "small.ipynb", "checked.ipynb", folder=small.parent)
    told = command(
        "pytest", "-q", "--nbval", "--nbval-kernel-name", "callstats", "checked.ipynb", folder=small.parent
    )
    assert "3 passed" in told
