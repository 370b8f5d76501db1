"""The questions of a campaign: what it earns, how its lists are, when and how often to call."""
