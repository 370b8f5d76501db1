"""What the tests of the command line share: running it, and a small VICIdial export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from callstats.cli import main


@dataclass(frozen=True)
class Outcome:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process, as its script does."""

    def run_main(*words: object) -> Outcome:
        monkeypatch.setattr("sys.argv", ["callstats", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), printed.out, printed.err)

    return run_main


#: The header of VICIdial's call export, in its order.
NAMES = """
call_date phone_number_dialed status user full_name campaign_id vendor_lead_code source_id list_id
gmt_offset_now phone_code phone_number title first_name middle_initial last_name address1 address2
address3 city state province postal_code country_code gender date_of_birth alt_phone email
security_phrase comments length_in_sec user_group alt_dial rank owner lead_id list_name
list_description status_name
"""
HEADER = NAMES.split()


def export_row(lead: int, **fields: object) -> str:
    """Return one line of a call export: a refusal after a minute's talk, unless told otherwise."""
    known = {
        "call_date": f"2026-09-01 10:{lead % 60:02d}:00",
        "phone_number_dialed": "33100000001",
        "status": "NI",
        "user": "ann",
        "campaign_id": "spring",
        "list_id": "A",
        "gmt_offset_now": "2.00",
        "last_name": "Léa",
        "length_in_sec": "60",
        "alt_dial": "MAIN",
        "lead_id": lead,
    } | fields
    return "\t".join(str(known.get(column, "")) for column in HEADER)


def export(*rows: str, header: list[str] = HEADER, end: str = "\r\n") -> str:
    """Return a whole call export."""
    return end.join(["\t".join(header), *rows]) + end


GOOD = [export_row(lead) for lead in range(1, 10)]
