"""What a person asked of one line of training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from fledge.core.errors import UnknownName, UsageError
from fledge.jobs.row_options import RowOptions
from fledge.jobs.track_options import TrackOptions
from fledge.tasks.table import TASKS


@final
@dataclass(frozen=True)
class Settings:
    """Every choice of `fledge.train`; what is None is chosen by looking at the data."""

    source: str
    task: str | None = None
    target: tuple[str, ...] = ()
    model: str | None = None
    weights: str | None = None
    pretrained: bool = True
    valid: float = 0.2
    test: str | None = None
    codes: str | None = None
    seed: int = 42
    epochs: int | None = None
    time: float | None = None
    size: int | None = None
    bs: int | None = None
    lr: float | None = None
    device: str = "auto"
    precision: str = "auto"
    on_bad: str = "auto"
    part: str | None = None
    group: str | None = None
    latest: str | None = None
    folds: bool | None = None
    category: tuple[str, ...] = ()
    number: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    user: str | None = None
    item: str | None = None
    rating: str | None = None
    items: str | None = None
    last: int | None = None
    track: str | None = None
    columns: tuple[str, ...] = ()
    owner: str | None = None

    @property
    def tracks(self) -> TrackOptions:
        """What was said of movements."""
        return TrackOptions(self.track, self.columns, self.owner, (self.task or "").startswith("table"))

    @property
    def rows(self) -> RowOptions:
        """What was said of the rows of a table."""
        return RowOptions(
            self.part,
            self.group,
            self.latest,
            self.category,
            self.number,
            self.ignore,
            self.user,
            self.item,
            self.rating,
            self.items,
            self.last,
            self.task == "likes",
        )

    def __post_init__(self) -> None:
        """All that is wrong is said at once."""
        if self.task is not None and self.task not in TASKS:
            raise UnknownName("task", self.task, TASKS)
        rules = (
            (0 < self.valid < 1, f"valid={self.valid} is no share between 0 and 1"),
            (self.epochs is None or self.epochs >= 1, f"epochs={self.epochs}: at least one"),
            (self.time is None or self.time > 0, f"time={self.time} is no number of seconds"),
            (self.size is None or 8 <= self.size <= 1024, f"size={self.size}: pictures have 8 to 1024 pixels a side"),
            (self.bs is None or self.bs >= 1, f"bs={self.bs}: a batch holds at least one item"),
            (self.last is None or self.last >= 1, f"last={self.last}: hold back one of everybody at least"),
            (
                self.owner is None or self.task in (None, "track-verification"),
                f"an owner is asked for by track-verification, not by {self.task}",
            ),
            (self.lr is None or self.lr > 0, f"lr={self.lr}: a learning rate is above 0"),
            (self.pretrained or self.weights is None, "weights go with a pretrained network, and none is wanted"),
            (
                not self.folds or self.time is None,
                "folds learn several times over, which no time is kept back for: leave time out",
            ),
            (not self.folds or not self.rows.given_split, "folds are by chance: leave part, group and latest out"),
            (self.model != "small" or self.weights is None, "the small network starts from nothing: it takes no weights"),
        )
        self.rows, self.tracks  # which check what was said  # noqa: B018
        if faults := [fault for holds, fault in rules if not holds]:
            raise UsageError("; ".join(faults))
