"""Every example of the statistics runs, and every public name is documented."""

import doctest
import importlib
import pkgutil

import pytest

from callstats import stats

MODULES = [f"callstats.stats.{module.name}" for module in pkgutil.iter_modules(stats.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    failed, _ = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert failed == 0


@pytest.mark.parametrize("name", stats.__all__)
def test_public_name_resolves_and_is_documented(name):
    assert getattr(stats, name).__doc__


#: Arithmetic without a method behind it: an example is enough.
HELPERS = {"arm_moments", "both_arms", "logarithmic_mean"}


@pytest.mark.parametrize("name", [name for name in stats.__all__ if name[0].islower()])
def test_public_function_has_raises_references_and_example(name):
    doc = getattr(stats, name).__doc__
    wanted = ("Examples",) if name in HELPERS else ("Raises", "References", "Examples")
    missing = [section for section in wanted if section not in doc]
    assert not missing


def test_every_public_name_can_be_listed():
    assert set(stats.__all__) <= set(dir(stats))


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nonsense"):
        stats.nonsense  # noqa: B018


def test_no_module_hides_a_public_name():
    assert not {name.rsplit(".", 1)[1] for name in MODULES} & set(stats.__all__)
