"""How many contacts a test takes, and what a test of that size can see."""
