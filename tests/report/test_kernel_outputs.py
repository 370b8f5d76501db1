"""The fast ways make the same notebooks as papermill with a plain kernel, for every shipped report."""

import os
from functools import partial

import papermill
import pytest

from callstats.report import kernel, notebooks
from callstats.report.kernel_manager import FIXED, ReportKernelManager
from callstats.report.kernel_server import can_fork
from callstats.report.notebooks import folder
from tests.report.kernels import kernel_server

DATA = folder().parent / "data" / "demo"
SHORTEST = "data_quality"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the demo data are not here")


def plain(notebook, monkeypatch):
    """Run a notebook as `papermill` does, with the kernel that Jupyter calls python3."""
    for name, value in FIXED.items():
        monkeypatch.setenv(name, value)
    executed = papermill.execute_notebook(notebook, None, kernel_name="python3", progress_bar=False)
    assert executed.metadata.kernelspec.name == "python3"
    return kernel._without_traces(executed)


def fast(notebook, fork):
    if not fork:
        return kernel.execute(notebook, {})
    with kernel_server() as server:
        return kernel.execute(notebook, {}, kernels=partial(ReportKernelManager, server=server))


def outputs(executed):
    return [(cell.source, cell.get("execution_count"), cell.get("outputs")) for cell in executed.cells]


def _cases():
    for name in notebooks.names():
        yield pytest.param(name, id=name, marks=() if name == SHORTEST else pytest.mark.slow)


@pytest.mark.parametrize("name", list(_cases()))
def test_every_report_is_the_same_from_a_forked_and_a_plain_kernel(name, monkeypatch):
    monkeypatch.chdir(DATA.parents[1])
    source = notebooks.load(notebooks.find(name))
    expected = outputs(plain(source, monkeypatch))
    assert any(shown for _, _, shown in expected)
    ways = [True, False] if can_fork() else [False]
    for fork in ways:
        assert outputs(fast(source, fork)) == expected
    assert os.environ["TZ"] == FIXED["TZ"]


def test_plots_that_a_notebook_draws_itself_are_the_same(monkeypatch):
    from tests.report.conftest import notebook

    source = notebook(
        "import matplotlib.pyplot as plt, pandas as pd, numpy as np",
        "plt.plot([1, 4, 9]); plt.title('squares')",
        "fig, ax = plt.subplots(); ax.bar(['a', 'b'], [1, 2]); ax.set_xlabel('left open')",
        "pd.DataFrame(np.arange(60).reshape(2, 30))",
        "print(hash('callstats'), 1 / 3); 'last'",
        "{name for name in dir() if not name.startswith('_')}",
    )
    expected = outputs(plain(source, monkeypatch))
    assert "image/png" in str(expected[1])
    for fork in [True, False] if can_fork() else [False]:
        assert outputs(fast(source, fork)) == expected
