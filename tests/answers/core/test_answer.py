"""What every answer does alike."""

from __future__ import annotations

import pandas as pd
import pytest

import callstats as cs
from tests.answers.small_campaigns import calls, data, demo, settle


@pytest.mark.parametrize("question", ["funnel", "lists", "attempts", "compliance", "method", "check"])
def test_text_from_data_is_never_markup(question: str) -> None:
    evil = "<script>alert(1)</script>"
    frame = calls(
        *(
            {"list_id": evil, "handled": i % 2 == 0, "live": True, "attempt_no": 1, "agent_id": evil}
            for i in range(60)
        )
    )
    dataset = settle(data(frame), labels={evil: f"{evil}label"})
    shown = getattr(cs, question)(dataset)._repr_html_()
    assert "<script>" not in shown


def test_a_result_shows_every_view_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    import IPython.display

    shown: list[object] = []
    monkeypatch.setattr(IPython.display, "display", shown.append)
    result = cs.funnel(demo(), "2026-09")
    result._ipython_display_()
    assert len(shown) == len(result.views())


def test_a_frame_is_a_data_frame() -> None:
    for question in ("portrait", "funnel", "lists", "calling_hours", "attempts", "trend", "time_and_cost"):
        assert isinstance(getattr(cs, question)(demo(), "2026-09").to_frame(), pd.DataFrame)
