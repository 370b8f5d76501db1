"""How a call can end, and the canonical flags of each outcome."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class DialOutcome:
    """One way a dial ends; ``talk_s`` is the mean talk where an agent was on the line [s].

    ``code`` is VICIdial's status for it, stored in ``outcome_code``.
    """

    name: str
    code: str
    depth: int  # how far along dial, connected, live, handled, right party, argued, success
    talk_s: float = 0.0
    closed_reason: str = ""


NO_ANSWER, BUSY, INVALID, MACHINE, MACHINE_AGENT, ABANDONED = range(6)
WRONG_PARTY, NOT_ARGUED, CALLBACK, REFUSAL, SUCCESS, DO_NOT_CALL = range(6, 12)

OUTCOMES = (
    DialOutcome("no answer", "NA", 0),
    DialOutcome("busy", "AB", 0),
    DialOutcome("invalid number", "ADC", 0, closed_reason="invalid"),
    DialOutcome("machine, found by the dialer", "AA", 1),
    DialOutcome("machine, found by the agent", "A", 1, 9.0),
    DialOutcome("abandoned", "DROP", 2),
    DialOutcome("somebody else", "NP", 3, 35.0),
    DialOutcome("no pitch", "NP", 4, 80.0),
    DialOutcome("call back", "CALLBK", 4, 95.0),
    DialOutcome("refusal", "NI", 5, 225.0, "refusal"),
    DialOutcome("success", "SALE", 6, 470.0, "success"),
    DialOutcome("do not call", "DNC", 4, 40.0, "do_not_call"),
)

DEPTH = np.array([outcome.depth for outcome in OUTCOMES])
TALK_S = np.array([outcome.talk_s for outcome in OUTCOMES])
CODES = [outcome.code for outcome in OUTCOMES]
WITH_AGENT = TALK_S > 0
LIVE = DEPTH >= 2
HANDLED = DEPTH >= 3
RIGHT_PARTY = DEPTH >= 4
ARGUED = DEPTH >= 5
CLOSING = np.array([bool(outcome.closed_reason) for outcome in OUTCOMES])
REASONS = [outcome.closed_reason or None for outcome in OUTCOMES]
