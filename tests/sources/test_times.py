"""Times in the ways that systems write them."""

import pandas as pd
import pytest

from callstats.errors import InputError
from callstats.sources.time_formats import check_format
from callstats.sources.times import localise, parse


def read(*texts, **options):
    parsed = parse(pd.Series(texts, dtype="string"), **options)
    return [None if pd.isna(at) else str(at) for at in parsed.naive], parsed


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-09-08T12:00:00.5Z", "2026-09-08 12:00:00.500000"),
        ("2026-09-08 12:00:00,250", "2026-09-08 12:00:00.250000"),
        ("2026-09-08T12:00", "2026-09-08 12:00:00"),
        ("Tue, 08 Sep 2026 12:00:00 +0000", "2026-09-08 12:00:00"),
        ("Sep 8, 2026 3:04 PM", "2026-09-08 15:04:00"),
        ("September 8, 2026, 3:04 p.m.", "2026-09-08 15:04:00"),
        ("8-Sep-2026 15:04", "2026-09-08 15:04:00"),
        ("Mon 09/21/2026 3:04 PM", "2026-09-21 15:04:00"),
        ("9/21/2026, 3:04:05 PM", "2026-09-21 15:04:05"),
        ("21.09.2026 15:04", "2026-09-21 15:04:00"),
        ("20260908150405", "2026-09-08 15:04:05"),
        ("15:04:05 UTC 2026-09-08", None),
    ],
)
def test_a_time_is_read_as_it_is_written(text, moment):
    if moment is None:
        with pytest.raises(InputError):
            read(text)
    else:
        assert read(text)[0] == [moment]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-09-08 12:00:00 UTC", 0),
        ("2026-09-08 12:00:00+02:00", 7200),
        ("2026-09-08T12:00:00-0530", -19800),
        ("2026-09-08 12:00:00 GMT+1", 3600),
        ("2026-09-08 12:00:00 (UTC+02:00)", 7200),
    ],
)
def test_a_zone_after_the_time_is_its_offset(text, seconds):
    assert read(text)[1].offset_s.tolist() == [seconds]


def test_a_date_ends_in_no_offset():
    assert read("14-09-2026")[1].offset_s is None


def test_one_row_beyond_the_twelfth_settles_which_number_is_the_day():
    assert read("03/04/2026", "04/13/2026")[0] == ["2026-03-04 00:00:00", "2026-04-13 00:00:00"]


def test_a_row_of_the_swapped_order_is_not_read_by_it():
    moments, parsed = read("13/04/2026", "14/04/2026", "15/04/2026", "04/16/2026")
    assert moments[3] is None
    assert parsed.bad.tolist() == [False, False, False, True]


def test_texts_that_fit_both_orders_are_refused_with_both():
    with pytest.raises(InputError) as caught:
        read("03/04/2026 10:00")
    assert "%d/%m/%Y" in str(caught.value)
    assert "%m/%d/%Y" in str(caught.value)


def test_the_order_found_in_another_column_settles_it():
    assert read("03/04/2026", likely=("%m/%d/%Y %H:%M",))[0] == ["2026-03-04 00:00:00"]


def test_a_given_format_reads_a_fraction_it_does_not_name_and_lacks_one_it_names():
    assert read("08/09/2026 12:00:00.5", formats=("%d/%m/%Y %H:%M:%S",))[0] == ["2026-09-08 12:00:00.500000"]
    assert read("08/09/2026 12:00:00", formats=("%d/%m/%Y %H:%M:%S.%f",))[0] == ["2026-09-08 12:00:00"]


@pytest.mark.parametrize(
    ("form", "meant"),
    [
        ("dd/MM/yyyy", "%d/%m/%Y"),
        ("M/d/yyyy h:mm a", "%m/%d/%Y %I:%M %p"),
        ("yyyy-MM-dd HH:mm:ss", "%Y-%m-%d %H:%M:%S"),
    ],
)
def test_a_format_of_another_system_is_refused_with_what_was_meant(form, meant):
    with pytest.raises(ValueError, match=meant):
        check_format(form)


def test_a_directive_that_there_is_not_is_named():
    with pytest.raises(ValueError, match="%Q"):
        check_format("%d/%m/%Q")


@pytest.mark.parametrize("zone", ["America/St_Johns", "Asia/Kathmandu", "UTC"])
def test_a_time_at_the_end_of_the_calendar_ends_no_import(zone):
    shown = ["9999-12-31 23:59:59", "2026-07-01 12:00:00", None]
    found = localise(pd.Series(pd.array(shown, dtype="datetime64[us]")), zone)
    assert found.utc[0].year == 9999
    assert found.utc[1] == pd.Timestamp("2026-07-01 12:00", tz=zone)
    assert found.utc[2] is pd.NaT
    assert not found.never.any()
