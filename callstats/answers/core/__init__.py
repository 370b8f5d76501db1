"""The base of every answer: its data, KPIs as estimates, and how it is presented."""
