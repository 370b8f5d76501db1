"""Estimates, intervals and tests that are valid on dialled data: numbers in, frozen results out.

No function here takes a data frame. Data of many rows arrive as
:class:`callstats.moments.Moments` over the independent units. Names are
imported when they are first used, since scipy takes a second to load.
"""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
