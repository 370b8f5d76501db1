"""The house keeps its shape: what may import what, and how large a room may grow."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "callstats").rglob("*.py"))
PROSE = ROOT / "callstats" / "kpis" / "words"  # one long table each: data without logic


def test_data_flows_one_way_through_the_house() -> None:
    from importlinter.cli import lint_imports

    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


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


def test_importing_callstats_loads_no_heavy_library() -> None:
    code = (
        "import sys, callstats; "
        "heavy = {'pandas', 'numpy', 'duckdb', 'matplotlib', 'scipy', 'narwhals', 'nbconvert'}; "
        "sys.exit(bool(heavy & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_help_of_the_command_line_loads_no_heavy_library() -> None:
    code = (
        "import sys; sys.argv = ['callstats', '--help']\n"
        "from callstats.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'pandas', 'numpy', 'duckdb', 'matplotlib', 'scipy', 'narwhals', 'nbconvert'}\n"
        "sys.exit(bool(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert done.returncode == 0
