import pandas as pd

from callstats.report import html_tables as foreign
from tests.report.conftest import HOSTILE


def texts(block):
    return [[cell["text"] for cell in row] for row in block["rows"]]


def test_a_frame_of_pandas_keeps_its_cells():
    frame = pd.DataFrame({"list": ["A", "B"], "rate": [0.5, 0.25]})
    (block,) = foreign.read(frame.to_html())
    assert [column["label"] for column in block["columns"]] == ["", "list", "rate"]
    assert texts(block) == [["0", "A", "0.50"], ["1", "B", "0.25"]]


def test_numbers_stand_to_the_right_and_words_to_the_left():
    (block,) = foreign.read(pd.DataFrame({"list": ["A"], "rate": ["12.3 %"]}).to_html())
    assert [column["align"] for column in block["columns"]] == ["right", "left", "right"]


def test_two_header_rows_are_joined():
    frame = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("reach", "low"), ("reach", "high")]))
    (block,) = foreign.read(frame.to_html())
    assert [column["label"] for column in block["columns"]] == ["", "reach low", "high"]


def test_hostile_cells_are_text():
    (block,) = foreign.read(pd.DataFrame({"campaign": [HOSTILE]}).to_html())
    assert texts(block)[0][1] == HOSTILE


def test_script_and_style_are_left_out():
    assert foreign.read("<style>p {}</style><script>alert(1)</script><p>words</p>") == [
        {"kind": "paragraph", "inlines": [{"kind": "text", "text": "words"}]}
    ]


def test_broken_html_is_read_as_far_as_it_goes():
    blocks = foreign.read("<table><tr><td>a<td colspan=99999999999>b</table><p>after")
    assert [block["kind"] for block in blocks] == ["table", "paragraph"]
