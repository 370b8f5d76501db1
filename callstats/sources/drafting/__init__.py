"""Drafts of mappings: what the columns of an unknown export are likely to be, by their names and their values."""

from __future__ import annotations

from callstats.sources.drafting.draft import draft_mapping, recognised, recognised_by

__all__ = ["draft_mapping", "recognised", "recognised_by"]
