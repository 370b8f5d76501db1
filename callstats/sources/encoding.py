"""Detect a text file's encoding: from its byte order mark, from its bytes, or by trying."""

from __future__ import annotations

import codecs
from pathlib import Path

from callstats.bounds import amount
from callstats.errors import InputError
from callstats.sources import notes

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def detect_encoding(path: Path, asked: str = "", file: str = "", longest: int = 0) -> tuple[str, str]:
    """Return the encoding of a text file and a note where it was guessed.

    Parameters
    ----------
    path : Path
    asked : str
        The encoding that is said to be.
    file : str
        What the file is called, where that is not its name.
    longest : int
        Bytes that a line may have, so that no reader takes a file for one line; 0 for any.

    Raises
    ------
    InputError
        The file is empty, is not text, has a line that is longer, or is not in the requested encoding.
    """
    file = file or path.name
    data_start = _head(path, file)
    if longest:
        _check_lines(path, file, longest)
    for bom, encoding in _BOMS:
        if data_start.startswith(bom) and not asked:
            return encoding, ""
    encoding = asked or _wide_encoding(data_start) or "utf-8"
    problem = _first_problem(path, encoding, file)
    if problem is None:
        guessed = "16" in encoding and not asked
        return encoding, notes.write(notes.NO_MARK, file=file, encoding=encoding) if guessed else ""
    if asked:
        raise InputError(
            f"not {asked}: {problem}", file=file, hint="Leave the encoding out to have it found out."
        )
    fallback = "cp1252" if _first_problem(path, "cp1252", file) is None else "latin-1"
    said = {"file": path.name, "problem": problem, "encoding": fallback}
    return fallback, notes.write(notes.NOT_UTF_8, **said)


def _head(path: Path, file: str) -> bytes:
    with path.open("rb") as stream:
        start = stream.read(65536)
    if not start.strip():
        raise InputError("the file is empty", file=file, hint="Export it again, with a header row.")
    controls = sum(start.count(bytes([code])) for code in (*range(1, 9), *range(14, 27)))
    if controls > len(start) / 20:
        raise InputError("not a text file", file=file, hint="Give CSV, tab-separated text, Parquet or Excel.")
    return start


def _check_lines(path: Path, file: str, longest: int) -> None:
    """Refuse a text with a line longer than any record, before it is read as one."""
    if path.stat().st_size <= longest:
        return
    row, length = 1, 0
    with path.open("rb") as stream:
        while chunk := stream.read(min(longest, 1 << 22)):
            first = _line_end(chunk)
            if length + (len(chunk) if first < 0 else first) > longest:
                raise InputError(
                    f"a line of more than {amount(longest)} begins here", file=file, row=row,
                    hint="No record is that long: is it a text, with line ends? Export it again as CSV.",
                )  # fmt: skip
            row += chunk.count(b"\n")
            length = length + len(chunk) if first < 0 else len(chunk) - _line_end(chunk, last=True) - 1


def _line_end(chunk: bytes, *, last: bool = False) -> int:
    """Return where the first or the last line ends, -1 where none does."""
    places = [chunk.rfind(end) if last else chunk.find(end) for end in (b"\n", b"\r")]
    found = [place for place in places if place >= 0]
    return (max if last else min)(found, default=-1)


def _wide_encoding(start: bytes) -> str:
    """Detect UTF-16 without a byte order mark: every other byte is NUL."""
    odd, even = start[1::2].count(0), start[0::2].count(0)
    if odd > 0.3 * len(start[1::2]):
        return "utf-16-le"
    return "utf-16-be" if even > 0.3 * len(start[0::2]) else ""


def _first_problem(path: Path, encoding: str, file: str) -> str | None:
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
    except LookupError as error:
        raise InputError(f"unknown encoding {encoding!r}", file=file) from error
    row = 1
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 22):
            try:
                row += decoder.decode(chunk).count("\n")
            except UnicodeDecodeError as error:
                row += chunk[: error.start].count(b"\n")
                return f"row {row} has bytes it does not know"
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "the last character is cut off"
    return None
