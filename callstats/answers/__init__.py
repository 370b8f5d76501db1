"""The questions an analyst asks, each answered by frozen data that shows itself."""
