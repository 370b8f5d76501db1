from pathlib import Path
from typing import ClassVar

import pytest

from callstats.errors import ReportError
from callstats.report import kernel
from callstats.report.kernel_manager import FIXED, ReportKernelManager
from tests.report.conftest import PARAMETERS, notebook
from tests.report.kernels import lives


class Watched(ReportKernelManager):
    """Remembers its process and its folder."""

    seen: ClassVar[list[tuple[int, Path]]] = []

    async def _finish(self, *, now=False):
        self.seen.append((self.provisioner.process.pid, Path(self._home.name)))
        await super()._finish(now=now)

    def finish(self, *, now=False):
        from jupyter_core.utils import run_sync

        run_sync(self._finish)(now=now)


@pytest.fixture
def watched(monkeypatch):
    monkeypatch.setattr(Watched, "seen", [])
    return Watched


def test_a_notebook_runs_in_this_interpreter_and_the_fixed_environment():
    executed = kernel.execute(
        notebook("import os, sys", "sys.executable", f"[os.environ[name] for name in {list(FIXED)}]"), {}
    )
    shown = [output["data"]["text/plain"] for cell in executed.cells for output in cell.outputs]
    import sys

    assert eval(shown[0]) == sys.executable
    assert eval(shown[1]) == list(FIXED.values())


def test_given_parameters_follow_the_notebooks_own():
    executed = kernel.execute(notebook(PARAMETERS, "campaign_id, period"), {"campaign_id": "it's"})
    assert executed.cells[1].source == '# Parameters\ncampaign_id = "it\'s"'
    assert executed.cells[2].outputs[0]["data"]["text/plain"] == "(\"it's\", '')"


def test_no_clock_and_no_process_is_left_in_an_executed_notebook(watched):
    executed = kernel.execute(notebook("1"), {}, kernels=watched)
    assert "papermill" not in executed.metadata
    assert dict(executed.cells[0].metadata) == {}
    ((pid, folder),) = watched.seen
    assert not lives(pid)
    assert not folder.exists()


def test_a_failing_notebook_leaves_no_kernel_and_no_folder(watched):
    with pytest.raises(ReportError, match="failed at 'Why': ZeroDivisionError"):
        kernel.execute(notebook("# Why", "1 / 0"), {}, kernels=watched)
    ((pid, folder),) = watched.seen
    assert not lives(pid)
    assert not folder.exists()


def test_a_kernel_that_dies_fails_the_report_and_leaves_no_folder(watched):
    with pytest.raises(ReportError, match="kernel died") as caught:
        kernel.execute(notebook("import os; os._exit(1)"), {}, kernels=watched)
    assert "memory" in str(caught.value)
    assert not watched.seen[0][1].exists()
