"""Parquet through pyarrow, which is an extra and takes its time to load: only here, and late."""

from collections.abc import Iterator, Sequence
from typing import Any

from evtui.errors import UsageError
from fsm.ocpp.messagelog.message import COLUMNS
from fsm.ocpp.messagelog.timestamps import format_time

INSTALL = 'pip install "evtui[parquet]"'


def load_pyarrow(name: str) -> Any:
    """The library. Raises :class:`UsageError` when it is not installed."""
    try:
        import pyarrow as pa
        import pyarrow.parquet
    except ImportError:
        raise UsageError(
            f"{name}: found Parquet, and pyarrow, which reads and writes it, is not installed; "
            f"allowed JSON lines or CSV, or first: {INSTALL}"
        ) from None
    return pa


class Parquet:
    """A Parquet file in memory.

    Raises:
        UsageError: it is none, or pyarrow is not installed.

    """

    def __init__(self, data: bytes, name: str) -> None:
        self._arrow = load_pyarrow(name)
        self._name = name
        try:
            self._file = self._arrow.parquet.ParquetFile(self._arrow.BufferReader(data))
        except (self._arrow.ArrowException, OSError, ValueError) as error:
            raise self._damaged(error) from None
        self.names: list[str] = list(self._file.schema_arrow.names)

    def _damaged(self, error: Exception) -> UsageError:
        why = " ".join(str(error).split())[:120]
        return UsageError(
            f"{self._name}: found a damaged Parquet file ({why}); allowed a whole one"
        )

    def rows(self, columns: Sequence[str]) -> Iterator[tuple[object, ...]]:
        """The values of these columns, row by row; times as ISO 8601 text.

        Raises:
            UsageError: a column is of a type that says nothing here, or the file is damaged.

        """
        try:
            table = self._file.read(columns=list(columns))
            values = [
                self._plain(column, table.column(name))
                for column, name in zip(COLUMNS, columns, strict=True)
            ]
        except (self._arrow.ArrowException, OSError, ValueError) as error:
            raise self._damaged(error) from None
        return zip(*values, strict=True)

    def _plain(self, column: str, values: Any) -> list[object]:
        types = self._arrow.types
        kind = values.type
        if types.is_dictionary(kind):
            values, kind = values.cast(kind.value_type), kind.value_type
        if types.is_timestamp(kind) and column == "write_timestamp":
            micro = self._arrow.timestamp("us", kind.tz)
            ints = values.cast(micro, safe=False).cast(self._arrow.int64()).to_pylist()
            return [_text(each) for each in ints]
        if types.is_binary(kind) or types.is_large_binary(kind):
            values = values.cast(self._arrow.string())
        elif types.is_nested(kind):
            raise UsageError(
                f"{self._name}: {column}: found the type {str(kind)[:60]}; allowed text"
            )
        plain: list[object] = values.to_pylist()
        return plain


def _text(time_us: int | None) -> object:
    """A time as text; one of an odd year stays the number that it is, and is refused as such."""
    try:
        return None if time_us is None else format_time(time_us)
    except OverflowError:
        return time_us


def write_parquet(rows: Sequence[dict[str, object]], path: str) -> None:
    """Write rows of :data:`COLUMNS`, the times as such. Raises OSError."""
    arrow = load_pyarrow(path)
    types = {"message_type": arrow.int8(), "write_timestamp": arrow.timestamp("us", "UTC")}
    arrays = {}
    for column in COLUMNS:
        values = arrow.array([row[column] for row in rows], type=None if rows else arrow.string())
        kind = types.get(column)
        arrays[column] = values if kind is None else values.cast(kind)
    arrow.parquet.write_table(arrow.table(arrays), path)
