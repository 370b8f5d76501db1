"""What a process that makes reports need not load."""

from __future__ import annotations

import sys


def skip_address_grammar() -> None:
    """Keep jsonschema from compiling its grammar of international addresses, which takes a second.

    It does so whenever ``rfc3987_syntax`` can be imported, which comes with Jupyter, and no schema
    of a notebook has a use for it. Call it in processes of one's own only: a schema with the format
    ``iri`` is accepted unchecked afterwards, as where that package is not installed.

    Examples
    --------
    >>> skip_address_grammar()
    >>> "rfc3987_syntax" in sys.modules
    True
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type] - says that there is none
