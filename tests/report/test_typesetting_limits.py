import re
from importlib.resources import files

import pytest
import typst

from callstats.errors import ReportError
from callstats.report import pdf, table_layout
from callstats.report.typesetting_limits import confined_to
from tests.report.conftest import shown
from tests.report.test_pdf import exported

PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'width="30" height="30"><image xlink:href="{}" width="20" height="20"/></svg>'
)


def compiled(folder, source):
    main = folder / "main.typ"
    main.write_text(source, encoding="utf-8")
    return typst.compile(main, **confined_to(folder))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "secret.txt").write_text("the password")
    (tmp_path / "document").mkdir()
    return tmp_path / "document"


@pytest.mark.parametrize("path", ["/etc/passwd", "../secret.txt", "/../secret.txt", "{outside}"])
def test_no_file_beside_the_document_can_be_read(folder, path):
    path = path.format(outside=folder.parent / "secret.txt")
    with pytest.raises(typst.TypstError, match=r"not found|escape|outside"):
        compiled(folder, f'#read("{path}")')


def test_packages_of_this_machine_are_not_used(folder, tmp_path, monkeypatch):
    package = tmp_path / "typst" / "packages" / "local" / "here" / "1.0.0"
    package.mkdir(parents=True)
    (package / "typst.toml").write_text('[package]\nname="here"\nversion="1.0.0"\nentrypoint="lib.typ"\n')
    (package / "lib.typ").write_text("#let x = 1")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with pytest.raises(typst.TypstError, match="package"):
        compiled(folder, '#import "@local/here:1.0.0": x')


def test_our_templates_import_no_package_and_evaluate_no_text():
    template = files("callstats.report").joinpath("template", "report.typ").read_text(encoding="utf-8")
    for source in (template, table_layout._TEMPLATE):
        assert not re.search(r"\b(import|include|eval|plugin|read)\b", re.sub(r"//.*", "", source))
    assert re.findall(r"\bjson\((.*?)\)", template) == ['"report.json"']


@pytest.mark.parametrize(
    "link",
    [
        "file:///etc/hostname",
        "/etc/hostname",
        "../secret.png",
        "http://harm.invalid/x.png",
        "//harm.invalid/x",
    ],
)
def test_a_picture_that_links_elsewhere_is_refused_and_nothing_is_fetched(link):
    from callstats.show.display import FigureView

    with pytest.raises(ReportError, match=r"cannot be typeset: failed to load linked image"):
        exported(shown(FigureView(PICTURE.format(link), "Calls", "A bar")))


def test_every_use_of_typst_is_confined():
    for module in (pdf, table_layout):
        source = files("callstats.report").joinpath(f"{module.__name__.split('.')[-1]}.py").read_text("utf-8")
        calls = re.findall(r"typst\.(?:compile|query)\((.*)", source)
        assert calls
        assert all("**options" in call or "**limits" in call for call in calls)
        made = re.findall(r" (?:options|limits) = (.*)", source)
        assert made
        assert all("confined_to(" in value for value in made)
        assert source.count("confined_to(") == 1
