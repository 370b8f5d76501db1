"""Laws protect a person, not a lead: dials to one number count together, however often it was loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats.dataset.clock import TIME_KEYS

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: Frames of pandas; its own annotations are unions that nothing narrows.
Frame = Any
CLOCK = "local_started_at"


def shared_dials(whole: Dataset) -> Frame | None:
    """Return the dials to numbers of several contacts: call_id, phone, at, day number, refused; in order.

    None where no number is known, or each is of one contact.

    Parameters
    ----------
    whole : Dataset
        Not cut by a period: a limit looks back.
    """
    if not whole.has("calls", "call_id", "contact_id", CLOCK) or not whole.reaches("calls", "phone"):
        return None
    calls = whole.table("calls", "phone")
    known = calls.filter(~nw.col("phone").is_null(), ~nw.col("contact_id").is_null())
    several = known.group_by("phone").agg(contacts=nw.col("contact_id").n_unique())
    several = several.filter(nw.col("contacts") > 1).select("phone")
    closed = ["closed_reason"] if whole.has("calls", "closed_reason") else []
    rows: Frame = (
        known.join(several, on="phone", how="inner")
        .filter(~nw.col(CLOCK).is_null())
        .with_columns(number=TIME_KEYS["week"](nw.col(CLOCK)) + nw.col(CLOCK).dt.weekday())
        .select("call_id", "phone", "direction", CLOCK, "number", *closed)
        .collect("pandas")
        .to_native()
    )
    if not len(rows):
        return None
    return rows.sort_values(["phone", CLOCK, "call_id"], ignore_index=True)


def too_often(rows: Frame, most: int, days: int) -> list[str]:
    """Return the dials that are one too many to their number.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"call_id": list("abc"), "phone": "1", "number": [1, 2, 9]})
    >>> rows["direction"] = "outbound"
    >>> too_often(rows, most=1, days=7)
    ['b']
    """
    dials = rows[rows["direction"] == "outbound"]
    earlier = dials.groupby("phone")["number"].shift(most)
    return dials.loc[dials["number"] - earlier < days, "call_id"].astype(str).tolist()


def too_soon(rows: Frame, days: int) -> list[str]:
    """Return the dials within so many days of a refusal at the same number."""
    if "closed_reason" not in rows:
        return []
    refused = rows["closed_reason"].isin(["refusal", "do_not_call"])
    since = rows["number"].where(refused).groupby(rows["phone"]).ffill()
    before = since.groupby(rows["phone"]).shift()
    late = (rows["number"] - before <= days) & (rows["direction"] == "outbound")
    return rows.loc[late, "call_id"].astype(str).tolist()
