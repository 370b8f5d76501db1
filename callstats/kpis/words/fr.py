"""The catalogue's words."""

TERMS = {"handled calls": "appels traités", "dials": "appels émis"}
QUESTIONS = {}
CAUTIONS = {}
