"""The questions an analyst asks, each answered by frozen data that can display itself."""
