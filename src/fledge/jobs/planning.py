"""What a training will do, settled before it begins: the data as batches, the device, the things to try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, final

from fledge.classic.candidate import Candidate
from fledge.classic.candidates import candidates
from fledge.core.devices import choose_device
from fledge.core.errors import DataError, UsageError, listed
from fledge.core.precision import choose_precision
from fledge.core.record import pack_fields
from fledge.data.dataloaders import DataLoaders
from fledge.data.loader import Loader
from fledge.jobs.checked import Checked, counted
from fledge.jobs.looking import looked_at
from fledge.jobs.medium import MEDIA, Medium, Network, medium_of, with_changes
from fledge.jobs.settings import Settings
from fledge.jobs.telling import Say, Teller
from fledge.tasks.table import task_for
from fledge.tasks.task import Task

PINNED = ("device", "precision")
"""What is found by trying the machine: a training that goes on, or is done again, takes what was found the first time."""


@final
@dataclass(frozen=True, eq=False)
class Plan:
    """All that is known before the first thing is tried; `settings` are as asked, `pinned` with device and precision found."""

    settings: Settings
    pinned: Settings
    checked: Checked
    medium: Medium
    dls: DataLoaders
    candidates: Sequence[Candidate]
    networks: Sequence[Network]
    folds: Sequence[Plan] = ()
    """The same on other folds, where the held-back part is the first of several."""
    whole: Plan | None = None
    """With folds: the same on everything, for the one that is kept."""

    @property
    def codec(self) -> Any:
        """What the inputs and targets have become."""
        assert self.dls.codec is not None, "the loaders of a job have a codec"
        return self.dls.codec

    @property
    def task(self) -> Task[Any]:
        """The kind of problem."""
        return task_for(self.codec)

    @property
    def train(self) -> Loader:
        """What is learned from."""
        return ours(self.dls.train)

    @property
    def valid(self) -> Loader:
        """What is held back."""
        return ours(self.dls.valid)

    @property
    def judged(self) -> Loader:
        """What models are judged by: what is held back, here or on another fold."""
        return self.valid if self.whole is None else self.whole.valid

    def tries(self) -> str:
        """What will be tried, in words."""
        networks = "; then ".join(map(str, self.networks))
        return f"{counted(len(self.candidates), 'simple thing')}, then {networks}  (--model, --epochs, --lr, --time)"

    def as_dict(self) -> dict[str, Any]:
        """Plain values under stable names."""
        networks = [{"model": each.name, "epochs": each.epochs, "lr": each.lr} for each in self.networks]
        return {
            "task": self.checked.task,
            "parts": self.checked.part_counts,
            "bs": self.train.bs,
            **self.found(),
            "simple": [each.name for each in self.candidates],
            "networks": networks,
            "settings": pack_fields(self.settings),
        }

    def found(self) -> dict[str, str]:
        """What was found by trying the machine, to be kept."""
        return {name: getattr(self.pinned, name) for name in PINNED}

    def refuse_changes(self, data: Mapping[str, Any], run: Path) -> None:
        """An error if the data are other than those a run was begun with."""
        now = self.dls.fingerprints()
        if changed := [name for name in now if name in data and data[name] != now[name]]:
            raise UsageError(
                f"{run} was begun with other data: {listed(changed)} of {self.settings.source} changed since",
                hint=f"train anew: fledge train {self.settings.source}",
            )


def planned(settings: Settings, tell: Teller, found: Mapping[str, str] | None = None) -> Plan:
    """Looks at the data and settles everything, a line for each choice; whatever can't work is refused here.

    `found` is what an earlier training found by trying the machine.
    """
    for what, path in (("weights", settings.weights), ("test", settings.test), ("codes", settings.codes)):
        if path is not None and not Path(path).exists():
            raise UsageError(f"there is no {path}", hint=f"--{what} takes a file that is there")
    pinned = replace(settings, **{name: (found or {}).get(name, getattr(settings, name)) for name in PINNED})
    device = choose_device(pinned.device)
    precision = choose_precision(device.device, pinned.precision)
    pinned = replace(pinned, device=str(device.device), precision=precision.name)
    checked = looked_at(settings, tell)
    medium = medium_of(checked)
    if medium is None:
        raise DataError(
            f"{settings.source} holds {checked.task.replace('-', ' ')}, which one line can't train yet",
            hint=f"it trains {listed(list(MEDIA))}; for others build a DataBlock and a learner",
        )
    dls, chosen = medium.loaders(checked, pinned)
    machine = [f"{device.device} (--device; {device.reason})", f"{precision.name} (--precision; {precision.reason})"]
    tell(f"{'Chosen':8}{', '.join([*chosen, *machine])}")
    plan = _on(Plan(settings, pinned, checked, medium, dls, (), ()), dls, tell)
    folds = medium.folds(checked, pinned, dls)
    if folds is None:
        if settings.folds:
            raise UsageError(f"folds are for the rows of tables, and these are {medium.noun}", hint="leave --folds out")
        return plan
    whole, others = _on(plan, folds.whole), [_on(plan, each) for each in folds.others]
    words = f"every {medium.noun.removesuffix('s')} is held back once, in {len(others) + 1} folds that learn without it"
    tell(f"{'Folds':8}{words}; the model that is kept learns from all {whole.train.count:,}  (--no-folds)")
    split = f"{checked.split}, as the first of {len(others) + 1} folds; the model that is kept has learned from all of them"
    return replace(plan, checked=replace(checked, split=split), folds=others, whole=whole)


def _on(plan: Plan, dls: DataLoaders, say: Say = lambda _: None) -> Plan:
    """What is to be tried, on these loaders."""
    assert dls.codec is not None, "the loaders of a job have a codec"
    simple = candidates(task_for(dls.codec), dls.codec, ours(dls.train))
    networks = plan.medium.networks(dls, with_changes(dls, plan.medium.changes(dls)), plan.pinned, say)
    return replace(plan, dls=dls, candidates=simple, networks=networks)


def ours(loader: Any) -> Loader:
    """A loader as the one it is."""
    assert isinstance(loader, Loader), "the loaders of a job are ours"
    return loader
