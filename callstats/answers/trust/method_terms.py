"""What the words of the reports mean, each once; those that are a method are among its topics."""

from __future__ import annotations

from callstats.show.words import mark

#: Each word, and what it means.
TERMS: tuple[tuple[str, str], ...] = (
    (
        mark("Offer heard (argued)"),
        mark(
            "The person heard the offer and answered it: a success or a refusal. A conversation that never "
            "came to the offer does not count."
        ),
    ),
    (
        mark("Closed contact"),
        mark("A contact that is not dialled any more: won, refused, unreachable or not to be called."),
    ),
    (
        mark("Still to be reached (at risk)"),
        mark(
            "A contact that could still be reached at an attempt: it got that many dials and was neither "
            "reached nor closed before."
        ),
    ),
    (
        mark("Group (arm) and control"),
        mark("The groups of a test, mostly lists; the control is the one that the others are compared with."),
    ),
    (
        mark("After so many days (horizon)"),
        mark(
            "How long each contact of a test is followed from its own loading: what comes of it later does "
            "not count."
        ),
    ),
    (
        mark("Chance taken off (shrunken)"),
        mark(
            "A figure that is pulled towards the average of all, the more so the less its own calls tell: "
            "the best guess of what is lasting in it."
        ),
    ),
    (
        mark("Safety figure (guardrail)"),
        mark("A figure that must not get worse while another is improved, such as abandonment."),
    ),
    (
        mark("Margin"),
        mark("The largest loss that does not matter: only with one may a list be called as good as another."),
    ),
    (
        mark("Design effect"),
        mark(
            "How many times wider the variance is because rows hang together: several dials of a contact, "
            "several calls of a day. At 2, half as much is known as the rows suggest."
        ),
    ),
    (
        mark("Within the usual variation"),
        mark("The interval of the change includes no change: it may be chance, or too small to be seen."),
    ),
    (
        mark("Too close to tell"),
        mark("The target lies inside the interval: neither met nor missed on this evidence."),
    ),
    (
        mark("pp"),
        mark("Percentage points: from 20% to 25% are 5 pp, and a quarter more."),
    ),
    (
        mark("n"),
        mark("What a figure is counted over: contacts, agents' days or answers, not rows."),
    ),
)
