"""Two lists or offers against each other by assignment: ``analysis`` puts the parts together."""
