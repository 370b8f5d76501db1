"""A logo as a report can hold it: a picture that can be read, is not large, and asks for nothing else."""

from __future__ import annotations

import io
import re
import warnings
from pathlib import Path
from xml.parsers import expat

from callstats.errors import InputError

_MOST_BYTES = 400_000
_MOST_PIXELS = 4_000  # of a side
_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".svg": "image/svg+xml"}
#: What of SVG can run, load or hold a page.
_ACTIVE = frozenset({
    "script", "foreignobject", "iframe", "object", "embed", "audio", "video", "handler", "listener", "a",
    "animate", "animatetransform", "animatemotion", "set", "discard",
})  # fmt: skip
_OWN_PART = re.compile(r"\s*(#|data:image/(png|jpe?g);base64,)", re.IGNORECASE)
_REFERENCE = re.compile(r"url\(\s*['\"]?(?!\s*['\"]?#)|@import|expression\(|\\", re.IGNORECASE)
_SMALLER = "Save it smaller: a logo is some centimetres wide."


def read_logo(file: Path) -> tuple[bytes, str]:
    """Return the content of a logo and its media type.

    Parameters
    ----------
    file : Path
        PNG, JPEG or SVG, of 400 kB and 4,000 pixels a side at most. An SVG has no script, no link, no
        animation, and refers to its own parts alone.

    Raises
    ------
    InputError
        It is not there, is something else, or is larger.
    """
    kind = _TYPES.get(file.suffix.lower())
    if kind is None:
        raise InputError("a logo is a PNG, JPEG or SVG file", file=file, hint="Save it as one of them.")
    try:
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise InputError(
            "no such file", file=file, hint="It is the logo of [brand] in callstats.toml."
        ) from error
    except (OSError, ValueError) as error:
        raise InputError(
            f"it cannot be read: {getattr(error, 'strerror', None) or error}", file=file
        ) from error
    if len(content) > _MOST_BYTES:
        raise InputError(f"a logo has at most {_MOST_BYTES // 1000} kB", file=file, hint=_SMALLER)
    if kind == "image/svg+xml":
        _check_drawing(content, file)
    else:
        _check_picture(content, kind, file)
    return content, kind


def _check_picture(content: bytes, kind: str, file: Path) -> None:
    from PIL import Image, UnidentifiedImageError

    name = "PNG" if kind == "image/png" else "JPEG"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of a picture that says it is huge
            with Image.open(io.BytesIO(content), formats=[name]) as picture:
                width, height = picture.size
                if max(width, height) <= _MOST_PIXELS:
                    picture.load()
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Warning,
        Image.DecompressionBombError,
    ) as error:
        raise InputError(f"no {name} picture that can be read", file=file, hint="Save it again.") from error
    if max(width, height) > _MOST_PIXELS:
        raise InputError(f"a logo has at most {_MOST_PIXELS:,} pixels a side", file=file, hint=_SMALLER)


class _RefusedError(Exception):
    """Why an SVG cannot be a logo."""


def _check_drawing(content: bytes, file: Path) -> None:
    """Refuse an SVG that runs, loads or expands anything.

    Raises
    ------
    InputError
    """
    parser = expat.ParserCreate()
    seen: list[str] = []

    def element(name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2].lower()
        if not seen and local != "svg":
            raise _RefusedError("no SVG drawing")
        seen.append(local)
        if local in _ACTIVE:
            raise _RefusedError(f"an SVG with <{local}>")
        for key, value in attributes.items():
            _check_attribute(key.rpartition(":")[2].lower(), value)

    def text(data: str) -> None:
        if seen and seen[-1] == "style" and _REFERENCE.search(data):
            raise _RefusedError("an SVG that refers to other files")

    def refused(*_: object) -> None:
        raise _RefusedError("an SVG with a document type, a style sheet or entities of its own")

    parser.StartElementHandler = element
    parser.EndElementHandler = lambda _: seen.append("")
    parser.CharacterDataHandler = text
    parser.buffer_text = True
    parser.EntityDeclHandler = refused
    parser.ProcessingInstructionHandler = refused
    try:
        parser.Parse(content, True)
    except _RefusedError as error:
        hint = "Save it as plain SVG, without script, links and linked files, or as PNG."
        raise InputError(f"it is {error}", file=file, hint=hint) from error
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise InputError(f"no SVG drawing that can be read: {error}", file=file) from error


def _check_attribute(name: str, value: str) -> None:
    if name.startswith("on"):
        raise _RefusedError(f"an SVG with {name}")
    if name in {"href", "src", "base"} and not _OWN_PART.match(value):
        raise _RefusedError("an SVG that refers to other files")
    if _REFERENCE.search(value) and name not in {"href", "d"}:
        raise _RefusedError("an SVG that refers to other files")
