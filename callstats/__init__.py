"""callstats: from a dialer's export to a report you can defend.

The packages, in the order data flows through them:

==============  =========================================================
``sources``     what each dialer or CRM writes, as data, and one reader
``checks``      named rules: good rows go on, the rest goes to the rejects
``dataset``     the canonical tables of ``model`` on any engine
``kpis``        the catalogue: every KPI of the trade, as data
``engine``      the sums they need, in one pass
``moments``     those sums: all that the statistics ever see
``stats``       estimates, intervals and tests: numbers in, results out
``show``        numbers, words, tables and plots
``answers``     the analyst's questions
``project_draft``  the first project file of a site
``calibrate``   how often the methods err, on simulated or own data
``lab``         what belongs to JupyterLab: names that complete, a form to ask with
``report``      notebooks to HTML and PDF
``simulate``    a dialer with known truth
==============  =========================================================

Names are imported when they are first used, so that ``import callstats`` is quick;
``__init__.pyi`` lists them, for type checkers and for the import alike.
"""

from __future__ import annotations

import sys

import lazy_loader

from callstats.version import __version__

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__all__ += ["__version__"]

if "IPython" in sys.modules and (_shell := sys.modules["IPython"].get_ipython()) is not None:
    from callstats.lab.kpi_completion import register as _register

    _register(_shell)
    del _register
