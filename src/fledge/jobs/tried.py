"""What was tried, kept until the training is done, so that nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Literal, final

from fledge.core.record import pack_fields, unpack_fields
from fledge.data.loader import Loader
from fledge.jobs.measuring import Measured, answer_seconds, measured
from fledge.jobs.run_folder import RunFolder, slug
from fledge.predictor.model_file import load
from fledge.predictor.predictor import Predictor
from fledge.scoring.difference import Difference
from fledge.training.schedule import SCHEDULES, Schedule
from fledge.training.stage import STAGES, Stage

Kind = Literal["rule", "classic", "network", "average"]
Row = dict[str, float | int | None]

_TABLES = {Stage: STAGES, Schedule: SCHEDULES}


@final
@dataclass(frozen=True, eq=False)
class Made:
    """What an attempt gave: a model, and how it was come by."""

    predictor: Predictor
    history: Sequence[Row] = ()
    plan: Sequence[Stage] = ()
    note: str = ""


@final
@dataclass(frozen=True, eq=False)
class Tried:
    """One row of the leaderboard: a model, how good it is, what it costs."""

    name: str
    kind: Kind
    predictor: Predictor
    measured: Measured
    seconds: float
    size: int
    answer_seconds: float
    history: Sequence[Row] = ()
    plan: Sequence[Stage] = ()
    note: str = ""
    others: Sequence[Predictor] = ()
    """The same made on the other folds, where there are any."""

    @property
    def on_folds(self) -> tuple[Predictor, ...]:
        """What was made on each fold, or on the one training part."""
        return (self.predictor, *self.others)

    def ahead_of(self, other: Tried) -> Difference:
        """How much better it is on the same items."""
        return self.measured.better_by(other.measured)


@final
@dataclass(frozen=True)
class Record:
    """What is kept of it beside its model file."""

    name: str
    kind: Kind
    seconds: float
    history: tuple[Mapping[str, float | None], ...] = ()
    plan: tuple[Stage, ...] = ()
    note: str = ""


@final
@dataclass(frozen=True)
class Trials:
    """A run's trials on one held-back part, or one for each fold; what an earlier process finished is taken up again."""

    folder: RunFolder
    valid: Sequence[Loader]

    def of(self, name: str, kind: Kind, ways: Sequence[Callable[[], Made]]) -> Tried:
        """The trial of that name: as it was kept, or made now, a way for each held-back part, and kept."""
        if (kept := self.kept(name)) is not None:
            return kept
        began = perf_counter()
        made = [make() for make in ways]
        return self.added(name, kind, made, perf_counter() - began)

    def kept(self, name: str) -> Tried | None:
        """The trial of that name, if an earlier process finished it."""
        files, record = self._files(name), self._record(name)
        if not (record.is_file() and all(file.is_file() for file in files)):
            return None
        kept = unpack_fields(RunFolder.read_json(record), Record, str(record), tables=_TABLES)
        return self._measured([load(file) for file in files], kept)

    def added(self, name: str, kind: Kind, made: Sequence[Made], seconds: float) -> Tried:
        """A trial that took so many seconds, kept: first its models, then what says that they are there."""
        self.folder.tried.mkdir(parents=True, exist_ok=True)
        for file, each in zip(self._files(name), made, strict=True):
            each.predictor.save(file)
        first = made[0]
        rows = tuple(_as_floats(row) for row in first.history)
        kept = Record(name, kind, round(seconds, 3), rows, tuple(first.plan), first.note)
        RunFolder.write_json(self._record(name), pack_fields(kept, tables=_TABLES))
        return self._measured([each.predictor for each in made], kept)

    def _measured(self, predictors: Sequence[Predictor], kept: Record) -> Tried:
        found, predictor = measured(list(zip(predictors, self.valid, strict=True))), predictors[0]
        return Tried(
            kept.name,
            kept.kind,
            predictor,
            found,
            kept.seconds,
            self._files(kept.name)[0].stat().st_size,
            answer_seconds(predictor, self.valid[0].samples[0].input),
            [dict(row) for row in kept.history],
            kept.plan,
            kept.note,
            predictors[1:],
        )

    def _files(self, name: str) -> list[Path]:
        """A file for the model of each fold, one where there are none."""
        names = [slug(name) if not fold else f"{slug(name)}.{fold + 1}" for fold in range(len(self.valid))]
        return [self.folder.tried / f"{each}.safetensors" for each in names]

    def _record(self, name: str) -> Path:
        return self.folder.tried / f"{slug(name)}.json"


def simplest_good_enough(trials: Sequence[Tried]) -> Tried:
    """The first, for they come in the order of simplicity, that the best is not better than by more than noise.

    A rule, which doesn't look at the input, is a yardstick: it is only taken where nothing scores above it.
    """
    best = best_of(trials)
    looking = [each for each in trials if each.kind != "rule" or each is best]
    return next(each for each in looking if each is best or not _is_beaten(each, best))


def best_of(trials: Sequence[Tried]) -> Tried:
    """The one with the best figure; of equals the simplest."""
    sign = 1 if trials[0].measured.metric.higher_is_better else -1
    return max(trials, key=lambda each: sign * each.measured.figure.value)


def _is_beaten(one: Tried, best: Tried) -> bool:
    ahead = best.ahead_of(one)
    return ahead.beyond_noise and ahead.value > 0


def _as_floats(row: Row) -> dict[str, float | None]:
    return {name: None if value is None else float(value) for name, value in row.items()}
