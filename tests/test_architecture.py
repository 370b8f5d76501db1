"""The package keeps its shape: what may import what, how large a module may grow, what is named once."""

from __future__ import annotations

import ast
import importlib
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from callstats.answers.core.answer import _TELLINGS, Answer, Section

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "callstats").rglob("*.py"))
PROSE = ROOT / "callstats" / "kpis" / "words"  # one long table each: data without logic


def test_data_flows_one_way_through_the_package() -> None:
    from importlinter.cli import lint_imports

    known = [each for each in logging.Logger.manager.loggerDict.values() if isinstance(each, logging.Logger)]
    disabled = [each.disabled for each in known]
    try:
        assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0
    finally:  # it silences all loggers there are, for the tests that come after it as well
        for each, was in zip(known, disabled, strict=True):
            each.disabled = was


@pytest.mark.parametrize(
    "module", [m for m in MODULES if PROSE not in m.parents], ids=lambda path: str(path.relative_to(ROOT))
)
def test_a_module_stays_under_500_lines(module: Path) -> None:
    lines = module.read_text(encoding="utf-8").count("\n")
    assert lines <= 500


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_and_its_public_names_are_documented(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    public = [
        node.name
        for node in tree.body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
        and not node.name.startswith("_")
        and not any("overload" in ast.dump(decorator) for decorator in node.decorator_list)
        and not ast.get_docstring(node)
    ]
    assert ast.get_docstring(tree)
    assert public == []


def names_imported(module: Path, *, typing: bool = True) -> set[str]:
    """Return the dotted names that a module imports, those for type checkers alone only if asked."""
    found: set[str] = set()
    tree = ast.parse(module.read_text(encoding="utf-8"))
    if not typing:
        tree.body = [node for node in tree.body if not _for_type_checkers(node)]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def _for_type_checkers(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def dotted(module: Path) -> str:
    name = ".".join(module.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


NAMES = {dotted(module): module for module in MODULES}
ANSWERS = [m for m in MODULES if "answers" in m.parts]
CORE = ROOT / "callstats" / "answers" / "core"
#: What a module may know of showing without telling anything: a marked text, an unknown number, a safe link.
MARKS = {f"callstats.show.{name}" for name in ("words.mark", "digits.unknown", "links.beside")}


def modules_imported(module: Path, *, typing: bool = True) -> set[str]:
    """Return the modules of the package that a module imports."""
    named = names_imported(module, typing=typing)
    return {name if name in NAMES else name.rpartition(".")[0] for name in named} & set(NAMES)


@pytest.mark.parametrize("module", ANSWERS, ids=dotted)
def test_only_a_telling_imports_a_telling(module: Path) -> None:
    tellings = {name for name in modules_imported(module) if name.endswith("_telling")}
    assert module.stem.endswith("_telling") or tellings == set()


@pytest.mark.parametrize(
    "module", [m for m in ANSWERS if CORE not in m.parents and not m.stem.endswith("_telling")], ids=dotted
)
def test_only_a_telling_shows_anything(module: Path) -> None:
    shown = {name for name in names_imported(module, typing=False) if name.startswith("callstats.show.")}
    assert shown - MARKS == set()
    assert "callstats.answers.core.telling" not in modules_imported(module)


@pytest.mark.parametrize("module", [m for m in ANSWERS if m.stem.endswith("_numbers")], ids=dotted)
def test_numbers_know_no_word_and_no_answer(module: Path) -> None:
    imported = modules_imported(module)
    assert imported & {"callstats.answers.core.voice", "callstats.answers.core.answer"} == set()
    assert not any(name.startswith("callstats.show.words") for name in names_imported(module))


def test_no_modules_import_each_other_in_a_circle() -> None:
    imports = {name: modules_imported(module, typing=False) - {name} for name, module in NAMES.items()}
    left = dict(imports)
    while free := {name for name, wanted in left.items() if not wanted & set(left)}:
        left = {name: wanted for name, wanted in left.items() if name not in free}
    used = {name for wanted in left.values() for name in wanted}
    assert sorted(name for name in left if name in used) == []


def test_every_answer_has_a_telling() -> None:
    modules = {name: importlib.import_module(name) for name in map(dotted, ANSWERS)}
    shipped = [kind for kind in _below(Answer) if kind.__module__ in modules and kind is not Section]
    answers = [k for k in shipped if getattr(modules[k.__module__], k.__name__, None) is k]  # no example's
    assert [kind.__name__ for kind in answers if kind not in _TELLINGS] == []
    strayed = [k.__name__ for k in answers if _TELLINGS[k].__module__ != f"{k.__module__}_telling"]
    assert strayed == []


def _below(kind: type) -> list[type]:
    return [found for child in kind.__subclasses__() for found in (child, *_below(child))]


def test_a_class_is_named_once() -> None:
    named = [
        node.name
        for module in MODULES
        for node in ast.parse(module.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    ]
    assert sorted({name for name in named if named.count(name) > 1}) == []


def test_a_module_is_named_once() -> None:
    named = [m.stem for m in MODULES if not m.stem.startswith("__")]
    assert sorted({name for name in named if named.count(name) > 1}) == []


def test_importing_callstats_loads_no_heavy_library() -> None:
    code = (
        "import sys, callstats; "
        "heavy = {'pandas', 'numpy', 'duckdb', 'matplotlib', 'seaborn', 'scipy', 'narwhals', 'nbconvert'}; "
        "sys.exit(bool(heavy & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_help_of_the_command_line_loads_no_heavy_library() -> None:
    code = (
        "import sys; sys.argv = ['callstats', '--help']\n"
        "from callstats.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'pandas', 'numpy', 'duckdb', 'matplotlib', 'seaborn', 'scipy', 'narwhals', 'nbconvert'}\n"
        "sys.exit(bool(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert done.returncode == 0


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_an_assertion_only_tells_a_type_checker_what_holds(module: Path) -> None:
    # python -O leaves assertions out: what may not hold is checked by `if` and an error
    tests = [node.test for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.Assert)]
    assert [ast.unparse(test) for test in tests if not _narrows(test)] == []


def _narrows(test: ast.expr) -> bool:
    if isinstance(test, ast.Call):
        return isinstance(test.func, ast.Name) and test.func.id == "isinstance"
    return isinstance(test, ast.Compare) and ast.unparse(test).endswith(" is not None")
