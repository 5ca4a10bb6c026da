"""Where the rows of a hand-over wait on disk until their verdicts are complete."""

import weakref
from collections.abc import Iterator
from io import BytesIO
from tempfile import SpooledTemporaryFile

import polars as pl

_IN_MEMORY = 16 << 20


class Spool:
    """Frames put aside in order: a few in memory, more in a temporary file that goes with this object."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - lives as long as this object
        self._parts: list[tuple[int, int]] = []
        self.rows = 0
        weakref.finalize(self, self._file.close)

    def append(self, frame: pl.DataFrame) -> None:
        """Put a frame aside."""
        written = BytesIO()
        frame.write_ipc_stream(written, compression="lz4")
        self._file.seek(0, 2)
        self._parts.append((self._file.tell(), self._file.write(written.getbuffer())))
        self.rows += frame.height

    def __iter__(self) -> Iterator[pl.DataFrame]:
        for start, length in self._parts:
            self._file.seek(start)
            yield pl.read_ipc_stream(BytesIO(self._file.read(length)))
