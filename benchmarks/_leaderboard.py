"""Every row of a table's leaderboard, fitted to one part and measured on another."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import torch
from _sides import Measured, seconds

AVERAGED = ("boosted trees", "XGBoost", "network")
"""What is averaged where nothing may be chosen by looking at the part that is measured on."""


def board(dls: Any, part: str, epochs: int | None = None) -> dict[str, Measured]:
    """Each model's outputs on a part of the data, with the seconds that fitting and answering took."""
    from fledge.classic.candidates import candidates
    from fledge.jobs.tables import usual_epochs
    from fledge.tasks.table import task_for
    from fledge.training.tabular import tabular_learner

    task, loader, found = task_for(dls.codec), dls.parts[part], {}
    batches = list(loader.epoch(0, train=False))

    def told(model: Any) -> Any:
        with torch.inference_mode():
            return torch.cat([model(batch.inputs) for batch in batches])

    for candidate in candidates(task, dls.codec, dls.train):
        made: list[Any] = []
        took = seconds(lambda made=made, candidate=candidate: made.append(candidate.fit(dls.train, dls.train.seed)))
        found[candidate.name] = _measured(told, made[0].model.eval(), took)
    learn = tabular_learner(dls, progress=False)
    took = seconds(lambda: learn.fit_one_cycle(epochs or usual_epochs(dls.train.count)))
    found["network"] = _measured(told, learn.model.eval(), took)
    best = [found[name]["outputs"] for name in AVERAGED if name in found]
    mean = task.mean_outputs(best)
    found[f"average of {len(best)}"] = {"outputs": mean, "fit": 0.0, "answer": 0.0}
    return found


def _measured(told: Any, model: Any, took: float) -> Measured:
    outputs: list[Any] = []
    answer = seconds(lambda: outputs.append(told(model)))
    return {"outputs": outputs[0], "fit": took, "answer": answer}


def classes(found: dict[str, Measured], dls: Any, part: str) -> dict[str, dict[str, float]]:
    """Accuracy and area under the curve of each."""
    from fledge.tasks.table import task_for

    targets = torch.cat([batch.targets for batch in dls.parts[part].epoch(0, train=False)])
    metrics = task_for(dls.codec).metrics(dls.codec)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            name: {
                **{metric.name: float(metric(each["outputs"], targets)) for metric in metrics},
                "fit": each["fit"],
                "answer": each["answer"],
            }
            for name, each in found.items()
        }


def numbers(found: dict[str, Measured], dls: Any, part: str) -> dict[str, dict[str, float]]:
    """How far the numbers of each are off: in their own unit, and in logarithms where all are above zero."""
    target = dls.codec.target
    encoded = torch.cat([batch.targets for batch in dls.parts[part].epoch(0, train=False)])
    true = target.unscaled(encoded.double()).numpy()[:, 0]
    said = {name: target.unscaled(each["outputs"].double()).numpy()[:, 0] for name, each in found.items()}
    off = {name: float(np.sqrt(((each - true) ** 2).mean())) for name, each in said.items()}
    return {
        name: {
            "rmse": off[name],
            "r2": 1 - off[name] ** 2 / float(true.var()),
            "rmse_log": float(np.sqrt(((np.log(np.maximum(each, 1e-3)) - np.log(true)) ** 2).mean())),
            "rmsle": float(np.sqrt(((np.log1p(np.maximum(each, 0)) - np.log1p(true)) ** 2).mean())),
            "fit": found[name]["fit"],
            "answer": found[name]["answer"],
        }
        for name, each in said.items()
    }
