"""Which list is better, how far each is worked, and when it will be exhausted."""
