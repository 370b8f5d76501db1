"""The statuses that a simulated VICIdial server uses, with their flags, as data.

References
----------
.. [1] VICIdial, ``extras/first_server_install.sql``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

FLAGS = (
    "selectable", "human_answered", "sale", "dnc", "customer_contact", "not_interested",
    "unworkable", "scheduled_callback", "completed", "answering_machine",
)  # fmt: skip
COLUMNS = ("status", "status_name", *FLAGS[:2], "category", *FLAGS[2:])


@dataclass(frozen=True)
class Statuses:
    """Rows (code, name, the flags that are Y) of one status table."""

    rows: tuple[tuple[str, str, str], ...]

    def names(self) -> dict[str, str]:
        """Return the name of each code."""
        return {code: name for code, name, _ in self.rows}

    def frame(self) -> pd.DataFrame:
        """Return the table as VICIdial exports it."""
        import pandas as pd

        records = [
            {"status": code, "status_name": name, "category": "UNDEFINED"}
            | {flag: "Y" if flag in flags.split() else "N" for flag in FLAGS}
            for code, name, flags in self.rows
        ]
        return pd.DataFrame(records, columns=list(COLUMNS))


STATUSES = Statuses((
    ("NEW", "New Lead", ""),
    ("DROP", "Agent Not Available", "human_answered"),
    ("NA", "No Answer AutoDial", ""),
    ("CALLBK", "Call Back", "selectable human_answered customer_contact scheduled_callback"),
    ("A", "Answering Machine", "selectable answering_machine"),
    ("AA", "Answering Machine Auto", ""),
    ("AB", "Busy Auto", ""),
    ("ADC", "Disconnected Number Auto", "unworkable"),
    ("DNC", "DO NOT CALL", "selectable human_answered dnc completed"),
    ("SALE", "Sale Made", "selectable human_answered sale completed"),
    ("NI", "Not Interested", "selectable human_answered customer_contact not_interested"),
    ("NP", "No Pitch No Price", "selectable human_answered"),
))  # fmt: skip

#: A status of the firm's own: a caller who was helped.
SERVED = ("SERVED", "Caller served", "selectable human_answered customer_contact")


def campaign_statuses(queues: Sequence[str]) -> pd.DataFrame:
    """Return ``vicidial_campaign_statuses``: what each inbound queue adds to the system's."""
    import pandas as pd

    own = Statuses((SERVED,)).frame()
    rows = [own.assign(campaign_id=queue) for queue in queues] or [own.iloc[:0].assign(campaign_id="")]
    return pd.concat(rows, ignore_index=True)
