"""What the tests of adding share."""

import pytest

from tests.dataset.desk import AUGUST, MAPPING, SEPTEMBER


@pytest.fixture
def desk(tmp_path):
    """A folder with two months and a mapping."""
    for name, text in {"m.toml": MAPPING, "aug.csv": AUGUST, "sep.csv": SEPTEMBER}.items():
        (tmp_path / name).write_text(text)
    return tmp_path
