"""Lines of a project file: what is decided stands, what could be is one sign away.

A line of explanation begins with ``## ``, a setting that is only offered with ``# ``: take
that away and it holds. Each stands on one line and below a table that is there already, so
that one line can be taken up without another. Names from data are quoted, and cannot end a line.
"""

from __future__ import annotations

import dataclasses
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from callstats.config import Config
from callstats.sources.drafting.toml_lines import shown, text

Path = tuple[str, ...]
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WIDTH = 116
#: As much of a remark as fits a line that is still read.
_MOST = 160


@dataclass(frozen=True, slots=True)
class OfferedKey:
    """A setting with the value it could have.

    Attributes
    ----------
    key : tuple of str
        Its dotted key below the table of its block.
    value : Any
    remark : str
        What stands behind it.
    """

    key: Path
    value: Any
    remark: str = ""


@dataclass(frozen=True, slots=True)
class DraftBlock:
    """A table of the file.

    Attributes
    ----------
    table : tuple of str
        Empty for the keys that stand before every table.
    lines : tuple of OfferedKey or str
        In order; a text is an explanation.
    """

    table: Path
    lines: tuple[OfferedKey | str, ...] = field(default=())


def written(blocks: Sequence[DraftBlock], decided: Mapping[Path, Any]) -> Iterator[str]:
    r"""Yield the lines of a file: what is decided as it is, and the rest to be taken up.

    Parameters
    ----------
    blocks : sequence of DraftBlock
    decided : mapping of path to value
        What the project says; a key that no block offers stands at the end of its table.

    Examples
    --------
    >>> block = DraftBlock(("money",), (OfferedKey(("cost_per_dial",), 0.02, "of a dial"), "Prices."))
    >>> print("\n".join(written([block], {("money", "cost_per_hour"): 50.0})))
    <BLANKLINE>
    [money]
    # cost_per_dial = 0.02  # of a dial
    ## Prices.
    cost_per_hour = 50.0
    """
    left = dict(decided)
    tables = [block.table for block in blocks]
    for block in blocks:
        if block.table:
            yield ""
            yield f"[{dotted(block.table)}]"
        for line in block.lines:
            if isinstance(line, str):
                yield from explained(line)
                continue
            path = (*block.table, *line.key)
            sign = "" if path in left else "# "
            yield sign + setting(line.key, left.pop(path, line.value), line.remark)
        for path in [path for path in left if _table_of(path, tables) == block.table]:
            yield setting(path[len(block.table) :], left.pop(path))


def _table_of(path: Path, tables: Iterable[Path]) -> Path:
    """Return the narrowest of the tables that a path lies in."""
    return max((table for table in tables if path[: len(table)] == table), key=len)


def explained(said: str) -> list[str]:
    r"""Return a text as lines of explanation, whatever it holds.

    Examples
    --------
    >>> explained("a\n[targets]")
    ['## a [targets]']
    """
    lines = textwrap.wrap(shown(said, 2000), _WIDTH - 3, break_on_hyphens=False)
    return [f"## {line}" for line in lines]


def setting(key: Path, item: Any, remark: str = "") -> str:
    """Return a key with its value and a remark.

    Examples
    --------
    >>> setting(("spring.2", "targets", "roi"), {"low": 0.2}, "today: 18 %")
    '"spring.2".targets.roi = { low = 0.2 }  # today: 18 %'
    """
    behind = f"  # {shown(remark, _MOST)}" if remark else ""
    return f"{dotted(key)} = {toml_value(item)}{behind}"


def dotted(path: Path) -> str:
    """Return a path as a dotted key."""
    return ".".join(part if _BARE.fullmatch(part) else quoted(part) for part in path)


def quoted(value: str) -> str:
    r"""Return a text as a TOML string in which every sign is seen.

    Signs that turn the direction of writing, end a line or show nothing are written out.

    Examples
    --------
    >>> print(quoted('a "b"\u202e = 1'))
    "a \"b\"\u202E = 1"
    """
    return "".join(sign if sign.isprintable() else _written_out(sign) for sign in text(value))


def _written_out(sign: str) -> str:
    number = ord(sign)
    return f"\\u{number:04X}" if number <= 0xFFFF else f"\\U{number:08X}"


def toml_value(item: Any) -> str:
    """Return a value as TOML.

    Examples
    --------
    >>> toml_value({"low": 0.2, "source": "budget"}), toml_value((("09:00", "20:00"),)), toml_value(True)
    ('{ low = 0.2, source = "budget" }', '[["09:00", "20:00"]]', 'true')
    """
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, str):
        return quoted(item)
    if isinstance(item, Mapping):
        inside = ", ".join(f"{dotted((name,))} = {toml_value(inner)}" for name, inner in item.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(item, Iterable):
        return f"[{', '.join(toml_value(inner) for inner in item)}]"
    return repr(item)


def decisions(config: Config) -> dict[Path, Any]:
    """Return what a project says otherwise than by default, each where it stands in the file.

    Examples
    --------
    >>> from callstats.config import parse
    >>> decisions(parse({"targets": {"roi": {"low": 0.2}}, "money": {"lists": {"A": {"total": 900}}}}))
    {('targets', 'roi'): {'low': 0.2}, ('money', 'lists', 'A'): {'total': 900.0}}
    """
    said = _own(config)
    targets = {name: _own(target) for name, target in config.targets.items()}
    usual = Config().targets
    if config.targets != usual:  # one of law that was taken away has no limits
        said["targets"] = {
            **{name: {} for name in usual if name not in targets},
            **{name: target for name, target in targets.items() if config.targets[name] != usual.get(name)},
        }
    return dict(_leaves((), said))


def _own(value: Any) -> Any:
    """Return the fields of a dataclass that differ from their defaults, at every depth."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: (getattr(value, f.name), _default(f)) for f in dataclasses.fields(value)}
        return {name: _own(item) for name, (item, usual) in fields.items() if item != usual}
    if isinstance(value, Mapping):
        return {name: _own(item) for name, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_own(item) for item in value)
    return value


def _default(of: dataclasses.Field[Any]) -> Any:
    if of.default_factory is not dataclasses.MISSING:
        return of.default_factory()
    return of.default


def _leaves(path: Path, content: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    for key, value in content.items():
        here = (*path, key)
        if isinstance(value, Mapping) and not _stands_alone(here):
            yield from _leaves(here, value)
        else:
            yield here, value


def _stands_alone(path: Path) -> bool:
    """Tell whether what lies at a path is one entry: a target, a test, a list's price, a code."""
    match path:
        case ("targets" | "ab_tests", _) | ("money", "lists", _) | ("sources", _, "statuses", _):
            return True
        case ("campaign" | "list" | "agent", _, "targets", _):
            return True
        case ("campaign" | "list" | "agent", _, "money", "lists", _):
            return True
    return False
