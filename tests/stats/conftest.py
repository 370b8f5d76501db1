"""Property tests draw the same cases each time and have no deadline: a loaded machine is no failure."""

from hypothesis import settings

settings.register_profile("statistics", deadline=None, derandomize=True, max_examples=40)
settings.load_profile("statistics")
