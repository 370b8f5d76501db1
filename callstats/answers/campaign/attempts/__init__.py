"""How often to call: what each attempt reaches, costs and brings."""
