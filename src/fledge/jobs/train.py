"""One line, from data to a function: look, try the simple things, then networks, and say which to use."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from fledge.core.errors import UnknownName, UsageError, listed
from fledge.core.folder_lock import FolderLock
from fledge.core.log import log
from fledge.data.samples import write_bad_items
from fledge.data.splits import PART_NAMES
from fledge.jobs.checked import counted
from fledge.jobs.deadline import Allowance
from fledge.jobs.keeping import kept_model
from fledge.jobs.kept_rows import is_in_memory, kept
from fledge.jobs.planning import Plan, planned
from fledge.jobs.run_folder import RunFolder, slug
from fledge.jobs.settings import Settings
from fledge.jobs.summing_up import Outcome, finish
from fledge.jobs.telling import Say, Teller
from fledge.jobs.trained import Trained
from fledge.jobs.trying import chosen, everything_tried

RUNS = "runs"
"""The folder in which every training has one of its own."""

_SEVERAL = ("target", "category", "number", "ignore", "columns")
"""The settings that are names of columns, one or several."""


def train(
    source: Any,
    *,
    name: str | None = None,
    out: str | Path = RUNS,
    quiet: bool = False,
    say: Say | None = None,
    origins: Mapping[str, str] | None = None,
    began: float | None = None,
    **choices: Any,
) -> Trained:
    """Looks at data, tries simple things and then networks, and gives back the one to use, as a function and as a folder.

    `source` is a folder, a table, or a frame of polars, pandas or Arrow. `choices` are the fields of `Settings`: task, target,
    model, weights, pretrained, valid, test, seed, epochs, time, size, bs, lr, device, precision, on_bad, for masks codes, for
    tables part, group, latest, folds, category, number, ignore, and for movements track, columns, owner. What is left out is
    chosen by looking at the data, and said: on stderr, or to `say`. `origins` is kept with them: where each choice comes
    from, if not from an argument. `time` counts from `began`, which is now, unless an earlier time of the monotonic clock is
    given.
    """
    began = monotonic() if began is None else began
    tell = Teller(say, quiet=quiet)
    called = slug(name or named_after(source))
    if is_in_memory(source) or is_in_memory(choices.get("test")):
        folder = RunFolder.new(Path(out), called)
        try:
            source, choices["test"] = kept(folder.path, source, choices.get("test"))
            plan = planned(as_settings(source, choices), tell)
        except BaseException:
            shutil.rmtree(folder.path, ignore_errors=True)
            raise
    else:
        plan = planned(as_settings(source, choices), tell)
        folder = RunFolder.new(Path(out), called)
    settings = plan.settings
    with FolderLock(folder.path):
        given = dict.fromkeys(choices, "argument") if origins is None else dict(origins)
        folder.write_state(settings, origins=given, task=plan.checked.task, data=plan.dls.fingerprints(), found=plan.found())
        return _carried_out(plan, folder, tell, began)


def dry_run(source: Any, *, quiet: bool = False, say: Say | None = None, **choices: Any) -> Plan:
    """Looks at data and says what `train` would choose and try, without training or writing anything."""
    tell = Teller(say, quiet=quiet)
    with TemporaryDirectory(prefix="fledge-") as place:
        source, choices["test"] = kept(Path(place), source, choices.get("test"))
        plan = planned(as_settings(source, choices), tell)
    tell(f"{'Tries':8}{listed([each.name for each in plan.candidates])}")
    for network in plan.networks:
        tell(f"{'':8}{network}")
    return plan


def resume(folder: str | Path, *, quiet: bool = False, say: Say | None = None) -> Trained:
    """Goes on with a training that was broken off, with the settings it was begun with, to the same bits."""
    run, began, tell = RunFolder.existing(Path(folder)), monotonic(), Teller(say, quiet=quiet)
    with FolderLock(run.path):
        state = run.state()
        if "winner" in state:
            raise UsageError(f"{run.path} is finished", hint=f"fledge predict {shlex.quote(str(run.path))} INPUT")
        plan = planned(run.settings(), tell, state["found"])
        plan.refuse_changes(state["data"], run.path)
        return _carried_out(plan, run, tell, began)


def named_after(source: Any) -> str:
    """What a run is called unless it is given a name.

    >>> named_after("data/bird_or_not"), named_after("labels.csv"), named_after("pets/train.csv.gz"), named_after([{"age": 3}])
    ('bird_or_not', 'labels', 'pets', 'rows')
    """
    if is_in_memory(source):
        return "rows"
    path = Path(source).resolve()
    name = path.name.partition(".")[0] if path.is_file() or path.suffix else path.name
    return path.parent.name if name.lower() in PART_NAMES["train"] else name


def as_settings(source: str | Path, choices: Mapping[str, Any]) -> Settings:
    """Choices as the settings hold them: one target or several, paths as texts."""
    known = [each for each in Settings.__dataclass_fields__ if each != "source"]
    if unknown := sorted(set(choices) - set(known)):
        raise UnknownName("setting", unknown[0], known)
    named = {each: _several(choices.get(each)) for each in _SEVERAL}
    paths = {name: str(choices[name]) for name in ("weights", "test", "codes") if choices.get(name) is not None}
    return Settings(str(source), **dict(choices) | named | paths)


def _several(names: str | Sequence[str] | Mapping[str, str] | None) -> tuple[str, ...]:
    """One name or several; of a mapping, what each name is for with the name."""
    if isinstance(names, Mapping):
        return tuple(f"{what}={name}" for what, name in names.items())
    return (names,) if isinstance(names, str) else tuple(names or ())


def _carried_out(plan: Plan, folder: RunFolder, tell: Teller, began: float) -> Trained:
    """Everything that a plan says, into a folder that is locked; `began` is when the call did, by the monotonic clock."""
    allowance, bad = Allowance(plan.settings.time, began), (*plan.checked.bad, *plan.dls.bad)
    write_bad_items(folder.bad_files, bad)
    if bad:
        tell(f"{'Bad':8}{counted(len(bad), plan.checked.noun)} set aside, listed in {folder.bad_files}")
    tell(f"{'Tries':8}{plan.tries()}")
    try:
        tried = everything_tried(plan, folder, allowance, tell)
        winner = chosen(tried, plan.settings.model)
        predictor = kept_model(plan, tried, winner, folder, tell)
        trained = finish(Outcome(plan, tuple(tried), winner, predictor, folder, began), tell)
    except BaseException as error:
        if isinstance(error, Exception):
            raise
        goes_on = f"stopped: `fledge train --resume {shlex.quote(str(folder.path))}` goes on from there"
        if isinstance(error, KeyboardInterrupt):
            raise KeyboardInterrupt(goes_on) from None
        log.warning(goes_on)
        raise
    for leftover in (folder.tried, folder.path / "checkpoint"):
        shutil.rmtree(leftover, ignore_errors=True)
    return trained
