"""Tables whose damage comes to light at a question: it is told like any other fault of a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import narwhals as nw

from callstats.errors import CallstatsError
from callstats.library_errors import explained


class AskedFrame(nw.LazyFrame):
    """A lazy frame that says what an error of its engine means, and which file it comes from.

    What follows from it (filtered, joined, grouped) is such a frame too: this is the one place at
    which the tables of a data set are read.

    Attributes
    ----------
    files : tuple of Path
        Where the rows lie, where they lie in files.
    """

    files: tuple[Path, ...] = ()

    @classmethod
    def of(cls, frame: nw.LazyFrame, files: Iterable[Path] = ()) -> AskedFrame:
        """Return a lazy frame as one of these.

        Examples
        --------
        >>> import pandas as pd
        >>> AskedFrame.of(nw.from_native(pd.DataFrame({"talk_s": [1]})).lazy()).collect_schema().names()
        ['talk_s']
        """
        asked = cls(frame._compliant_frame, level="lazy")  # as Narwhals makes one from another
        asked.files = tuple(files) or (frame.files if isinstance(frame, AskedFrame) else ())
        return asked

    def _with_compliant(self, df: Any) -> Any:
        made = super()._with_compliant(df)
        made.files = self.files
        return made

    def join(self, other: Any, *args: Any, **kwargs: Any) -> Any:
        """Join another lazy frame, of this class or not."""
        return super().join(_asked(other), *args, **kwargs)

    def join_asof(self, other: Any, *args: Any, **kwargs: Any) -> Any:
        """Join the nearest rows of another lazy frame, of this class or not."""
        return super().join_asof(_asked(other), *args, **kwargs)

    def collect(self, backend: Any = None, **kwargs: Any) -> nw.DataFrame:
        """Read the rows.

        Raises
        ------
        InputError
            They are damaged, too large, or the system refuses.
        """
        try:
            return super().collect(backend, **kwargs)
        except Exception as error:
            raise self._told(error) from error

    def sink_parquet(self, file: Any) -> None:
        """Write the rows to a file.

        Raises
        ------
        InputError
            As in :meth:`collect`.
        """
        try:
            super().sink_parquet(file)
        except OSError:  # of what is written
            raise
        except Exception as error:
            raise self._told(error) from error

    def _told(self, error: Exception) -> Exception:
        meant = explained(error)
        if meant is None or isinstance(error, CallstatsError):
            return error
        return explained(error, damaged_file(self.files)) or error


def _asked(frame: Any) -> Any:
    return AskedFrame.of(frame) if type(frame) is nw.LazyFrame else frame


def damaged_file(files: Iterable[Path]) -> Path | None:
    """Return the first of some Parquet files that cannot be read to its end, None if all can."""
    import pyarrow.parquet as pq

    for file in files:
        try:
            with pq.ParquetFile(file) as opened:
                for _ in opened.iter_batches(65_536):
                    pass
        except Exception:  # whatever is wrong with it
            return file
    return None
