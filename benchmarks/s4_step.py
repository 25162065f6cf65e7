"""S4: what a step costs beside the arithmetic, on a network so small that it shows.

20-64-64-2, batch size 64, fused AdamW, a one-cycle schedule, losses kept. Every side gets the same batches, picked out of
one tensor in a new order each epoch; the bare loop is the one anyone would write. Validation is one batch an epoch, and
counts; the bare loop does it as well.
"""

from __future__ import annotations

from _measure import Options, Report, by_turns, ours, peer, run
from _sides import Measured, Settings, seconds
from _small import BATCH, Batches, network, rows

EPOCHS = 4


def main(options: Options) -> None:
    settings: Settings = {"steps": 50 if options.quick else 1000, "epochs": EPOCHS}
    sides = {
        "plain": lambda _: ours(__file__, "plain", settings),
        "fledge": lambda _: ours(__file__, "fledge", settings),
    }
    if options.peers:
        sides["fastai"] = lambda _: peer("_fastai_step.py", settings)
        sides["lightning"] = lambda _: peer("_lightning_step.py", settings)
    measured = by_turns(dict.fromkeys(sides, options.times(7)), sides)
    report = Report(
        "s4_step", f"S4  one step of 20-64-64-2 at batch size {BATCH}, {settings['steps'] * EPOCHS} of them", options
    )
    bare = report.row("bare loop", [each["step"] for each in measured["plain"]], "µs")
    loader = report.row("fledge fit_one_cycle, its own loader", [each["own"] for each in measured["fledge"]], "µs")
    same = report.row("fledge fit_one_cycle, the same batches", [each["step"] for each in measured["fledge"]], "µs")
    report.ratio("fledge / bare loop, the same batches", same / bare, "<= 1.15")
    report.ratio("fledge / bare loop, its own loader", loader / bare, "<= 1.15")
    for name in list(sides)[2:]:
        took = report.row(f"{name}, the same batches", [each["step"] for each in measured[name]], "µs")
        report.ratio(f"{name} / fledge", took / same)
    report.finish(measured)


def fledge(settings: Settings) -> Measured:
    from dataclasses import replace

    import torch

    from fledge import CategoryBlock, CrossEntropy, DataBlock, DataLoaders, Learner, NumberBlock

    steps = int(settings["steps"] * settings["epochs"])

    def step(dls: DataLoaders) -> float:
        torch.manual_seed(0)
        learn = Learner(dls, network(), loss=CrossEntropy(), metrics=(), precision="float32", progress=False)
        learn.fit_one_cycle(1)
        return 1e6 * seconds(lambda: learn.fit_one_cycle(settings["epochs"])) / steps

    given = DataLoaders.from_loaders(Batches(settings["steps"]), Batches(1), device="cpu")
    values, labels = rows((settings["steps"] + 1) * BATCH)
    block = DataBlock((NumberBlock, CategoryBlock), splitter=lambda items: (range(BATCH, len(items)), range(BATCH)))
    read = block.dataloaders(list(zip(values.tolist(), labels.tolist(), strict=True)), bs=BATCH, device="cpu")
    # Without a codec, for no task of fledge's goes from numbers to classes: loss and network say it all here.
    return {"step": step(given), "own": step(replace(read, codec=None))}


def plain(settings: Settings) -> Measured:
    import torch
    from torch.nn import functional as F

    torch.manual_seed(0)
    train, held_back, model = Batches(settings["steps"]), Batches(1), network()

    def fit(epochs: int) -> list[float]:
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-3, total_steps=epochs * settings["steps"])
        kept = []
        for _ in range(epochs):
            model.train()
            for inputs, targets in train:
                loss = F.cross_entropy(model(inputs), targets)
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()
                schedule.step()
                kept.append(loss.item())
            model.eval()
            with torch.no_grad():
                for inputs, targets in held_back:
                    kept.append(F.cross_entropy(model(inputs), targets).item())
        return kept

    fit(1)
    return {"step": seconds(lambda: fit(settings["epochs"])) / (settings["steps"] * settings["epochs"]) * 1e6}


if __name__ == "__main__":
    run(main, fledge=fledge, plain=plain)
