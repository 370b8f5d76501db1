"""Agents fairly: chance, mix of leads, pace, quality, coaching; ``agents`` puts them together."""
