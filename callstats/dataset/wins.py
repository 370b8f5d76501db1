"""The contacts won for each campaign, with the dials it took until then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals as nw

from callstats.model import MADE

Schemas = Mapping[str, Mapping[str, Any]]

_CLOCK, _NUMBER = "local_started_at", "attempt_no"
#: What is told of the winning dial beside its contact and campaign.
_TOLD = ("list_id", "agent_id")


def lacking(schemas: Schemas) -> str:
    """Return what contacts won cannot be known without, empty if everything is there.

    Examples
    --------
    >>> lacking({"calls": dict.fromkeys(["contact_id", "direction", "local_started_at", "success"])})
    'calls.attempt_no'
    """
    if "calls" not in schemas:
        return "calls"
    wanted = MADE["wins"].made_of["calls"]
    return ", ".join(f"calls.{column}" for column in wanted if column not in schemas["calls"])


def schema(schemas: Schemas) -> dict[str, Any]:
    """Return the types of the table's columns."""
    calls = schemas["calls"]
    naming = {name: calls[name] for name in ("contact_id", "campaign_id", *_TOLD) if name in calls}
    return {**naming, "local_won_at": calls[_CLOCK], "touches": nw.Int64()}


def wins(frames: Mapping[str, nw.LazyFrame], schemas: Schemas) -> nw.LazyFrame:
    """Return the first success of each contact in each campaign, with the dials until then.

    Parameters
    ----------
    frames, schemas : mapping
        The canonical tables, whole, and their types.

    Returns
    -------
    narwhals.LazyFrame
        contact_id, campaign_id, list_id and agent_id of the winning dial, ``local_won_at`` and
        ``touches``, which is null where the number of the winning dial is.

    Notes
    -----
    ``attempt_no`` counts all dials to a contact, those of other campaigns among them: they are
    taken off. It also counts dials before the data begin where the export numbers them.
    """
    calls = schemas["calls"]
    keys = [name for name in ("contact_id", "campaign_id") if name in calls]
    dials = frames["calls"].filter(nw.col("direction") == "outbound", ~nw.col("contact_id").is_null())
    names = [name for name in (*keys, *_TOLD, _CLOCK, _NUMBER, "success") if name in calls]
    dials = dials.select(*names)
    won = dials.filter(nw.col("success"), ~nw.col(_CLOCK).is_null()).drop("success")
    if "campaign_id" in keys:  # engines do not agree on whether an unknown one is joined to another
        won = won.with_columns(__for=nw.col("campaign_id").fill_null(""))
    of = ["contact_id", *(["__for"] if "campaign_id" in keys else [])]
    first = won.group_by(*of).agg(nw.col(_CLOCK).min().alias("local_won_at"))
    rows = won.join(first, on=of, how="inner").filter(nw.col(_CLOCK) == nw.col("local_won_at"))
    told = [name for name in (*keys, *_TOLD) if name in calls and name != "contact_id"]
    rows = rows.group_by(*of, "local_won_at").agg(nw.col(*told, _NUMBER).min())
    if "campaign_id" in keys:
        rows = _less_other_campaigns(rows, dials)
    columns = list(schema(schemas))
    return rows.with_columns(touches=nw.col(_NUMBER).cast(nw.Int64)).select(*columns)


def _less_other_campaigns(rows: nw.LazyFrame, dials: nw.LazyFrame) -> nw.LazyFrame:
    """Take the dials for other campaigns off the number of the winning dial."""
    others = dials.select("contact_id", other=nw.col("campaign_id").fill_null(""), at=nw.col(_CLOCK))
    before = (
        rows.select("contact_id", "__for", "local_won_at")
        .join(others, on="contact_id", how="inner")
        .filter((nw.col("other") != nw.col("__for")) & (nw.col("at") < nw.col("local_won_at")))
        .group_by("contact_id", "__for")
        .agg(nw.len().alias("elsewhere"))
    )
    joined = rows.join(before, on=["contact_id", "__for"], how="left")
    return joined.with_columns((nw.col(_NUMBER) - nw.col("elsewhere").fill_null(0)).alias(_NUMBER))
