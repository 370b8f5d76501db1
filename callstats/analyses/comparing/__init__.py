"""The parts of a comparison: survey of the arms, gates, design, sums, tests, rows."""
