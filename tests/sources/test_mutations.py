"""Whatever was done to an export: the books balance, or a sentence says why it is refused."""

import pytest

from callstats.dataset import read
from callstats.errors import CallstatsError
from callstats.sources import pieces, text
from tests.sources.mutator import MAPPING, WRITERS, mutate


def assert_balanced_or_refused(folder, kind, seed):
    """Read a spoilt export; anything but balanced books or a sentence is a failure."""
    path = mutate(folder, kind, seed)
    (folder / "m.toml").write_text(MAPPING)
    asked = {"source": "vicidial"} if kind == "sql" else {"mapping": folder / "m.toml"}
    refused, data = None, None
    try:
        data = read(path, time_zone="Europe/Paris", **asked)
    except CallstatsError as error:
        refused = error
    if refused is not None or data is None:
        assert (refused.exit_code, bool(str(refused))) == (3, True)
        return
    books = data.provenance["books"]
    for book in books:
        left_out = sum(book["left_out"].values())
        assert min(book["taken"], book["rejected"], left_out, book["merged"], book["again"]) >= 0
        parts = book["taken"] + book["rejected"] + left_out + book["merged"] + book["again"]
        assert book["rows"] == parts
    taken = sum(book["taken"] for book in books if book["table"] == "calls")
    assert taken == data.provenance["rows"].get("calls", 0)
    assert sum(book["rejected"] for book in books) == len(data.rejects)


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("seed", range(8))
def test_a_spoilt_export_balances_or_is_refused(tmp_path, kind, seed):
    assert_balanced_or_refused(tmp_path, kind, seed)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("seed", range(8))
def test_a_spoilt_export_that_is_read_part_by_part_balances_or_is_refused(tmp_path, monkeypatch, kind, seed):
    monkeypatch.setattr(pieces, "LONG", 1)
    monkeypatch.setattr(pieces, "PART", 20)
    monkeypatch.setattr(text, "BLOCK", 600)
    assert_balanced_or_refused(tmp_path, kind, seed)


@pytest.mark.slow
@pytest.mark.parametrize("kind", WRITERS)
def test_three_thousand_spoilt_exports_balance_or_are_refused(tmp_path, kind):
    for seed in range(100, 600):
        folder = tmp_path / str(seed)
        folder.mkdir()
        assert_balanced_or_refused(folder, kind, seed)
