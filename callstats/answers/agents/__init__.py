"""Agents fairly: chance, mix of leads, pace, quality, coaching; ``analysis`` puts them together."""
