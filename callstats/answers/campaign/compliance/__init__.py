"""Are the calling rules kept: packs of rules, and what the calls say of each."""
