"""What a report's notebook cell returns: frozen plain data, readable in three forms.

Every object renders as text (``text/plain``), escaped HTML with fixed ids
(``text/html``) and plain data (``application/vnd.callstats+json``), from which
the PDF is typeset. All strings are already formatted and translated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Literal

from callstats.errors import UsageError
from callstats.show.cells import Cell, Column
from callstats.show.plain import lean, plain_data
from callstats.show.written import origin_of

MIME = "application/vnd.callstats+json"

Tone = Literal["good", "bad", "neutral", "unknown"]
#: Of a target; "open" where the interval leaves it open.
Outcome = Literal["met", "missed", "open", ""]


class View:
    """The base of display objects: a payload, shown in three forms."""

    __slots__ = ()
    kind: ClassVar[str]

    def payload(self) -> dict[str, Any]:
        """Return the plain data of the object, ``kind`` first."""
        return {"kind": self.kind, **plain_data(asdict(self))}  # type: ignore[call-overload]

    def to_html(self) -> str:
        """Return the object as escaped HTML, without its stylesheet."""
        from callstats.show.markup import render

        return render(self.payload())

    def as_text(self) -> str:
        """Return the object as text, for a terminal."""
        return str(self)

    def as_html(self) -> str:
        """Return the object as self-contained HTML, as a notebook shows it."""
        return str(dict(self._repr_mimebundle_()).get("text/html", ""))

    def __str__(self) -> str:
        from callstats.show.plain import render

        return render(self.payload())

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:  # noqa: ARG002
        from callstats.show.markup import style_element

        html = self.to_html()
        bundle = {"text/plain": str(self), MIME: self.payload()}
        return {**bundle, "text/html": style_element() + html} if html else bundle


@dataclass(frozen=True)
class TableView(View):
    """A table: caption, column heads, rows, notes beneath.

    Parameters
    ----------
    caption : str
    columns : sequence of Column or str
        A string is the label of a left-aligned column.
    rows : sequence of sequences of Cell or str
        Each as long as ``columns``. The first cell of a row is its header.
    notes : sequence of str
    all_rows : sequence of sequences of Cell or str
        Where ``rows`` are only those that say something: every row. Text and workbooks have them.

    Raises
    ------
    UsageError
        A row does not have as many cells as there are columns, or a bar is outside 0 to 1.

    Examples
    --------
    >>> table = TableView("Lists", ["list", Column("answer rate", "right")], [["A", Cell("12.3%", bar=0.6)]])
    >>> print(table)
    Lists
    list  answer rate
    A           12.3%
    """

    kind: ClassVar[str] = "table"
    caption: str
    columns: Sequence[Column | str]
    rows: Sequence[Sequence[Cell | str]]
    notes: Sequence[str] = ()
    all_rows: Sequence[Sequence[Cell | str]] = ()

    def __post_init__(self) -> None:
        columns = tuple(c if isinstance(c, Column) else Column(str(c)) for c in self.columns)
        rows, all_rows = _cells(self.rows), _cells(self.all_rows)
        for number, row in enumerate((*rows, *all_rows), 1):
            if len(row) != len(columns):
                raise UsageError(f"row {number} of the table has {len(row)} cells for {len(columns)} columns")
            if any(cell.bar is not None and not 0 <= cell.bar <= 1 for cell in row):
                raise UsageError(f"row {number} of the table has a bar outside 0 to 1")
        told = {"columns": columns, "rows": rows, "notes": tuple(self.notes), "all_rows": all_rows}
        for name, value in told.items():
            object.__setattr__(self, name, value)

    def payload(self) -> dict[str, Any]:
        """Return the plain data of the table; a cell includes the lines beneath it only if there are any."""
        told = super().payload()
        rows = {
            name: [[lean(cell, ("under", "href", "typed")) for cell in row] for row in told[name]]
            for name in ("rows", "all_rows")
        }
        return lean({**told, **rows}, ("all_rows",))


def _cells(rows: Sequence[Sequence[Cell | str]]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        tuple(c if isinstance(c, Cell) else Cell(c if isinstance(c, str) else str(c)) for c in row)
        for row in rows
    )


@dataclass(frozen=True)
class FigureView(View):
    """A plot as SVG, with its caption and alternative text.

    Parameters
    ----------
    svg : str
        From ``<svg`` to ``</svg>``.
    caption : str
        What is drawn, shown by the report in grey after the finding.
    alt : str
        What the plot shows, in a sentence.
    finding : str
        What is to be seen in it, in a sentence of at most twelve words; "" where nothing can be claimed.

    Raises
    ------
    UsageError
        The alternative text is empty.

    Examples
    --------
    >>> FigureView("<svg></svg>", "Answer rate", "A leads. Two bars.", "A leads.").payload()["finding"]
    'A leads.'
    """

    kind: ClassVar[str] = "figure"
    svg: str = field(repr=False)
    caption: str
    alt: str
    finding: str = ""

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise UsageError("a figure needs an alternative text", hint="Say in a sentence what it shows.")

    def as_text(self) -> str:
        """Return the alternative text."""
        return self.alt

    def as_html(self) -> str:
        """Return picture and caption; the picture is our own markup."""
        from callstats.show.markup import caption

        return f"<figure>{self.svg}<figcaption>{caption(self.caption, self.finding)}</figcaption></figure>"

    def payload(self) -> dict[str, Any]:
        """Return finding, caption and alternative text; the picture is a separate output."""
        told = {"kind": self.kind, "finding": self.finding, "caption": self.caption, "alt": self.alt}
        return lean(told, ("finding",))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Any:  # noqa: ARG002
        bundle = {"image/svg+xml": self.svg, "text/plain": self.alt, MIME: self.payload()}
        about = {"alt": self.alt, "finding": self.finding, "caption": self.caption}
        return bundle, {"image/svg+xml": lean(about, ("finding",))}

    def _ipython_display_(self) -> None:
        """Show the picture, and its caption beneath it: a notebook shows one form of an output alone."""
        from IPython.display import publish_display_data

        publish_display_data(*self._repr_mimebundle_())
        if self.caption:
            publish_display_data(CaptionView(self.caption, self.finding)._repr_mimebundle_())


@dataclass(frozen=True)
class CaptionView(View):
    """The caption of the figure above it, for a notebook; a report sets the figure's own."""

    kind: ClassVar[str] = "caption"
    text: str
    finding: str = ""

    def payload(self) -> dict[str, Any]:
        """Return the plain data of the caption; the finding only if there is one."""
        return lean(super().payload(), ("finding",))


def figure(drawn: Any, caption: str, alt: str, finding: str = "") -> FigureView:
    """Turn a matplotlib drawing into a display object, and close it.

    Parameters
    ----------
    drawn : matplotlib Axes or Figure
        The whole figure is used, whichever of its axes is given.
    caption, alt, finding : str
        As in :class:`FigureView`; the finding becomes the beginning of the alternative text.

    Returns
    -------
    FigureView
        The same bytes for the same plot.
    """
    from callstats.show.pictures import to_svg

    owner = getattr(drawn, "figure", None)  # axes have a figure; a figure is its own
    spoken = f"{finding} {alt}".lstrip()
    return FigureView(to_svg(drawn if owner is None else owner, spoken), caption, spoken, finding)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a verdict, and whether it is good news, bad news or neither."""

    text: str
    tone: Tone = "neutral"


@dataclass(frozen=True)
class Verdict(View):
    """What the evidence supports: a headline if there is one, and a few sentences at most.

    Examples
    --------
    >>> print(Verdict([Sentence("Profit is above target.", "good"), "The list is tiring."]))
    + Profit is above target.
    · The list is tiring.
    """

    kind: ClassVar[str] = "verdict"
    sentences: Sequence[Sentence | str]
    headline: str = ""

    def __post_init__(self) -> None:
        sentences = tuple(s if isinstance(s, Sentence) else Sentence(str(s)) for s in self.sentences)
        object.__setattr__(self, "sentences", sentences)

    def payload(self) -> dict[str, Any]:
        """Return the sentences, and the headline if there is one."""
        return lean(super().payload(), ("headline",))


@dataclass(frozen=True, slots=True)
class Bullet:
    """A value with its interval on a scale, and the target mark; all in the KPI's unit."""

    value: float
    low: float | None
    high: float | None
    target_low: float | None
    target_high: float | None
    min: float
    max: float


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One formatted key figure; :func:`callstats.show.key_figures.key_figure` makes it from numbers.

    ``outcome`` says whether the target is met, ``recent`` holds earlier values in order, the
    latest last.
    """

    name: str
    label: str
    value: str
    interval: str = ""
    n: str = ""
    target: str = ""
    bullet: Bullet | None = None
    change: str = ""
    change_interval: str = ""
    arrow: Literal["up", "down", "none"] = "none"
    good: bool | None = None
    note: str = ""
    outcome: Outcome = ""
    outcome_text: str = ""
    recent: Sequence[float | None] = ()


@dataclass(frozen=True)
class KeyFigures(View):
    """The few figures a page opens with, as cards."""

    kind: ClassVar[str] = "key_figures"
    figures: Sequence[KeyFigure]
    caption: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "figures", tuple(self.figures))

    def payload(self) -> dict[str, Any]:
        """Return the cards, each with the numbers that its texts were written from.

        A card has an outcome and earlier values only if there are any.
        """
        told = super().payload()
        rare = ("outcome", "outcome_text", "recent")
        pairs = zip(told["figures"], self.figures, strict=True)
        return {**told, "figures": [{**lean(plain, rare), **_typed(figure)} for plain, figure in pairs]}


def _typed(figure: KeyFigure) -> dict[str, Any]:
    origins = {name: origin_of(getattr(figure, name)) for name in figure.__dataclass_fields__}
    typed = {name: plain_data(asdict(origin)) for name, origin in origins.items() if origin is not None}
    return {"typed": typed} if typed else {}


@dataclass(frozen=True)
class TitleView(View):
    """The head of a report: title, subtitle and the facts it is based on, as (label, value) pairs."""

    kind: ClassVar[str] = "title"
    title: str
    subtitle: str = ""
    facts: Sequence[tuple[str, str]] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "facts", tuple((str(a), str(b)) for a, b in self.facts))

    def payload(self) -> dict[str, Any]:
        """Return title, subtitle and facts as lists."""
        facts = [list(fact) for fact in self.facts]
        return {"kind": self.kind, "title": self.title, "subtitle": self.subtitle, "facts": facts}


@dataclass(frozen=True)
class Note(View):
    """One line in place of something that could not be shown, with the reason.

    Parameters
    ----------
    text : str
    beside : str
        Of a note on the page of the methods: the words of the link that stands in its place
        where that page lies beside the report.
    """

    kind: ClassVar[str] = "note"
    text: str
    beside: str = ""

    def payload(self) -> dict[str, Any]:
        """Return the plain data of the note; the words of a link only if there are any."""
        return lean(super().payload(), ("beside",))


@dataclass(frozen=True)
class Record(View):
    """Results for the report's JSON: they travel with the notebook and are shown nowhere."""

    kind: ClassVar[str] = "record"
    results: Mapping[str, Any]

    def as_text(self) -> str:
        """Return nothing: an answer is printed without its record."""
        return ""

    def _ipython_display_(self) -> None:
        """Give the notebook the plain data alone, for which it has no display."""
        from IPython.display import publish_display_data

        publish_display_data({MIME: self.payload()})

    def payload(self) -> dict[str, Any]:
        """Return the results as JSON-compatible data; nan becomes null."""
        return {"kind": self.kind, "results": plain_data(self.results)}
