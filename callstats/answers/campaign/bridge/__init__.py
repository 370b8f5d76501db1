"""What moved profit, quality or quantity: factors whose effects add up to the change."""
