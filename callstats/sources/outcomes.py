"""What a status code can say about a call: a small vocabulary of outcomes, as data.

Every dialer has its own codes for the same few things. Each kind sets the flags
of the calls table; ``None`` is unknown, never false. ``handled`` is what the
status allows: a source whose rows name the agent keeps it only where there is
one.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

Flag = bool | None

FLAGS = (
    "connected", "live", "handled", "abandoned", "right_party", "argued",
    "success", "closed", "do_not_call", "invalid_number",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """The flags that one status sets.

    ``dialled`` is false for codes that the dialer writes without placing a
    call; ``handed_over`` is true where the outcome is in another row.
    """

    connected: Flag = None
    live: Flag = None
    handled: Flag = None
    abandoned: Flag = None
    right_party: Flag = None
    argued: Flag = None
    success: Flag = None
    closed: Flag = None
    do_not_call: Flag = None
    invalid_number: Flag = None
    closed_reason: str | None = None
    dialled: bool = True
    handed_over: bool = False


def _outcome(*flags: Flag, reason: str | None = None, **more: Flag) -> Outcome:
    kept = {"do_not_call": False, "invalid_number": False, **more}
    chain = ("connected", "live", "handled", "abandoned", "argued", "success", "closed")
    return Outcome(closed_reason=reason, **dict(zip(chain, flags, strict=True)), **kept)


T, F, U = True, False, None  # yes, no, unknown: keeps the table below readable

OUTCOMES: dict[str, Outcome] = {
    #                       connected live handled abandoned argued success closed
    "no_answer": _outcome(F, F, F, F, F, F, F),
    "busy": _outcome(F, F, F, F, F, F, F),
    "failed": _outcome(F, F, F, F, F, F, F),
    "invalid": _outcome(F, F, F, F, F, F, T, reason="invalid", invalid_number=True),
    "machine": _outcome(T, F, F, F, F, F, F),
    "fax": _outcome(T, F, F, F, F, F, T, reason="invalid", invalid_number=True),
    "silence": _outcome(T, F, F, F, F, F, F),
    "picked_up": _outcome(T, U, U, U, U, F, F),  # answered by whom is unknown
    "not_live": _outcome(U, F, F, F, F, F, F),  # no person; perhaps a machine
    "abandoned": _outcome(T, T, F, T, F, F, F),
    "turned_away": _outcome(T, T, F, F, F, F, F),  # a person who was never promised an agent
    "handled": _outcome(T, T, T, F, F, F, F),  # spoke with an agent, the offer was not answered
    "callback": _outcome(T, T, T, F, F, F, F),
    "wrong_number": _outcome(T, T, T, F, F, F, T, reason="invalid", invalid_number=True, right_party=False),
    "spoken": _outcome(T, T, T, F, U, F, F),  # whether the offer was answered is unknown
    "completed": _outcome(T, T, T, F, U, F, T),
    "refusal": _outcome(T, T, T, F, T, F, T, reason="refusal"),
    "success": _outcome(T, T, T, F, T, T, T, reason="success"),
    "do_not_call": _outcome(T, T, T, F, F, F, T, reason="do_not_call", do_not_call=True),
    "exhausted": _outcome(U, U, U, U, F, F, T, reason="exhausted"),
    "transferred": Outcome(T, T, T, F, handed_over=True),
    "requeued": _outcome(T, T, T, F, U, F, F, handed_over=True),
    "not_dialled": Outcome(dialled=False),
    "no_outcome": Outcome(),
}


def unsold(kind: str) -> Outcome:
    """Return an outcome as a system says it that knows calls but no sales.

    Whether such a talk won or closed the contact is unknown, which is not "no".

    Examples
    --------
    >>> unsold("spoken").handled, unsold("spoken").success
    (True, None)
    """
    return replace(OUTCOMES[kind], argued=None, success=None, closed=None)


NAMES: tuple[str, ...] = tuple(item.name for item in fields(Outcome))
