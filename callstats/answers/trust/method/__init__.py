"""Where the figures come from: method in plain words, glossary, provenance."""
