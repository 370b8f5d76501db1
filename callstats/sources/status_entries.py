"""What a mapping or a project file says of an outcome code: the name of an outcome, or flags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from callstats.errors import InputError, near_names
from callstats.sources.outcomes import FLAGS, OUTCOMES, Outcome


class Strict(BaseModel):
    """A table of a mapping file in which every key is known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OutcomeEntry(Strict):
    """The flags of a status that is none of the usual kinds."""

    connected: bool | None = None
    live: bool | None = None
    handled: bool | None = None
    abandoned: bool | None = None
    right_party: bool | None = None
    argued: bool | None = None
    success: bool | None = None
    closed: bool | None = None
    do_not_call: bool | None = None
    invalid_number: bool | None = None
    closed_reason: Literal["success", "refusal", "invalid", "do_not_call", "exhausted"] | None = None
    dialled: bool = True


def outcomes_of(entries: Mapping[str, Any], place: str, file: str | None = None) -> dict[str, Outcome]:
    """Compile what is said of outcome codes.

    Parameters
    ----------
    entries : mapping of str to str or mapping
        Of each code, the name of an outcome or the flags themselves.
    place : str
        Where they stand in the file, for the error.
    file : str, optional

    Raises
    ------
    InputError
        An outcome or a flag is unknown, or a flag is neither true nor false.

    Examples
    --------
    >>> outcomes_of({"Sold": "success"}, "calls.statuses")["Sold"].closed_reason
    'success'
    """
    return {code: _outcome(code, entry, place, file) for code, entry in entries.items()}


def _outcome(code: str, entry: Any, place: str, file: str | None) -> Outcome:
    if isinstance(entry, str):
        if entry not in OUTCOMES:
            raise InputError(
                f"{place}.{code}: unknown outcome {entry!r}", file=file,
                near=near_names(entry, OUTCOMES), hint=f"Known: {', '.join(OUTCOMES)}.",
            )  # fmt: skip
        return OUTCOMES[entry]
    try:
        flags = OutcomeEntry.model_validate(entry).model_dump()
    except ValidationError as error:
        key = str(error.errors()[0]["loc"][-1:] or "")
        raise InputError(
            f"{place}.{code}: {error.errors()[0]['msg'].lower()}", file=file,
            near=near_names(key, FLAGS), hint=f"Flags: {', '.join(FLAGS)}, closed_reason, dialled.",
        ) from error  # fmt: skip
    return Outcome(**flags)
