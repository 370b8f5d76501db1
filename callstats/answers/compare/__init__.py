"""One group against another: comparisons, list tests, and the size of a test."""
