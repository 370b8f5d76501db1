"""How agents are named in a report: by name, label or pseudonym."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from callstats.answers.core.voice import Voice

#: Letters and digits that are not easily confused (Crockford's base 32).
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 8


def pseudonym(agent: str, key: str = "") -> str:
    """Return an agent's code, the same in every report that uses the same key.

    It depends only on the name and the key, so it neither changes with the other
    agents in the data nor reveals the order of the names.

    Parameters
    ----------
    agent : str
    key : str
        A secret word. Without one, anyone who knows the names can find out whose
        code is whose by trying them.

    Examples
    --------
    >>> pseudonym("Ann") == pseudonym("Ann"), pseudonym("Ann") == pseudonym("Ann", "secret")
    (True, False)
    >>> len(pseudonym("Ann"))
    9
    """
    digest = hashlib.blake2b(agent.encode(), key=key.encode()[:64], digest_size=8).digest()
    number = int.from_bytes(digest, "big")
    signs = [_SIGNS[(number >> 5 * place) & 31] for place in range(_LENGTH)]
    return f"{''.join(signs[:4])}-{''.join(signs[4:])}"


def naming(voice: Voice, pseudonyms: bool | str) -> Callable[[str], str]:
    """Return the function that names an agent: by the project file's label, or a pseudonym.

    Parameters
    ----------
    voice : Voice
    pseudonyms : bool or str
        A string is the key of the pseudonyms.
    """
    if not pseudonyms:
        return voice.label
    key = pseudonyms if isinstance(pseudonyms, str) else ""
    return lambda agent: voice.say("Agent {code}", code=pseudonym(agent, key))


def by_name(names: Iterable[str]) -> list[str]:
    """Return names in alphabetical order, ignoring case.

    Examples
    --------
    >>> by_name(["bob", "Ann", "Cid"])
    ['Ann', 'bob', 'Cid']
    """
    return sorted(names, key=lambda name: (name.casefold(), name))
