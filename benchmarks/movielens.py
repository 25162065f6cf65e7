"""S8 and the leaderboard: MovieLens latest-small, random 80/20 splits.

Like for like are the same rows, batch size, 50 factors, range and 5 epochs, with a look at the held-back fifth after each; the
time is that of the fit, of fledge with the start in closed form. By default settings fledge chooses batch size and rate
itself, and 3 epochs do. The leaderboard is every simple thing and the networks on the same splits, by error; and, of likes
(every rating taken for one), by what is put first.
"""

from __future__ import annotations

from statistics import mean
from time import perf_counter

from _measure import Options, Report, by_turns, data, ours, peer, run
from _sides import Measured, Settings, seconds

BATCHES = (64, 1024)


def main(options: Options) -> None:
    file = str(data("movielens-latest-small") / "ratings.csv.gz")
    rounds, epochs = options.times(5), 1 if options.quick else 5
    sides = {"default": lambda number: ours(__file__, "default", {"ratings": file, "seed": number})}
    for bs in BATCHES if not options.quick else BATCHES[1:]:
        like: Settings = {"ratings": file, "bs": bs, "epochs": epochs}
        sides[f"fledge {bs}"] = lambda number, like=like: ours(__file__, "like", {**like, "seed": number})
        if options.peers:
            sides[f"fastai {bs}"] = lambda number, like=like: peer("_fastai_collab.py", {**like, "seed": number})
    # fastai at batch 64 takes most of a minute: three times will do.
    times = {name: min(rounds, 3) if name == "fastai 64" else rounds for name in sides}
    measured = by_turns(times, sides)
    report = Report("movielens", f"S8  MovieLens latest-small, {rounds} random splits, 50 factors", options)
    took = {name: report.row(f"{name}, fit", [each["fit"] for each in found], "s") for name, found in measured.items()}
    error = {name: mean(each["mse"] for each in found) for name, found in measured.items()}
    for name, found in measured.items():
        report.row(f"{name}, squared error", [each["mse"] for each in found], "", f"mean {error[name]:.4f}")
    report.ratio("squared error by default settings, mean", error["default"], "<= 0.735", "")
    for name in [each for each in sides if each.startswith("fastai")]:
        size = name.split()[1]
        report.ratio(f"{name} / fledge {size}, like for like", took[name] / took[f"fledge {size}"], ">= 9")
    if "fastai 64" in took:
        report.ratio("fastai 64 / fledge by default settings", took["fastai 64"] / took["default"], ">= 100")
    boards = [ours(__file__, "board", {"ratings": file, "seed": number, "quick": options.quick}) for number in range(rounds)]
    for name in boards[0]["error"]:
        errors = [each["error"][name] for each in boards]
        seconds_each = mean(each["seconds"][name] for each in boards)
        report.row(f"{name}, RMSE", errors, "", f"mean {mean(errors):.4f}, {seconds_each:.1f} s")
    best = min(boards[0]["error"], key=lambda name: mean(each["error"][name] for each in boards))
    report.ratio(f"RMSE of the best ({best}), mean", mean(each["error"][best] for each in boards), "<= 0.850", "")
    for name in boards[0]["likes"]:
        found = [each["likes"][name] for each in boards]
        recalls, covered = [100 * each["recall"] for each in found], mean(100 * each["coverage"] for each in found)
        report.row(f"{name}, recall@10", recalls, "%", f"mean {mean(recalls):.1f}, covers {covered:.1f} % of all there is")
        report.row(f"{name}, NDCG@10", [100 * each["ndcg"] for each in found], "%")
    report.finish({"sides": measured, "boards": boards})


def default(settings: Settings) -> Measured:
    return _fitted(settings, {}, {}, 3)


def like(settings: Settings) -> Measured:
    return _fitted(settings, {"bs": settings["bs"]}, {"y_range": (0.5, 5.5)}, settings["epochs"])


def _fitted(settings: Settings, data_options: Settings, net_options: Settings, epochs: int) -> Measured:
    from fledge import CollabDataLoaders, collab_learner

    def learned(dls: object, epochs: int) -> object:
        learn = collab_learner(dls, 50, progress=False, seed=settings["seed"], **net_options)  # type: ignore[arg-type]
        learn.fit_one_cycle(epochs)
        return learn

    frame = _frame(settings)
    # What only a process's first training pays, torch's imports above all, is no part of it, on either side.
    learned(CollabDataLoaders.from_df(frame.head(2000), seed=0, device="cpu"), 1)
    dls = CollabDataLoaders.from_df(frame, splitter=_split(settings, len(frame)), device="cpu", **data_options)
    began = perf_counter()
    learn = learned(dls, epochs)
    took = perf_counter() - began
    return {"fit": took, "mse": learn.validate()["rmse"].value ** 2}  # type: ignore[attr-defined]


def board(settings: Settings) -> Measured:
    from fledge import CollabDataLoaders, collab_learner
    from fledge.classic.candidates import candidates
    from fledge.tasks.table import task_for

    frame, found = _frame(settings), {"error": {}, "seconds": {}, "likes": {}}
    for likes in (False, True):
        dls = CollabDataLoaders.from_df(frame, splitter=_split(settings, len(frame)), device="cpu", likes=likes)
        assert dls.codec is not None
        models = {}
        for each in candidates(task_for(dls.codec), dls.codec):
            began = perf_counter()
            models[each.name] = each.fit(dls.train, settings["seed"]).model  # type: ignore[arg-type]
            found["seconds"].setdefault(each.name, perf_counter() - began)
        for name, options in (("product of vectors", {}), ("network", {"use_nn": True})):
            learn = collab_learner(dls, 50, progress=False, seed=settings["seed"], **options)
            epochs = 1 if settings["quick"] else 5
            took = seconds(lambda learn=learn, epochs=epochs: learn.fit_one_cycle(epochs))
            found["seconds"].setdefault(name, took)
            models[name] = learn.model.eval()
        for name, model in models.items():
            if likes:
                found["likes"][name] = _ranked(model, dls)
            else:
                found["error"][name] = _error(model, dls)
    return found


def _error(model: object, dls: object) -> float:
    import torch

    with torch.inference_mode():
        inputs, true = dls.valid.inputs.encoded, dls.valid.targets.encoded  # type: ignore[attr-defined]
        said = torch.cat([model(part)[:, 0] for part in torch.split(inputs, 4096)])  # type: ignore[operator]
    return float((dls.codec.target.within(said) - true).square().mean().sqrt())  # type: ignore[attr-defined]


def _ranked(model: object, dls: object) -> Measured:
    import torch

    from fledge import ndcg_at, recall_at
    from fledge.scoring.ranking import best_places

    with torch.inference_mode():
        people, liked = dls.valid.inputs.encoded, dls.valid.targets.encoded  # type: ignore[attr-defined]
        scores = torch.cat([model(part) for part in torch.split(people, 64)])  # type: ignore[operator]
        covered = best_places(scores, liked, 10).unique().numel() / scores.shape[1]
        return {"recall": recall_at(10)(scores, liked), "ndcg": ndcg_at(10)(scores, liked), "coverage": covered}


def _frame(settings: Settings):  # type: ignore[no-untyped-def]
    from fledge import read_table

    return read_table(settings["ratings"]).frame


def _split(settings: Settings, count: int):  # type: ignore[no-untyped-def]
    """The same rows held back as on the other side."""
    import numpy as np

    from fledge import IndexSplitter

    return IndexSplitter(np.random.default_rng(settings["seed"]).permutation(count)[: count // 5].tolist())


if __name__ == "__main__":
    run(main, default=default, like=like, board=board)
