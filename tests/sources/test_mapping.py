"""Mapping files are checked at the border, with errors that name the key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from callstats.errors import InputError
from callstats.sources.mapping import load, parse

CALLS = {"columns": {"started_at": "when"}}


@pytest.mark.parametrize(
    ("content", "words", "near"),
    [
        ({"cals": {}}, "unknown key 'cals'", ("calls",)),
        ({"calls": {"colums": {}}}, "unknown key 'calls.colums'", ("columns",)),
        ({"file": {"delimeter": ";"}}, "unknown key 'file.delimeter'", ("delimiter",)),
        (
            {"calls": {"columns": {"started_at": {"colum": "x"}}}},
            "unknown key 'calls.columns.started_at.colum'",
            ("column",),
        ),
        ({"calls": {"columns": {"started": "x"}}}, "calls has no column 'started'", ("started_at",)),
        (
            {"calls": {"columns": {"started_at": "x", "outcome_code": "y"}, "statuses": {"A": "sucess"}}},
            "unknown outcome 'sucess'",
            ("success",),
        ),
        ({"calls": {"columns": {"success": "x"}}}, "says nothing of started_at", ()),
        ({"calls": {"columns": {"started_at": {"unit": "s"}}}}, "needs one of column, constant", ()),
        ({"calls": {"columns": {"started_at": {"column": "x", "unit": "days"}}}}, "unit", ()),
        ({}, "no table is described", ()),
        ({"calls": CALLS | {"statuses": {"A": "success"}}}, "needs outcome_code", ()),
        (
            {"contacts": {"columns": {"contact_id": "x"}, "attributes": {"list_id": "y"}}},
            "'list_id' is no attribute",
            (),
        ),
    ],
)  # fmt: skip
def test_a_wrong_key_is_named_with_the_near_ones(content: dict, words: str, near: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match=re.escape(words)) as caught:
        parse(content, file="m.toml")
    assert caught.value.file == "m.toml"
    assert set(near) <= set(caught.value.near)


def test_a_file_that_is_no_toml_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text("calls = [")
    with pytest.raises(InputError, match="not a TOML file"):
        load(tmp_path / "m.toml")


def test_a_missing_mapping_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such mapping file"):
        load(tmp_path / "nothing.toml")


def test_the_outbound_direction_and_a_call_id_need_not_be_mapped() -> None:
    made = {item.to for item in parse({"calls": CALLS}).layouts[0].fields}
    assert made == {"started_at", "call_id", "direction"}


def test_a_question_in_a_message_ends_in_one_mark() -> None:
    with pytest.raises(InputError) as caught:
        parse({"time_zone": "Europe/Pari", "calls": CALLS}, file="m.toml")
    assert str(caught.value).splitlines()[0].endswith("?")
