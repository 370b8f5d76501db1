from callstats.report import layout


def table(columns, text):
    return {"columns": [{"label": f"c{n}"} for n in range(columns)], "rows": [[{"text": text}] * columns]}


def test_a_narrow_table_stands_upright():
    fitted = layout.fit(table(5, "12.3 %"))
    assert not fitted["turned"]
    assert fitted["parts"] == [[0, 1, 2, 3, 4]]


def test_a_wider_table_is_turned_in_one_part():
    fitted = layout.fit(table(14, "1234567"))
    assert fitted["turned"]
    assert len(fitted["parts"]) == 1


def test_the_widest_table_is_split_and_every_part_names_the_row():
    parts = layout.fit(table(60, "1234567"))["parts"]
    assert all(part[0] == 0 for part in parts)
    assert [at for part in parts for at in part[1:]] == list(range(1, 60))


def test_what_introduces_a_turned_table_moves_onto_its_page():
    heading, words = {"kind": "heading"}, {"kind": "paragraph"}
    (kept,) = layout.keep_together([heading, words, {"kind": "table", **layout.fit(table(14, "1234567"))}])
    assert [block["kind"] for block in kept["lead"]] == ["heading", "paragraph"]


def test_words_stick_to_the_figure_they_introduce():
    first, second = layout.keep_together([{"kind": "paragraph"}, {"kind": "figure"}])
    assert first["sticky"]
    assert second["kind"] == "figure"


def test_a_column_that_wraps_is_as_wide_as_its_longest_word():
    text = "a text of many short words " * 30
    rows = [[{"text": "Удовлетворённость клиентов, по опросам (CSAT)"}, {"text": text}]]
    shares = layout.fit({"columns": [{"label": "KPI"}, {"label": "formula"}], "rows": rows})["shares"]
    width = layout.UPRIGHT * shares[0] / sum(shares)
    assert width > 4.3 * len("Удовлетворённость")
