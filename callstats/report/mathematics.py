r"""A notebook's LaTeX mathematics as a tree that both the page and the PDF can draw.

Only the subset that statistical formulas need: fractions, roots, scripts, accents,
Greek, operators, ``\left … \right``, ``cases`` and matrices. A formula outside the
subset is a `ValueError`; the caller then shows its source.

A node is a dictionary with its kind under ``kind``:

========  =============================================================
row       ``items``
symbol    ``text`` and ``role``: variable, number, operator, function, text
fraction  ``top``, ``bottom``
root      ``body``, ``index`` (a node or None)
scripts   ``base``, ``low``, ``high`` (nodes or None), ``limits``
accent    ``base``, ``mark``
fenced    ``open``, ``close``, ``body``
table     ``rows`` of cells, ``open``
========  =============================================================
"""

from __future__ import annotations

import re
from typing import Any

Node = dict[str, Any]

_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[0-9]+(?:[.,][0-9]+)*|\s+|.", re.DOTALL)

_LETTERS = """
alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ iota ι kappa κ lambda λ mu μ
nu ν xi ξ pi π rho ρ sigma σ tau τ upsilon υ phi ϕ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ
Lambda Λ Xi Ξ Pi Π Sigma Σ Phi Φ Psi Ψ Omega Ω ell ℓ infty ∞ partial ∂
"""
_SIGNS = """
cdot ⋅ times × div ÷ pm ± mp ∓ le ≤ leq ≤ ge ≥ geq ≥ ne ≠ neq ≠ approx ≈ sim ∼ equiv ≡ propto ∝ in ∈ notin
∉ subset ⊂ cup ∪ cap ∩ to → rightarrow → Rightarrow ⇒ leftarrow ← mapsto ↦ mid ∣ ldots … dots … cdots ⋯
forall ∀ exists ∃ neg ¬ land ∧ lor ∨ ll ≪ gg ≫ circ ∘ perp ⊥ parallel ∥ emptyset ∅ varnothing ∅ setminus ∖
wedge ∧ vee ∨ oplus ⊕ otimes ⊗ ast ∗ star ⋆ bullet ∙ top ⊤ bot ⊥ nabla ∇ angle ∠ prime ′ colon : cong ≅
simeq ≃ asymp ≍ prec ≺ succ ≻ subseteq ⊆ supset ⊃ supseteq ⊇ ni ∋ implies ⟹ iff ⟺ longrightarrow ⟶
Leftarrow ⇐ Leftrightarrow ⇔ leftrightarrow ↔ uparrow ↑ downarrow ↓ vdots ⋮ ddots ⋱ dotsc … dotsb ⋯ lvert
| rvert | lVert ‖ rVert ‖ lbrack [ rbrack ] gt > lt < hbar ℏ Re ℜ Im ℑ aleph ℵ lbrace { rbrace } langle ⟨
rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ vert | Vert ‖
"""


def _pairs(table: str) -> dict[str, str]:
    words = table.split()
    return dict(zip(words[::2], words[1::2], strict=True))


_GREEK, _OPERATORS = _pairs(_LETTERS), _pairs(_SIGNS)
_LARGE = {
    "sum": "∑",
    "prod": "∏",
    "int": "∫",
    "iint": "∬",
    "iiint": "∭",
    "oint": "∮",
    "bigcup": "⋃",
    "bigcap": "⋂",
}
_FUNCTIONS = frozenset(
    [
        "log",
        "ln",
        "exp",
        "min",
        "max",
        "arg",
        "lim",
        "sup",
        "inf",
        "sin",
        "cos",
        "Pr",
        "tan",
        "cot",
        "sec",
        "csc",
        "sinh",
        "cosh",
        "tanh",
        "arcsin",
        "arccos",
        "arctan",
        "asin",
        "acos",
        "atan",
        "det",
        "dim",
        "ker",
        "gcd",
        "deg",
        "hom",
        "erf",
        "sign",
        "limsup",
        "liminf",
        "argmax",
        "argmin",
    ]
)
_LIMITS = frozenset({"lim", "min", "max", "sup", "inf"})
_ACCENTS = {"hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304"}
_ACCENTS |= {"tilde": "\u0303", "widetilde": "\u0303", "dot": "\u0307", "vec": "\u20d7"}
_TEXTS = frozenset({"text", "mathrm", "textrm", "operatorname", "mathit", "mathbf", "textbf", "textit"})
_SPACES = {
    ",": "\u2009",
    ";": "\u2005",
    ":": "\u2005",
    " ": " ",
    "!": "",
    "quad": "\u2003",
    "qquad": "\u2003",
}
_OPENINGS = {"cases": ("{", ""), "pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "matrix": ("", "")}
_OPENINGS |= {"aligned": ("", ""), "align": ("", ""), "align*": ("", "")}
_OPENINGS |= {"vmatrix": ("|", "|"), "Bmatrix": ("{", "}"), "smallmatrix": ("", ""), "array": ("", "")}
_OPENINGS |= dict.fromkeys(("equation", "equation*", "gather", "gather*", "gathered", "split"), ("", ""))
#: Letters of other cuts, by where Unicode begins them; what it has elsewhere.
_CUTS = {"mathbb": (0x1D538, 0x1D552, 0x1D7D8), "mathcal": (0x1D49C, 0x1D4B6, None)}
_CUTS |= {"mathfrak": (0x1D504, 0x1D51E, None), "mathscr": (0x1D49C, 0x1D4B6, None)}
_CUT_ELSEWHERE = {
    "mathbb": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
    "mathfrak": dict(zip("CHIRZ", "ℭℌℑℜℨ", strict=True)),
    "mathcal": dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)),
}
_CUT_ELSEWHERE["mathscr"] = _CUT_ELSEWHERE["mathcal"]
#: Sizes and styles, which the page and the PDF choose themselves.
_STYLES = frozenset(
    [
        "displaystyle",
        "textstyle",
        "scriptstyle",
        "limits",
        "nolimits",
        "big",
        "Big",
        "bigg",
        "Bigg",
        "bigl",
        "bigr",
        "Bigl",
        "Bigr",
        "nonumber",
        "notag",
        "boldsymbol",
        "mathstrut",
    ]
)
_BRACES = {"underbrace": "⏟", "overbrace": "⏞"}
_DEPTH = 40


def parse(source: str) -> Node:
    r"""Parse a formula.

    Raises
    ------
    ValueError
        The formula is outside the subset, or unbalanced.

    Examples
    --------
    >>> parse(r"\frac{x}{2}")["kind"]
    'fraction'
    >>> parse("x_i")["low"]["text"]
    'i'
    """
    reader = _FormulaReader(_TOKEN.findall(source))
    node = reader.row(until=())
    if reader.peek() is not None:
        raise ValueError(f"unexpected {reader.peek()!r}")
    return node


def symbol(text: str, role: str = "variable") -> Node:
    """Return a leaf."""
    return {"kind": "symbol", "text": text, "role": role}


def _row(items: list[Node]) -> Node:
    return items[0] if len(items) == 1 else {"kind": "row", "items": items}


class _FormulaReader:
    """Recursive descent over the tokens of one formula."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    def peek(self) -> str | None:
        while self.at < len(self.tokens) and self.tokens[self.at].isspace():
            self.at += 1
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self, wanted: str | None = None) -> str:
        lexeme = self.peek()
        if lexeme is None or (wanted is not None and lexeme != wanted):
            raise ValueError(f"expected {wanted or 'more'}, found {lexeme!r}")
        self.at += 1
        return lexeme

    def row(self, until: tuple[str, ...]) -> Node:
        self.depth += 1
        if self.depth > _DEPTH:
            raise ValueError("nested too deeply")
        items = []
        while (lexeme := self.peek()) is not None and lexeme not in until and lexeme != "}":
            items.append(self.scripted())
        self.depth -= 1
        return _row(items)

    def scripted(self) -> Node:
        limits = self.peek() in {f"\\{name}" for name in (*_LARGE, *_LIMITS)}
        base = self.atom()
        low = high = None
        while (lexeme := self.peek()) in {"_", "^", "'"}:
            self.take()
            if lexeme == "_":
                low = self.argument()
            else:
                high = symbol("′", "operator") if lexeme == "'" else self.argument()
        if low is None and high is None:
            return base
        return {"kind": "scripts", "base": base, "low": low, "high": high, "limits": limits}

    def argument(self) -> Node:
        if self.peek() == "{":
            self.take()
            node = self.row(until=("}",))
            self.take("}")
            return node
        return self.atom()

    def atom(self) -> Node:
        lexeme = self.take()
        if lexeme == "{":
            self.at -= 1
            return self.argument()
        if lexeme[0] == "\\" and lexeme[1:] in _STYLES:
            return self.atom() if self.peek() not in _ENDS else _row([])
        if lexeme.startswith("\\"):
            return self.command(lexeme[1:])
        if lexeme in "}_^&#$":
            raise ValueError(f"unexpected {lexeme!r}")
        if lexeme[0].isdigit():
            return symbol(lexeme, "number")
        return symbol(lexeme, "variable") if lexeme.isalpha() else symbol(_plain(lexeme), "operator")

    def command(self, name: str) -> Node:
        for table, role in ((_GREEK, "variable"), (_OPERATORS, "operator"), (_LARGE, "operator")):
            if name in table:
                return symbol(table[name], role)
        if name in _FUNCTIONS:
            return symbol(name, "function")
        if name in _SPACES:
            return symbol(_SPACES[name], "text")
        if name in "{}%$&#_|":
            return symbol("‖" if name == "|" else name, "operator")
        return self.structure(name)

    def structure(self, name: str) -> Node:
        if name in {"frac", "dfrac", "tfrac"}:
            return {"kind": "fraction", "top": self.argument(), "bottom": self.argument()}
        if name in _ACCENTS:
            return {"kind": "accent", "base": self.argument(), "mark": _ACCENTS[name]}
        if name in _TEXTS:
            return symbol(self.words(), "function" if name == "operatorname" else "text")
        if name in _CUTS:
            return symbol(_cut(self.words(), name), "variable")
        if name in _BRACES:
            return self.braced(_BRACES[name], below=name == "underbrace")
        readers = {"sqrt": self.root, "left": self.fenced, "begin": self.table, "binom": self.binomial}
        readers |= {"dbinom": self.binomial, "tbinom": self.binomial}
        if name not in readers:
            raise ValueError(f"unknown command \\{name}")
        return readers[name]()

    def words(self) -> str:
        self.take("{")
        start = self.at
        while self.at < len(self.tokens) and self.tokens[self.at] != "}":
            self.at += 1
        text = "".join(self.tokens[start : self.at])
        self.take("}")
        return text.replace("\\_", "_").replace("\\%", "%").replace("\\ ", " ")

    def binomial(self) -> Node:
        rows = [[self.argument()], [self.argument()]]
        return {"kind": "table", "rows": rows, "open": "(", "close": ")"}

    def braced(self, brace: str, *, below: bool) -> Node:
        base, sign = self.argument(), symbol(brace, "operator")
        low, high = (sign, None) if below else (None, sign)
        return {"kind": "scripts", "base": base, "low": low, "high": high, "limits": True}

    def root(self) -> Node:
        index = None
        if self.peek() == "[":
            self.take()
            index = self.row(until=("]",))
            self.take("]")
        return {"kind": "root", "index": index, "body": self.argument()}

    def fenced(self) -> Node:
        opening = self.fence()
        body = self.row(until=("\\right",))
        self.take("\\right")
        return {"kind": "fenced", "open": opening, "close": self.fence(), "body": body}

    def fence(self) -> str:
        lexeme = self.take().removeprefix("\\")
        return {".": "", "|": "|"}.get(lexeme, _OPERATORS.get(lexeme, lexeme))

    def table(self) -> Node:
        name = self.words()
        if name not in _OPENINGS:
            raise ValueError(f"unknown environment {name}")
        if name == "array":
            self.words()
        rows: list[list[Node]] = [[]]
        while True:
            rows[-1].append(self.row(until=("&", "\\\\", "\\end")))
            lexeme = self.take()
            if lexeme == "\\end":
                break
            if lexeme == "\\\\":
                rows.append([])
        if self.words() != name:
            raise ValueError(f"{name} is not closed")
        opening, closing = _OPENINGS[name]
        return {"kind": "table", "rows": rows, "open": opening, "close": closing}


#: What ends a row, so that nothing follows a style.
_ENDS = frozenset({None, "}", "&", "\\\\", "\\end", "\\right"})


def _cut(text: str, cut: str) -> str:
    """Return letters in another cut.

    Examples
    --------
    >>> _cut("R", "mathbb"), _cut("A", "mathcal") == "\N{MATHEMATICAL SCRIPT CAPITAL A}"
    ('ℝ', True)
    """
    upper, lower, digit = _CUTS[cut]
    elsewhere = _CUT_ELSEWHERE[cut]

    def letter(character: str) -> str:
        if character in elsewhere:
            return elsewhere[character]
        for first, start in (("A", upper), ("a", lower), ("0", digit)):
            if start is not None and 0 <= ord(character) - ord(first) < (10 if first == "0" else 26):
                return chr(start + ord(character) - ord(first))
        return character

    return "".join(map(letter, text))


def _plain(lexeme: str) -> str:
    return {"-": "−", "*": "∗"}.get(lexeme, lexeme)
