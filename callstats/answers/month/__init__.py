"""The month of all campaigns: an overview, what changed, why, and missed targets."""
