import doctest
import importlib
import pkgutil

import pytest

from callstats import show

MODULES = sorted(module.name for module in pkgutil.walk_packages(show.__path__, "callstats.show."))


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
