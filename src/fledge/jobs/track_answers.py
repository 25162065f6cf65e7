"""A trained model called on each movement of tables that hold many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fledge.core.errors import UsageError
from fledge.data.table_reading import read_table
from fledge.data.track_table import each_track
from fledge.jobs.answering import Answered, answered
from fledge.jobs.input_kind import input_kind, takes_rows

if TYPE_CHECKING:
    from fledge.predictor.loading import AnyPredictor
    from fledge.transforms.track_columns import TrackColumns
    from fledge.transforms.track_file import ReadTrack, UnreadTrack


def track_answers(predictor: AnyPredictor, tables: Sequence[str], track: str, bs: int) -> Iterator[Answered]:
    """Each movement's answer, under what the column `track` says of it, table by table."""
    if takes_rows(predictor) or input_kind(predictor) != "track":
        raise UsageError("--track is about movements, and this model takes none", hint="leave --track out")

    reading: Any = predictor.input
    columns: TrackColumns = reading.columns

    def each() -> Iterator[ReadTrack | UnreadTrack]:
        for table in tables:
            yield from each_track(read_table(Path(table)).frame, track, columns)

    return answered(predictor, each(), bs)
