"""One row of the Adult table answered: a mapping in, an answer out, against scikit-learn's own pipeline for one row.

Both have a logistic regression and boosted trees fitted to the same rows. scikit-learn is given a pandas frame of one row, as
its pipelines ask for; making that frame is not counted.
"""

from __future__ import annotations

from _measure import Options, Report, by_turns, data, ours, run
from _sides import Measured, Settings, usual_seconds

TIMES = 200
MODELS = ("logistic regression", "boosted trees")


def main(options: Options) -> None:
    settings = {"train": str(data("adult") / "train.csv.gz"), "times": 20 if options.quick else TIMES}
    sides = {
        name: lambda number, name=name: ours(__file__, name, {**settings, "seed": number}) for name in ("fledge", "sklearn")
    }
    measured = by_turns(dict.fromkeys(sides, options.times(5)), sides)
    report = Report("row_latency", "One row answered", options)
    for name in MODELS:
        took = {
            side: report.row(f"{name}, {side}", [1000 * each[name] for each in found], "ms") for side, found in measured.items()
        }
        report.ratio(f"{name}: scikit-learn / fledge", took["sklearn"] / took["fledge"])
    report.row("network, fledge", [1000 * each["network"] for each in measured["fledge"]], "ms")
    report.finish(measured)


def fledge(settings: Settings) -> Measured:
    from fledge.classic.candidates import candidates
    from fledge.data.tabular_dataloaders import TabularDataLoaders
    from fledge.predictor.predictor import Predictor
    from fledge.tasks.table import task_for
    from fledge.training.tabular import tabular_learner

    dls = TabularDataLoaders.from_csv(settings["train"], "salary", seed=settings["seed"], device="cpu")
    task, row = task_for(dls.codec), dls.valid.samples.inputs[0]
    found: Measured = {}
    for each in candidates(task, dls.codec, dls.train):
        if each.name in MODELS:
            made = each.fit(dls.train, 0)
            predictor = Predictor(task, dls.codec, made.model, made.architecture)
            found[each.name] = usual_seconds(lambda predictor=predictor: predictor(row), settings["times"])
    network = tabular_learner(dls, progress=False).predictor("network")
    return {**found, "network": usual_seconds(lambda: network(row), settings["times"])}


def sklearn(settings: Settings) -> Measured:
    import pandas as pd
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

    table = pd.read_csv(settings["train"])
    inputs, target = table.drop(columns="salary"), table["salary"]
    words, numbers = make_column_selector(dtype_exclude="number"), make_column_selector(dtype_include="number")
    one_hot = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), words), (StandardScaler(), numbers))
    ordinal = make_column_transformer(
        (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), words), ("passthrough", numbers)
    )
    made = {
        "logistic regression": make_pipeline(one_hot, LogisticRegression(max_iter=200)),
        "boosted trees": make_pipeline(ordinal, HistGradientBoostingClassifier(max_iter=200)),
    }
    one = inputs.iloc[[0]]
    found: Measured = {}
    for name, pipeline in made.items():
        pipeline.fit(inputs, target)
        found[name] = usual_seconds(lambda pipeline=pipeline: pipeline.predict_proba(one), settings["times"])
    return found


if __name__ == "__main__":
    run(main, fledge=fledge, sklearn=sklearn)
