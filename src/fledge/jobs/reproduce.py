"""A training done again, to see whether the bits agree."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, final

from fledge.core.errors import UsageError
from fledge.jobs.bits import weights_digest
from fledge.jobs.deadline import Allowance
from fledge.jobs.keeping import kept_model
from fledge.jobs.planning import planned
from fledge.jobs.run_folder import RunFolder
from fledge.jobs.telling import Say, Teller
from fledge.jobs.trying import chosen, everything_tried


@final
@dataclass(frozen=True)
class Reproduced:
    """The digests of both models' weights, then and now, and the versions that have changed in between."""

    run: Path
    winner: tuple[str, str]
    weights: tuple[str, str]
    versions: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether the same model came out, to the last bit."""
        return self.winner[0] == self.winner[1] and self.weights[0] == self.weights[1]

    def as_dict(self) -> dict[str, Any]:
        """Plain values under stable names."""
        return {
            "run": str(self.run),
            "agrees": self.agrees,
            "winner": list(self.winner),
            "weights": list(self.weights),
            "changed_versions": list(self.versions),
        }

    def __str__(self) -> str:
        if self.agrees:
            return f"The same to the last bit: {self.winner[0]}, weights {self.weights[0][:16]}"
        why = f" (since then: {', '.join(self.versions)})" if self.versions else ""
        if self.winner[0] != self.winner[1]:
            return f"Not the same: {self.winner[1]} was chosen, and then {self.winner[0]}{why}"
        return f"Not the same: {self.winner[0]} has weights {self.weights[1][:16]}, and had {self.weights[0][:16]}{why}"


def reproduce(folder: str | Path, *, quiet: bool = False, say: Say | None = None) -> Reproduced:
    """Trains again as a finished run did, in a folder that is gone afterwards, and compares the models bit for bit.

    A run with a time limit did what the clock allowed, so it is refused.
    """
    run, tell = RunFolder.existing(Path(folder)), Teller(say, quiet=quiet)
    then, settings = run.state(), run.settings()
    if "winner" not in then:
        raise UsageError(f"{run.path} is not finished", hint=f"fledge train --resume {run.path}")
    if settings.time is not None:
        raise UsageError(
            f"{run.path} had {settings.time:g} seconds, and what was done in them depended on the machine's speed",
            hint="train without --time, or with --epochs",
        )
    plan = planned(settings, tell, then["found"])
    plan.refuse_changes(then["data"], run.path)
    with TemporaryDirectory(prefix="fledge-") as place:
        anew = RunFolder.new(Path(place), run.path.name)
        tried = everything_tried(plan, anew, Allowance(None), tell)
        winner = chosen(tried, settings.model)
        predictor = kept_model(plan, tried, winner, anew, tell)
        made = weights_digest(predictor.model)
    versions = dict(predictor.card.versions)
    changed = [
        f"{name} {versions.get(name, '-')} for {old}" for name, old in then["versions"].items() if versions.get(name) != old
    ]
    return Reproduced(run.path, (then["winner"], winner.name), (then["weights"], made), tuple(changed))
