import nbformat
import pytest

from callstats.errors import ReportError
from callstats.report.store import main, store


def test_a_stored_notebook_has_its_outputs_and_nothing_of_this_machine(write):
    path = write("# Report", "print(6 * 7)")
    store(path)
    first = path.read_bytes()
    store(path)
    assert path.read_bytes() == first
    stored = nbformat.read(path, 4)
    assert stored.cells[1].outputs[0]["text"] == "42\n"
    assert stored.metadata["language_info"] == {"name": "python"}
    assert str(path.parent).encode() not in first


def test_a_notebook_runs_in_its_own_folder(write):
    path = write("from pathlib import Path\nprint(Path('small_report.ipynb').exists())")
    store(path)
    assert nbformat.read(path, 4).cells[0].outputs[0]["text"] == "True\n"


def test_a_notebook_that_warns_is_left_as_it_was(write):
    path = write("import warnings\nwarnings.warn('old habit')")
    before = path.read_bytes()
    with pytest.raises(ReportError, match="old habit"):
        store(path)
    assert path.read_bytes() == before


def test_the_command_tells_which_notebook_failed_and_stores_the_others(write, capsys):
    bad, good = write("1 / 0", name="bad"), write("1", name="good")
    assert main([str(bad), str(good)]) == 4
    said = capsys.readouterr().err
    assert "division by zero" in said
    assert "good.ipynb stored" in said
