"""Random numbers that depend only on the seed and their purpose.

Every part draws from its own stream, named by what it decides, so that changing
one option does not reshuffle the rest: two scenarios that differ only in the
success of a list dial the same people at the same minutes.
"""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, *name: str | int) -> np.random.Generator:
    """Return the generator of one named part.

    Examples
    --------
    >>> bool(stream(1, "live", 2).random() == stream(1, "live", 2).random())
    True
    >>> bool(stream(1, "live", 2).random() == stream(1, "live", 3).random())
    False
    """
    words = [part if isinstance(part, int) else zlib.crc32(part.encode()) for part in name]
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, *words])))
