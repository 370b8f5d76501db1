"""Questions about a campaign: what it earns, how its lists do, when and how often to call."""
