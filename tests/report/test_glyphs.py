from callstats.report import pdf
from callstats.report.glyphs import covered
from callstats.show.display import Note
from tests.report.conftest import shown


def test_the_fonts_in_the_typst_wheel_draw_every_character_that_is_let_through():
    letters = "".join(chr(point) for point in sorted(covered()) if point > 32)
    lines = "\n".join(letters[at : at + 60] for at in range(0, len(letters), 60))
    made = shown(Note(lines), {"text/plain": lines}, before=("# T", f"md:**{lines[:2000]}**"))
    assert pdf.CallstatsPDFExporter().from_notebook_node(made)[0].startswith(b"%PDF")


def test_french_and_russian_are_drawn():
    assert set(map(ord, "àâæçéèêëîïôœùûüÿ«»’–—…€ абвгдеёжзийклмнопрстуфхцчшщъыьэюя₽№")) <= covered()
