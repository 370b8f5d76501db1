"""Notebooks that make reports: find them, read their parameters, and check the given values."""

from __future__ import annotations

import ast
import io
import json
import keyword
import tokenize
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from callstats.errors import InputError, UsageError, near_names, unknown_name

_TAG = "parameters"
_TRUE, _FALSE = frozenset({"true", "yes", "1", "on"}), frozenset({"false", "no", "0", "off"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """One line of a notebook's parameters cell: ``name: type = default  # comment``."""

    name: str
    type: str
    default: Any
    comment: str = ""

    def __str__(self) -> str:
        told = f"{self.name}: {self.type} = {self.default!r}"
        return f"{told}  # {self.comment}" if self.comment else told


def folder() -> Path:
    """Return the folder of the shipped notebooks: in the wheel, or in the source checkout."""
    package = Path(__file__).parents[1]
    installed = package / "notebooks"
    return installed if installed.is_dir() else package.parent / "notebooks"


def names() -> dict[str, Path]:
    """Return the names of the shipped report templates."""
    return {path.stem: path for path in sorted(folder().glob("*.ipynb"))}


def find(notebook: str | Path) -> Path:
    """Return the path of a shipped report, or of your own notebook.

    Parameters
    ----------
    notebook : str or Path
        A name such as ``campaign_report``, or a path that ends in ``.ipynb``.

    Raises
    ------
    UsageError
        No shipped report has that name; the message gives near names.
    InputError
        There is no file at that path.
    """
    shipped = names()
    text = str(notebook)
    if text in shipped:
        return shipped[text]
    path = Path(text)
    if path.suffix != ".ipynb":
        raise unknown_name("report", text, shipped)
    if not path.is_file():
        raise InputError("no such notebook", file=path, near=near_names(path.stem, shipped))
    return path


def load(path: str | Path) -> Any:
    """Return a notebook as nbformat reads it, with a stable id for every cell.

    Raises
    ------
    InputError
        The file is not a notebook.
    """
    return _parsed(Path(path), _content(path))


def _content(path: str | Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"not a notebook: {error}", file=path) from error


def _parsed(path: Path, told: bytes) -> Any:
    import nbformat

    try:
        content = json.loads(told.decode("utf-8"))
        minor = content.get("nbformat_minor", 0)
        content["nbformat_minor"] = max(minor, 5)
        for number, cell in enumerate(content["cells"]):
            cell.setdefault("id", f"cell-{number}")
        return nbformat.reads(json.dumps(content), as_version=4)
    except (ValueError, KeyError, TypeError, AttributeError, nbformat.ValidationError) as error:
        raise InputError(f"not a notebook: {str(error).splitlines()[0]}", file=path) from error


@dataclass(frozen=True, slots=True)
class Outline:
    """What a notebook is, without its outputs.

    Attributes
    ----------
    title : str
        As its metadata say; "" if they do not.
    sources : tuple of (str, str, tuple of str)
        Kind, source and sorted tags of each cell.
    """

    title: str
    sources: tuple[tuple[str, str, tuple[str, ...]], ...]


def outline(path: str | Path) -> Outline:
    """Return title and cells of a notebook, which is taken apart again only if its content has changed.

    Raises
    ------
    InputError
        The file is not a notebook.
    """
    return _outline(Path(path), _content(path))


@lru_cache(maxsize=32)
def _outline(path: Path, content: bytes) -> Outline:
    notebook = _parsed(path, content)
    cells = ((c.cell_type, c.source, tuple(sorted(c.metadata.get("tags", ())))) for c in notebook.cells)
    return Outline(str(notebook.metadata.get("title", "")), tuple(cells))


def parameters(path: str | Path) -> tuple[Parameter, ...]:
    """Return a notebook's parameters, from its cell tagged ``parameters``.

    Raises
    ------
    InputError
        The file is not a notebook, or its parameters cell is not Python.
    """
    source = next((source for _, source, tags in outline(path).sources if _TAG in tags), None)
    if source is None:
        return ()
    try:
        return read_parameters(source)
    except SyntaxError as error:
        raise InputError(f"the parameters cell is not Python: {error.msg}", file=path) from error


@lru_cache(maxsize=64)
def read_parameters(source: str) -> tuple[Parameter, ...]:
    """Return the parameters that a cell assigns, in order.

    Examples
    --------
    >>> read_parameters("period: str = '2026-09'  # the month")[0]
    Parameter(name='period', type='str', default='2026-09', comment='the month')
    """
    comments = _comments(source)
    return tuple(
        Parameter(target.id, _type_of(statement), _default(statement.value), comments.get(end, ""))
        for statement in ast.parse(source).body
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None
        for target in (statement.targets if isinstance(statement, ast.Assign) else [statement.target])
        if isinstance(target, ast.Name)
        for end in [statement.end_lineno or 0]
    )


def check(taken: Iterable[Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given values with the types that the notebook declares.

    Parameters
    ----------
    taken : iterable of Parameter
    given : mapping of str to value
        Typed if from Python; text if from the command line.

    Raises
    ------
    UsageError
        A name is not an identifier or not one of the notebook's, or a value has the wrong type.

    Examples
    --------
    >>> check(read_parameters("campaign_id: str | None = None"), {"campaign_id": "0012"})
    {'campaign_id': '0012'}
    """
    known = {parameter.name: parameter for parameter in taken}
    checked = {}
    for name, value in given.items():
        if not name.isidentifier() or keyword.iskeyword(name):
            raise UsageError(f"{name!r} cannot be the name of a parameter", hint=_listing(known))
        if name not in known:
            raise UsageError(
                f"the notebook takes no parameter {name!r}",
                near=near_names(name, known),
                hint=_listing(known),
            )
        checked[name] = _typed(known[name], value)
    return checked


def _listing(known: Mapping[str, Parameter]) -> str:
    lines = [f"  {parameter}" for parameter in known.values()]
    return "\n".join(["It takes:", *lines]) if lines else "It takes none."


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("# ").strip() for t in tokens if t.type == tokenize.COMMENT}


def _type_of(statement: ast.Assign | ast.AnnAssign) -> str:
    if isinstance(statement, ast.AnnAssign):
        written = ast.unparse(statement.annotation)
        return written.strip("'\"")
    return type(_default(statement.value)).__name__


def _default(value: ast.expr | None) -> Any:
    if value is None:
        return None
    try:
        return ast.literal_eval(value)
    except ValueError:  # an expression: shown as written
        return ast.unparse(value)


@cache
def _kinds(annotation: str) -> tuple[str, ...]:
    """Return the alternatives of an annotation: ``str | None`` -> str, None."""
    if annotation.startswith("Optional[") and annotation.endswith("]"):
        return (*_kinds(annotation[9:-1]), "None")
    return tuple(part.strip().replace("NoneType", "None") for part in annotation.split("|"))


def _typed(parameter: Parameter, value: Any) -> Any:
    kinds = _kinds(parameter.type)
    if value is None or (value == "" and "None" in kinds):
        if "None" in kinds or parameter.type == "None":
            return None
        raise _mistyped(parameter, value)
    for kind in sorted(kinds, key=lambda kind: kind == "str"):  # text last: it takes anything
        try:
            return _converted(kind, value)
        except (ValueError, TypeError):
            continue
    raise _mistyped(parameter, value)


def _mistyped(parameter: Parameter, value: Any) -> UsageError:
    return UsageError(
        f"parameter {parameter.name!r} takes {parameter.type}, not {value!r}",
        hint=f"It is: {parameter}",
    )


def _converted(kind: str, value: Any) -> Any:
    if kind.startswith("list"):
        inner = kind[5:-1] if kind.startswith("list[") else "str"
        items = value.split(",") if isinstance(value, str) else value
        if not isinstance(items, list | tuple):
            raise TypeError(kind)
        return [_converted(inner, item.strip() if isinstance(value, str) else item) for item in items]
    converter = _CONVERTERS.get(kind)
    if converter is None:
        raise TypeError(kind)
    return converter(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError(value)
    return int(value)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(value)
    number = float(value)
    if number - number != 0:  # neither infinite nor undefined
        raise ValueError(value)
    return number


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = _text(value).lower()
    if word not in _TRUE | _FALSE:
        raise ValueError(value)
    return word in _TRUE


_CONVERTERS = {"str": _text, "int": _whole, "float": _number, "bool": _flag}
