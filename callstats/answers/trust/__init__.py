"""How far the data and the methods can be trusted."""
