"""Heat maps: shades and numbers say the same, and can be read."""

import numpy as np
from matplotlib.colors import to_rgb

from callstats.show import plots
from callstats.show.plots.heat import _SHADES
from tests.show.drawn import EN, NAN, closed


def test_thin_cells_are_hatched_and_have_no_number():
    ax = closed(
        plots.heatmap(
            [[0.1, 0.2], [0.3, NAN]],
            row_labels=["Mon", "Tue"],
            column_labels=["9", "10"],
            unit="%",
            formatter=EN,
            n=[[500, 20], [500, 0]],
            minimum_n=100,
        )
    )
    assert [(text.get_text(), text.get_position()) for text in ax.texts] == [
        ("10", (0.5, 0.5)),
        ("30", (0.5, 1.5)),
    ]
    assert [patch.get_xy() for patch in ax.patches] == [(1.03, 0.03)]
    assert ax.patches[0].get_hatch()
    assert "fewer than 100" in ax.get_xlabel().replace("\xa0", " ")


def test_numbers_in_a_heatmap_contrast_with_their_cell():
    shades = np.linspace(0, 1, 41)
    names = [str(n) for n in range(41)]
    grid = shades[:, None]
    ax = closed(plots.heatmap(grid, row_labels=names, column_labels=["x"], unit="%", formatter=EN))
    inks = [text.get_color() for text in ax.texts]
    assert len(inks) == 41
    for shade, ink in zip(shades, inks, strict=True):
        lighter, darker = sorted((_luminance(_SHADES(shade)), _luminance(to_rgb(ink))), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def _luminance(colour):
    """WCAG 2.1, relative luminance."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_shades_fall_in_lightness_from_low_to_high():
    grey = _SHADES(np.linspace(0, 1, 21))[:, :3] @ [0.299, 0.587, 0.114]
    assert (np.diff(grey) < 0).all()


def test_counts_have_no_tenths_however_alike_they_are():
    named = {"row_labels": ["a"], "column_labels": ["x", "y", "z"], "unit": "n", "formatter": EN}
    counts = closed(plots.heatmap([[43, 42, 52]], **named))
    assert [text.get_text() for text in counts.texts] == ["43", "42", "52"]
    assert closed(plots.heatmap([[1.5, 1, 3]], **named)).texts[0].get_text() == "1.5"
