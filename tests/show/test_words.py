import ast
import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

import callstats
from callstats.checks import RULES
from callstats.errors import UsageError
from callstats.report import notebooks
from callstats.show.words import LANGUAGES, words
from callstats.show.words.extraction import messages, untranslated

PACKAGE = Path(callstats.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))
CATALOGUES = sorted(PACKAGE.glob("show/words/*/*.po"))


def read(file):
    with file.open("rb") as content:
        return list(read_po(content, locale=file.parent.name))


def fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_every_module_has_its_words(language):
    assert untranslated(SOURCES, language) == []


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_translations_have_the_fields_of_their_sentence(file):
    for message in read(file):
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        texts = [message.string] if isinstance(message.string, str) else list(message.string)
        assert all(fields(text) <= fields("".join(ids)) for text in texts), ids
        assert all(fields(ids[0]) - {"n"} <= fields(text) for text in texts), ids
        assert not message.fuzzy


@pytest.mark.parametrize("language", ["fr", "ru"])
def test_no_sentence_is_translated_twice_by_different_words(language):
    seen = {}
    for file in sorted((PACKAGE / "show/words" / language).glob("*.po")):
        for message in read(file):
            if message.id:
                key = str(message.id)
                assert seen.setdefault(key, message.string) == message.string, (file.name, key)


def said_somewhere():
    """Return every text that stands in a module, what a check says, and every paragraph of a notebook."""
    for source in SOURCES:
        tree = ast.parse(source.read_text(encoding="utf-8"))
        yield from (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    yield from (text for rule in RULES for text in (rule.name, rule.hint))  # some are put together
    for name in notebooks.names():
        for cell in notebooks.load(notebooks.find(name)).cells:
            if cell.cell_type == "markdown":
                yield from (part.lstrip("# ").strip() for part in cell.source.split("\n\n"))


def test_no_sentence_of_the_catalogues_is_unused():
    used = set(said_somewhere())
    ids = {m.id if isinstance(m.id, str) else m.id[0] for file in CATALOGUES for m in read(file) if m.id}
    assert sorted(ids - used) == []


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (1, "Нужен ещё примерно 1 контакт."),
        (3, "Нужно ещё примерно 3 контакта."),
        (11, "Нужно ещё примерно 11 контактов."),
        (21, "Нужен ещё примерно 21 контакт."),
    ],
)
def test_russian_has_three_plurals(n, expected):
    singular, plural = "About {shown} more contact is needed.", "About {shown} more contacts are needed."
    assert words("ru").ngettext(singular, plural, n, shown=n) == expected


def test_french_counts_zero_as_one():
    singular, plural = "About {shown} more day is needed.", "About {shown} more days are needed."
    assert words("fr").ngettext(singular, plural, 0, shown=0) == "Il manque environ 0 jour."


def texts(language):
    from callstats.kpis.registry import catalogue
    from callstats.kpis.translations import fr, ru

    for file in PACKAGE.glob(f"show/words/{language}/*.po"):
        for message in read(file):
            if message.id:
                yield from [message.string] if isinstance(message.string, str) else message.string
    room = {"fr": fr, "ru": ru}[language]
    for told in (room.TERMS, room.QUESTIONS, room.CAUTIONS):
        yield from told.values()
    yield from (kpi.label[language] for kpi in catalogue().values())


def test_a_term_is_a_sentence_where_the_english_is_one():
    """Terms stand in formulas: "handled calls / dials"."""
    from callstats.kpis.translations import fr, ru

    told = [*fr.TERMS.items(), *ru.TERMS.items()]
    assert [told_in for english, told_in in told if english.endswith(".") != told_in.endswith(".")] == []


def test_a_french_line_never_begins_with_a_punctuation_mark():
    """Lexique des règles typographiques de l'Imprimerie nationale: thin before ; ! ?, wide before : and »."""
    wrong = re.compile("[ \u00a0][;!?]|[ \u202f][:»]|«[ \u202f]|[\\d}] %")
    assert [text for text in texts("fr") if wrong.search(text)] == []


def test_a_french_apostrophe_is_the_typographic_one():
    assert [text for text in texts("fr") if re.search(r"[^\W\d_]'[^\W\d_]", text)] == []


def test_a_dash_between_russian_words_is_a_dash():
    assert [text for text in texts("ru") if re.search(r"[^\W\d_] - [^\W\d_]", text)] == []


def test_a_russian_line_never_begins_with_a_dash():
    assert [text for text in texts("ru") if re.search(" \N{EM DASH}", text)] == []


def test_a_russian_number_is_not_parted_from_its_percent_sign():
    assert [text for text in texts("ru") if re.search(r"[\d}] %", text)] == []


@pytest.mark.parametrize(("language", "expected"), [("en", "a; b"), ("fr", "a\u202f; b"), ("ru", "a; b")])
def test_parts_of_a_sentence_are_joined_as_the_language_does(language, expected):
    assert words(language).joined(["a", "", "b"]) == expected


@pytest.mark.parametrize(
    ("language", "expected"), [("en", "ROI: 12"), ("fr", "ROI\u00a0: 12"), ("ru", "ROI: 12")]
)
def test_what_a_text_is_about_stands_before_it_as_the_language_does(language, expected):
    assert words(language).headed("ROI", "12") == expected


def test_data_in_a_field_is_not_read_as_fields():
    assert words("fr")("at least {value}", value="{0.__class__}") == "au moins {0.__class__}"


def test_an_unknown_sentence_stays_english():
    assert words("ru")("never written anywhere") == "never written anywhere"


def test_an_unknown_language_is_refused():
    with pytest.raises(UsageError, match="unknown language 'de'"):
        words("de")


def test_extraction_reads_calls_plurals_and_marks():
    source = '_("a"); _.ngettext("b", "c", n, shown="x"); mark("d", "e"); _(variable); print("no")'
    assert sorted(messages(source)) == [("a",), ("b", "c"), ("d", "e")]


def test_a_missing_sentence_is_listed_with_its_file(tmp_path):
    file = tmp_path / "new.py"
    file.write_text('_("never written anywhere")')
    assert re.fullmatch(r".*new\.py: never written anywhere", untranslated([file], "fr")[0])


def rules_of_readers():
    """Return the rules by which readers leave rows or cells out, as they stand in the code."""
    from callstats.sources.convert import _CHOICES

    yield from (rule for rule, _ in _CHOICES.values())
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and len(node.args) > 1:
                adds = isinstance(node.func, ast.Attribute) and ast.unparse(node.func) == "problems.add"
                if adds or (isinstance(node.func, ast.Name) and node.func.id == "Bad"):
                    rule = node.args[1]
                    assert not isinstance(rule, ast.JoinedStr), f"{source.name}: {ast.unparse(rule)}"
                    yield from [rule.value] if isinstance(rule, ast.Constant) else []


@pytest.mark.parametrize("language", ["fr", "ru"])
def test_every_rule_of_the_readers_is_told_in_the_language(language):
    rules = set(rules_of_readers())
    assert len(rules) > 12
    assert [rule for rule in sorted(rules) if words(language)(rule) == rule] == []


#: What the trade calls one thing by several words, of which the catalogues use another; and what
#: statisticians say, which stands in brackets in the glossary of the method page alone.
OTHER_WORDS = {
    "en": r"argued|arms?|horizon|guardrails?|shrunken|at risk|censored",
    "fr": r"tri[ée]e?s?|numéroteur|dialer|argumentée?s?|garde-fous?|jours?-agents?|jours? d’agents?"
    r"|mise en garde|importations?|main-d’œuvre|mapping|KPI|horizon",
    "ru": r"вызов\w*|недостиж\w*|послевызов\w*|сброшен\w*|аргументир\w*|спис(ок|к)\w*|нет свидетельств"
    r"|нет данных о|файл\w* (описания|сопоставления)|обратн\w+ звон\w*|затрат\w*|защитн\w*"
    r"|эффект\w* плана|человеко-д\w+|выигранн\w*|горизонт\w*|KPI",
}


@pytest.mark.parametrize("language", OTHER_WORDS)
def test_a_thing_of_the_trade_has_one_word(language):
    sentences = (text for file in SOURCES for said in messages(file.read_text("utf-8")) for text in said)
    other = re.compile(rf"\b({OTHER_WORDS[language]})\b", re.IGNORECASE)
    bare = {
        text: re.sub(r"\([^()]*\)|\{\w*\}", "", text)
        for text in (sentences if language == "en" else texts(language))
    }
    assert [text for text, said in bare.items() if other.search(said)] == []
