"""The month of all campaigns: a page of them, what moved, why, and what was missed."""
