"""How many agents each half hour needs, by the queue that callers would meet."""
