"""What every answer is made of: the data it is about, KPIs as estimates, and how an answer is told."""
