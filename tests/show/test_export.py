import io

import pandas as pd
import pytest

from callstats.show.tabular import safe, safe_frame


@pytest.mark.parametrize(
    "text", ["=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "  =1", "\r=1", "＝1"]
)
def test_a_formula_becomes_text(text):
    assert safe(text) == "'" + text


@pytest.mark.parametrize("value", ["list A", "", "a=b", -3, 2.5, None, True])
def test_what_is_no_formula_stays_as_it_is(value):
    assert safe(value) is value


def test_numbers_of_a_frame_stay_numbers():
    frame = pd.DataFrame({"=name": ["@x", "y"], "n": [-1.5, 2.0]}, index=pd.Index(["+a", "b"], name="-i"))
    read = pd.read_csv(io.StringIO(safe_frame(frame).to_csv()))
    assert list(read.columns) == ["'-i", "'=name", "n"]
    assert read["n"].tolist() == [-1.5, 2.0]
    assert read["'=name"].tolist() == ["'@x", "y"]
