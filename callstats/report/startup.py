"""Things a report process can skip loading."""

from __future__ import annotations

import sys


def skip_address_grammar() -> None:
    """Keep jsonschema from compiling its IRI grammar, which takes a second.

    It does so whenever ``rfc3987_syntax``, which comes with Jupyter, can be imported, but no
    notebook schema needs it. Call this only in your own processes: afterwards the format ``iri``
    is accepted unchecked, as if that package were not installed.

    Examples
    --------
    >>> skip_address_grammar()
    >>> "rfc3987_syntax" in sys.modules
    True
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type] - marks it as missing
