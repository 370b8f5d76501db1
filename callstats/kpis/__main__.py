"""Print the whole catalogue in Markdown: ``python -m callstats.kpis > docs/kpis.md``."""

from callstats.kpis.describing import table

if __name__ == "__main__":
    print(table(), end="")
