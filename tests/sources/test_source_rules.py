from dataclasses import replace
from importlib.metadata import EntryPoint

import pytest

from callstats import sources
from callstats.errors import UsageError
from callstats.sources.base import Field, Layout, Source
from callstats.sources.outcomes import OUTCOMES, Outcome
from callstats.sources.source_rules import RULES, problems

CALLS = Layout(
    "log",
    "calls",
    (
        Field("call_id", ("Id",), required=True),
        Field("direction", constant="outbound"),
        Field("outcome_code", ("Result",)),
    ),
)
WHOLE = Source("acme", "Acme Dialer", (CALLS,), {"OK": OUTCOMES["success"]}, "Europe/Paris")


def changed(**what):
    return replace(CALLS, **what)


WRONG = {
    "the name is in lower case": replace(WHOLE, name="Acme Dialer"),
    "the title is given": replace(WHOLE, title=" "),
    "one of the layouts holds calls": replace(WHOLE, layouts=(changed(table="contacts"),)),
    "layouts have names of their own": replace(WHOLE, layouts=(CALLS, CALLS)),
    "a column is got from the same columns of the export once": replace(
        WHOLE, layouts=(changed(fields=(*CALLS.fields, Field("call_id", ("Id",)))),)
    ),
    "a field is got from a column, a constant, a template or the row": replace(
        WHOLE, layouts=(changed(fields=(*CALLS.fields, Field("talk_s"))),)
    ),
    "fields fill columns of the data set": replace(
        WHOLE, layouts=(changed(fields=(*CALLS.fields, Field("talk_time", ("Talk",)))),)
    ),
    "what a table cannot do without is filled": replace(WHOLE, layouts=(changed(fields=CALLS.fields[1:]),)),
    "the flags of a status agree": replace(WHOLE, statuses={"OK": Outcome(success=True, argued=False)}),
    "the clock is the server's, a zone of IANA or a column": replace(WHOLE, time_zone="Paris"),
}


@pytest.mark.parametrize("name", sorted(sources.known()))
def test_nothing_is_wrong_with_a_source_that_ships(name):
    assert problems(sources.find(name)) == ()


def test_nothing_is_wrong_with_a_whole_source():
    assert problems(WHOLE) == ()


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_finds_its_contrary(rule):
    assert any(problem.startswith(f"{rule}, but: ") for problem in problems(WRONG[rule]))


class Registered(EntryPoint):
    """An entry point whose object need not be imported."""

    found: Source

    def load(self):
        return REGISTERED[self.name]


REGISTERED = {}


@pytest.fixture
def register(monkeypatch):
    """Return a function that registers sources, as a plug-in's entry points do."""

    def registered(**points):
        REGISTERED.clear()
        REGISTERED.update(points)
        made = [Registered(name, "acme:SOURCE", "callstats.sources") for name in points]
        monkeypatch.setattr(sources, "entry_points", lambda group: made)
        sources.known.cache_clear()

    yield registered
    sources.known.cache_clear()


def test_a_plug_in_adds_a_source_by_its_entry_point_alone(register):
    register(acme=WHOLE)
    assert sources.known() == {"acme": WHOLE}


def test_a_source_with_a_slip_is_refused_when_it_is_registered(register):
    register(acme=WRONG["fields fill columns of the data set"])
    with pytest.raises(UsageError, match=r"the source 'acme' cannot be used: .*calls has no 'talk_time'"):
        sources.known()


def test_two_sources_of_one_name_are_refused(register):
    register(acme=WHOLE, other=WHOLE)
    with pytest.raises(UsageError, match="'acme' exists already"):
        sources.known()
