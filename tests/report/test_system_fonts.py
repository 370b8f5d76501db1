"""Characters that the PDF's own fonts lack are drawn by fonts of the system, where it has some."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import pytest

from callstats.report import document, pdf, system_fonts
from callstats.show.display import Note
from tests.report.conftest import shown
from tests.report.test_pdf import opened, text

#: DejaVu Sans, which matplotlib brings along: Arabic, no Chinese.
DEJAVU = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


@pytest.fixture
def dejavu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make DejaVu Sans the only font of the system."""
    font = system_fonts._read(DEJAVU)
    assert font is not None
    monkeypatch.setattr(system_fonts, "installed", lambda: (font,))


@pytest.mark.usefixtures("dejavu")
def test_arabic_is_drawn_and_not_written_as_code_points() -> None:
    said = text(opened(shown(Note("قائمة of customers"))))
    assert "[U+" not in said
    assert "of customers" in said


@pytest.mark.usefixtures("dejavu")
def test_what_no_font_draws_is_named_and_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    assert "[U+4E2D]" in text(opened(shown(Note("中 of customers"))))
    assert "中 (U+4E2D)" in caplog.text
    assert "fonts-noto-cjk" in caplog.text


@pytest.mark.usefixtures("dejavu")
def test_what_turns_the_direction_is_dropped_whatever_a_font_has() -> None:
    assert "\u202e" not in text(opened(shown(Note("قائمة\u202e evil"))))


def test_a_document_in_known_letters_asks_for_no_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_fonts, "installed", lambda: pytest.fail("the system was asked"))
    assert pdf.typeset(document.read(shown(Note("Été, весна, 5 ≤ α")))).startswith(b"%PDF")


def test_a_file_that_is_no_font_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "x.ttf").write_bytes(b"no font")
    assert system_fonts._read(tmp_path / "x.ttf") is None
