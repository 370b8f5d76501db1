"""The month of a whole house: all campaigns on a page, what moved, why, and what was missed."""
