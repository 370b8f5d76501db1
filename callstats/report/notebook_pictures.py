"""Pictures of a notebook's own words: attachments, data addresses, files beside it. Nothing is fetched.

What is no picture, is too large or lies elsewhere leaves its words, as in `markdown`.
"""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

Block = dict[str, Any]
Inline = dict[str, Any]

#: Endings that typst tells pictures apart by.
SUFFIXES = {
    "image/svg+xml": "svg",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
}
_BITMAPS = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
#: Bytes of one picture, and its width or height in dots.
_LARGEST, _WIDEST = 30_000_000, 20_000


@dataclass(frozen=True)
class PicturePlaces:
    """Where the pictures of one cell are.

    Attributes
    ----------
    attachments : mapping
        Of the cell: name -> MIME type -> base64.
    folder : Path, optional
        Of the notebook; files in it and below are read, no others.
    """

    attachments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    folder: Path | None = None

    def picture(self, address: str) -> tuple[str, bytes] | None:
        """Return MIME type and content of the picture at an address, None if there is none.

        Examples
        --------
        >>> PicturePlaces().picture("https://example.org/plot.png") is None
        True
        >>> PicturePlaces().picture("data:image/svg+xml,%3Csvg%2F%3E")
        ('image/svg+xml', b'<svg/>')
        """
        try:
            content = self._content(address)
        except (ValueError, OSError, binascii.Error):
            return None
        mime = None if content is None or len(content) > _LARGEST else kind_of(content)
        return None if mime is None or content is None else (mime, content)

    def _content(self, address: str) -> bytes | None:
        if address.startswith("attachment:"):
            bundle = self.attachments.get(unquote(address.removeprefix("attachment:")), {})
            return next((base64.b64decode(text) for mime, text in bundle.items() if mime in SUFFIXES), None)
        if address.startswith("data:image/"):
            head, _, body = address.partition(",")
            return base64.b64decode(unquote(body)) if head.endswith(";base64") else unquote_to_bytes(body)
        if self.folder is None or ":" in address or address.startswith(("/", "\\")):
            return None
        file = (self.folder / unquote(address)).resolve()
        if not file.is_relative_to(self.folder.resolve()) or not file.is_file():
            return None
        return file.read_bytes() if file.stat().st_size <= _LARGEST else None


def kind_of(content: bytes) -> str | None:
    """Return the MIME type of a picture by what is in it; None for one that cannot be drawn."""
    start = content[:1000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<svg", b"<?xml", b"<!--", b"<!doctype svg")):
        return "image/svg+xml" if b"<svg" in content[:20_000].lower() else None
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content)) as opened:
            mime = _BITMAPS.get(opened.format or "")
            opened.load()
            return mime if max(opened.size) <= _WIDEST else None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def placed(blocks: list[Block], places: PicturePlaces) -> list[Block]:
    """Return blocks with the pictures that their paragraphs name set between the words.

    Examples
    --------
    >>> words = [{"kind": "text", "text": "a bar"}]
    >>> named = {"kind": "emphasis", "inlines": words, "picture": "data:image/svg+xml,<svg/>"}
    >>> [block["kind"] for block in placed([{"kind": "paragraph", "inlines": [named]}], PicturePlaces())]
    ['figure']
    """
    return [part for block in blocks for part in _placed(block, places)]


def figure_of(mime: str, content: bytes, alt: str, caption: str = "") -> Block:
    """Return a picture as a block."""
    return {"kind": "figure", "mime": mime, "content": content, "alt": alt, "caption": caption}


def _placed(block: Block, places: PicturePlaces) -> Iterator[Block]:
    if block["kind"] == "paragraph":
        yield from _paragraph(block["inlines"], places)
    elif block["kind"] == "list":
        yield {**block, "items": [placed(item, places) for item in block["items"]]}
    elif block["kind"] == "quote":
        yield {**block, "blocks": placed(block["blocks"], places)}
    else:
        yield block


def _paragraph(inlines: list[Inline], places: PicturePlaces) -> Iterator[Block]:
    waiting: list[Inline] = []
    for node in inlines:
        found = places.picture(node["picture"]) if "picture" in node else None
        if found is None:
            waiting.append({key: value for key, value in node.items() if key != "picture"})
            continue
        yield from _words(waiting)
        waiting = []
        yield figure_of(*found, alt="".join(part.get("text", "") for part in node["inlines"]))
    yield from _words(waiting)


def _words(inlines: list[Inline]) -> Iterator[Block]:
    if any(node["kind"] != "text" or node["text"].strip() for node in inlines):
        yield {"kind": "paragraph", "inlines": inlines}


def notebook_folder(resources: Any) -> Path | None:
    """Return where the notebook that nbconvert converts is; None where it is no file."""
    path = resources.get("metadata", {}).get("path")
    return Path(path or ".") if path is not None else None
