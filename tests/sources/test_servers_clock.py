"""The clock of a database: days of 23 and 25 hours, epochs, texts, and a zone that is not said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from callstats.dataset.importing import read
from callstats.sources.servers.ranges import Moment
from tests.sources.small_databases import calls_of, database


def duck(file: Path, kind: str, values: Iterable[str]) -> str:
    with duckdb.connect(str(file)) as base:
        base.execute(f'CREATE TABLE calls (id INTEGER PRIMARY KEY, "when" {kind}, who VARCHAR)')
        for number, value in enumerate(values, start=1):
            base.execute(f"INSERT INTO calls VALUES ({number}, {value}, 'c{number}')")
    return f"duckdb:///{file}"


class TestAClock:
    """Paris goes from winter to summer time on 29 March 2026 at 02:00, and back on 25 October at 03:00."""

    ZONE = "Europe/Paris"
    SPRING = (
        "2026-03-28 22:59:59+00",
        "2026-03-28 23:00:00+00",
        "2026-03-29 21:59:59+00",
        "2026-03-29 22:00:00+00",
    )
    AUTUMN = (
        "2026-10-24 21:59:59+00",
        "2026-10-24 22:00:00+00",
        "2026-10-25 22:59:59+00",
        "2026-10-25 23:00:00+00",
    )

    @pytest.fixture
    def mapping(self, tmp_path: Path) -> Path:
        file = tmp_path / "m.toml"
        file.write_text(
            '[calls.columns]\ncall_id = "id"\nstarted_at = "when"\ncontact_id = "who"\n', encoding="utf-8"
        )
        return file

    def names(self, address: str, mapping: Path, period: str) -> list[str]:
        return calls_of(address, period, self.ZONE, source=None, mapping=mapping)["call_id"].tolist()

    @pytest.mark.parametrize(("day", "moments"), [("2026-03-29", SPRING), ("2026-10-25", AUTUMN)])
    def test_of_moments_a_day_of_23_or_25_hours_is_whole(
        self, day: str, moments: tuple[str, ...], tmp_path: Path, mapping: Path
    ) -> None:
        address = duck(tmp_path / "d.duckdb", "TIMESTAMPTZ", (f"'{at}'" for at in moments))
        assert self.names(address, mapping, day) == ["2", "3"]

    @pytest.mark.parametrize(("day", "moments"), [("2026-03-29", SPRING), ("2026-10-25", AUTUMN)])
    @pytest.mark.parametrize(("kind", "factor"), [("BIGINT", 1), ("BIGINT", 1000), ("VARCHAR", 1)])
    def test_of_epochs_too(
        self, day: str, moments: tuple[str, ...], kind: str, factor: int, tmp_path: Path, mapping: Path
    ) -> None:
        unit = ', unit = "ms"' if factor > 1 else ""
        mapping.write_text(
            f'[calls.columns]\ncall_id = "id"\nstarted_at = {{ column = "when", type = "epoch"{unit} }}\n'
            'contact_id = "who"\n', encoding="utf-8",
        )  # fmt: skip
        epochs = [int(datetime.fromisoformat(f"{at}:00").timestamp()) * factor for at in moments]
        address = duck(tmp_path / "d.duckdb", kind, (f"'{epoch}'" for epoch in epochs))
        assert self.names(address, mapping, day) == ["2", "3"]

    def test_without_a_zone_is_compared_as_it_is(self, tmp_path: Path, mapping: Path) -> None:
        times = ("2026-10-24 23:59:59", "2026-10-25 00:00:00", "2026-10-25 23:59:59", "2026-10-26 00:00:00")
        address = duck(tmp_path / "d.duckdb", "TIMESTAMP", (f"'{at}'" for at in times))
        assert self.names(address, mapping, "2026-10-25") == ["2", "3"]

    @pytest.mark.parametrize(
        "times",
        [
            ("2026-10-24T23:59:59", "2026-10-25T00:00:00", "2026-10-25T23:59:59", "2026-10-26T00:00:00"),
            ("2026-10-24T21:59:59Z", "2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z", "2026-10-25T23:00:00Z"),
        ],
    )
    def test_written_as_a_text_has_its_order(
        self, times: tuple[str, ...], tmp_path: Path, mapping: Path
    ) -> None:
        address = duck(tmp_path / "d.duckdb", "VARCHAR", (f"'{at}'" for at in times))
        assert self.names(address, mapping, "2026-10-25") == ["2", "3"]

    def test_of_days_is_the_days(self, tmp_path: Path, mapping: Path) -> None:
        days = ("2026-10-23", "2026-10-24", "2026-10-25", "2026-10-26")
        address = duck(tmp_path / "d.duckdb", "DATE", (f"'{day}'" for day in days))
        assert self.names(address, mapping, "2026-10-24..2026-10-25") == ["2", "3"]

    def test_that_has_no_order_is_read_whole_and_told(self, tmp_path: Path, mapping: Path) -> None:
        address = duck(tmp_path / "d.duckdb", "VARCHAR", ("'24/10/2026 12:00'", "'25/10/2026 12:00'"))
        data = read(address, mapping=mapping, time_zone=self.ZONE, period="2026-10-25")
        assert data.provenance["rows"] == {"calls": 2}
        assert any("read whole, whatever the period" in note for note in data.provenance["notes"])

    def test_that_has_no_midnight_begins_its_day_where_the_clock_goes_on(self) -> None:
        # in Beirut the clock went from 23:59:59 on 28 March 2026 to 01:00 on the 29th: 22:00 in UTC
        at = Moment("t", "epoch").at(datetime(2026, 3, 29), "Asia/Beirut", None)  # type: ignore[arg-type]
        assert at == str(int(datetime.fromisoformat("2026-03-28T22:00:00+00:00").timestamp()))

    def test_of_a_queue_is_read_by_its_epochs(self, tmp_path: Path) -> None:
        columns = ("time", "callid", "queuename", "agent", "event", "data1", "data2", "data3")
        events = [
            (
                1788904800 + n * 86400 + s,
                f"c{n}",
                "sales",
                "SIP/ann",
                event,
                *data,
            )  # 2026-09-09 00:00 in Paris
            for n in (-1, 0, 1)
            for s, event, data in (
                (36000, "ENTERQUEUE", ("", "60011122", "1")),
                (36010, "CONNECT", ("10", "b", "3")),
                (36070, "COMPLETECALLER", ("10", "60", "1")),
            )
        ]
        events = [(str(at), *rest) for at, *rest in events]
        address = database(tmp_path / "q.db", queue_log=(columns, events))
        calls = calls_of(address, "2026-09-09", source="asterisk")
        assert calls[["call_id", "talk_s", "queue_s"]].values.tolist() == [["c0", 60.0, 10.0]]
