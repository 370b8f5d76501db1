import json

import papermill
import pytest

from callstats.errors import InputError, UsageError
from callstats.report import notebooks
from tests.report.conftest import PARAMETERS

LINE = "campaign_id: str | None = None  # one campaign"


def taken(source):
    return notebooks.read_parameters(source)


def test_a_parameter_has_name_type_default_and_comment():
    (parameter,) = taken(LINE)
    assert parameter == notebooks.Parameter("campaign_id", "str | None", None, "one campaign")


def test_a_hash_inside_a_text_is_no_comment():
    assert taken("mark: str = '#1'  # the mark")[0] == notebooks.Parameter("mark", "str", "#1", "the mark")


def test_a_line_without_annotation_has_the_type_of_its_default():
    assert taken("days = 14")[0].type == "int"


def test_papermill_sees_the_same_names_and_comments(write):
    path = write("# Title", PARAMETERS)
    ours = {p.name: p.comment for p in notebooks.parameters(path)}
    theirs = {name: about["help"] for name, about in papermill.inspect_notebook(str(path)).items()}
    assert ours == theirs


@pytest.mark.parametrize(
    ("line", "given", "expected"),
    [
        ("a: str = ''", "0012", "0012"),
        ("a: int = 0", "0012", 12),
        ("a: float = 0.0", "0.05", 0.05),
        ("a: bool = False", "yes", True),
        ("a: bool = False", "false", False),
        ("a: list[str] = []", "A, B", ["A", "B"]),
        ("a: list[int] = []", [1, 2], [1, 2]),
        ("a: str | None = None", "12", "12"),
        ("a: str | None = 'x'", None, None),
        ("a: int | None = None", "7", 7),
        ("a: int | str = 0", "seven", "seven"),
    ],
)
def test_a_value_takes_the_declared_type(line, given, expected):
    value = notebooks.check(taken(line), {"a": given})["a"]
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("line", "given"),
    [
        ("a: int = 0", "1.5"),
        ("a: int = 0", True),
        ("a: float = 0.0", "nan"),
        ("a: bool = False", "maybe"),
        ("a: str = ''", 5),
        ("a: str = ''", None),
        ("a: list[int] = []", "1,x"),
        ("a: dict = {}", "x"),
    ],
)
def test_a_value_of_another_type_is_refused(line, given):
    with pytest.raises(UsageError, match="parameter 'a' takes"):
        notebooks.check(taken(line), {"a": given})


def test_an_unknown_name_is_refused_with_the_near_one_and_the_list():
    with pytest.raises(UsageError) as caught:
        notebooks.check(taken(LINE), {"campain_id": "spring"})
    assert "Did you mean 'campaign_id'?" in str(caught.value)
    assert "one campaign" in str(caught.value)


@pytest.mark.parametrize("name", ["import os; x", "a.b", "class", "1a", ""])
def test_a_name_that_is_no_identifier_is_refused(name):
    with pytest.raises(UsageError, match="cannot be the name"):
        notebooks.check(taken(LINE), {name: "1"})


def test_an_unknown_report_is_refused(monkeypatch, write, tmp_path):
    write("# Title", name="campaign_report")
    monkeypatch.setattr(notebooks, "folder", lambda: tmp_path)
    with pytest.raises(UsageError, match="Did you mean 'campaign_report'"):
        notebooks.find("campain_report")
    assert notebooks.find("campaign_report") == tmp_path / "campaign_report.ipynb"


def test_a_path_without_a_file_is_refused():
    with pytest.raises(InputError, match="no such notebook"):
        notebooks.find("./mine.ipynb")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"cells": 1}', "\x00"])
def test_a_file_that_is_no_notebook_is_refused(tmp_path, content):
    path = tmp_path / "x.ipynb"
    path.write_text(content)
    with pytest.raises(InputError, match="not a notebook"):
        notebooks.load(path)


def test_a_notebook_without_cell_ids_gets_the_same_ones_every_time(tmp_path):
    cell = {"cell_type": "markdown", "metadata": {}, "source": "# Old"}
    path = tmp_path / "old.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 2, "metadata": {}, "cells": [cell]}))
    assert notebooks.load(path).cells[0].id == notebooks.load(path).cells[0].id == "cell-0"
