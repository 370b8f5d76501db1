"""Groups or lists compared: survey of the arms, gates, design, sums, tests, rows.

``analysis`` puts the parts together.
"""
