"""Words that agents choose for what came of a talk, where every installation has its own.

Only words that can be read in one way; any other is a finding, so that the analyst says what it means.
"""

from __future__ import annotations

from collections.abc import Mapping

from callstats.sources.outcomes import OUTCOMES, Outcome

_PLAIN = {
    "success": ("Sale", "Sold", "Sale Made"),
    "refusal": ("Not Interested",),
    "callback": ("Callback", "Call Back", "Call-back", "Callback Requested"),
    "wrong_number": ("Wrong Number",),
    "do_not_call": ("Do Not Call", "DNC"),
    "no_answer": ("No Answer",),
    "busy": ("Busy",),
    "machine": ("Answering Machine", "Voicemail", "Left Voicemail"),
    "fax": ("Fax", "Fax Machine"),
}

PLAIN: Mapping[str, Outcome] = {word: OUTCOMES[kind] for kind, words in _PLAIN.items() for word in words}
