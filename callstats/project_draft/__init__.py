"""The first project file of a site: what its data hold, written down to be decided upon."""

from callstats.project_draft.first_file import draft_project

__all__ = ["draft_project"]
