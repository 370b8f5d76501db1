"""Drafts of mappings: what the columns of an unknown export are likely to be, by names and values."""

from __future__ import annotations

from callstats.sources.drafting.draft import draft_mapping, recognised, recognised_by

__all__ = ["draft_mapping", "recognised", "recognised_by"]
