"""One value of a project file changes, and nothing else in it."""

import tomllib

import pytest

from callstats.dataset.project_file import restate, with_value

ZONE = ("time_zone", "Asia/Tokyo")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("time_zone = 'Europe/Paris' # site\n", 'time_zone = "Asia/Tokyo" # site\n'),
        ('"time_zone"="UTC"\r\n', '"time_zone"="Asia/Tokyo"\r\n'),
        ("", 'time_zone = "Asia/Tokyo"\n'),
        ("# only this", '# only this\ntime_zone = "Asia/Tokyo"\n'),
        # a label has that name; the key itself is not stated
        ('[labels]\ntime_zone = "Zone"\n', 'time_zone = "Asia/Tokyo"\n[labels]\ntime_zone = "Zone"\n'),
        # hours that look like the head of a table, and the key after them
        (
            'calling_hours = [\n["09:00", "12:00"],\n]\ntime_zone = "UTC"\n',
            'calling_hours = [\n["09:00", "12:00"],\n]\ntime_zone = "Asia/Tokyo"\n',
        ),
    ],
)
def test_one_value_changes_and_everything_else_stays(before: str, after: str) -> None:
    assert with_value(before, *ZONE) == after
    assert tomllib.loads(after)["time_zone"] == "Asia/Tokyo"


def test_a_value_in_quotes_of_three_is_left_to_the_user(tmp_path) -> None:
    file = tmp_path / "callstats.toml"
    file.write_text('time_zone = """UTC"""\n')
    assert restate(file, dict([ZONE]), tmp_path / "new") == [
        'callstats.toml does not say what the data have: write there time_zone = "Asia/Tokyo"'
    ]
    assert not (tmp_path / "new").exists()


def test_a_file_that_is_no_toml_is_left_to_the_user(tmp_path) -> None:
    file = tmp_path / "callstats.toml"
    file.write_text("time_zone = \n")
    assert len(restate(file, dict([ZONE]), tmp_path / "new")) == 1
    assert not (tmp_path / "new").exists()
