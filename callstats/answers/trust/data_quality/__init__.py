"""How far data can be trusted: what came in, what was left out, what looks wrong, what cannot be told."""
