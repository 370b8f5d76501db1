"""What a text from the data looks like, without what it says: for all that leaves the analyst's desk.

A cell that cannot be read may hold anything: a name, a number, an address that slipped by a column. Its
shape still tells how it is written, which is what a mapping needs.
"""

from __future__ import annotations

import re

from callstats.sources import notes, reasons

#: From so many digits on, a code may be a telephone number.
_DIGITS = 7
#: A code is a word or a phrase; a longer text is somebody's remark.
_CODE = 60


def shape(text: str) -> str:
    """Return a text with 0 for every digit and x for every letter.

    Examples
    --------
    >>> shape("06 99 00 10 01"), shape("Ann Example"), shape("2026-13-01")
    ('00 00 00 00 00', 'xxx xxxxxxx', '0000-00-00')
    """
    return re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "0", text))


def as_code(text: str) -> str:
    """Return a code as it is; of what could name a person, the shape.

    Examples
    --------
    >>> as_code("A-17"), as_code("call ann@example.com"), as_code("0199001001")
    ('A-17', 'xxxx xxx@xxxxxxx.xxx', '0000000000')
    """
    tells = "@" in text or len(re.findall(r"\d", text)) >= _DIGITS or len(text) > _CODE
    return shape(text) if tells else text


def as_call(call_id: str, *persons: object) -> str:
    """Return a call's name, as a shape where it is made of the number or name of a person.

    Parameters
    ----------
    call_id : str
    *persons : object
        What the call says of who was called: contact_id, phone.

    Examples
    --------
    >>> as_call("c-0199001001-7", "+33 199001001"), as_call("c-17", "17")
    ('x-0000000000-0', 'c-17')
    """
    for person in persons:
        digits = re.sub(r"\D", "", str(person))[-_DIGITS:]
        made_of = len(digits) == _DIGITS and digits in re.sub(r"\D", "", call_id)
        if made_of or (len(str(person)) >= _DIGITS and str(person).casefold() in call_id.casefold()):
            return shape(call_id)
    return call_id


def without_content(reason: str) -> str:
    """Return why a row or a cell was not taken, without the cell that it gives as an example.

    Examples
    --------
    >>> without_content('known are outbound, inbound; say which is which, as values = { "Ann" = "outbound" }')
    'known are outbound, inbound; say which is which, as values = { "…" = … }'
    """
    found = reasons.read(reason)
    if found is None or "example" not in found[1] or not isinstance(found[0], str):
        return reason
    return found[0].format(**{**found[1], "example": '{ "…" = … }'})


def note_to_keep(note: str) -> str:
    """Return a note of an import with the shape of a cell in place of the cell.

    Examples
    --------
    >>> note_to_keep("a.csv: 1 cell of talk_s cannot be read and is unknown ('Ann', row 7): no number")
    "a.csv: 1 cell of talk_s cannot be read and is unknown ('xxx', row 7): no number"
    """
    found = notes.read(note)
    if found is None or found[0] != notes.UNREAD_CELLS:
        return note
    count, reason = int(found[1]["count"]), without_content(found[1]["reason"])
    fields = {**found[1], "found": shape(found[1]["found"]), "reason": reason, "count": count}
    return notes.write(found[0], **fields)
