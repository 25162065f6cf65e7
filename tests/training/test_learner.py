"""The learner: trains, freezes, asks."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fledge.core.errors import UsageError
from fledge.scoring.losses import CrossEntropy, Focal
from fledge.scoring.metrics import accuracy, error_rate
from fledge.training.callback import Callback
from fledge.training.learner import Learner
from fledge.training.run import Run
from tests.training.small import blob_learner, blob_loaders, blob_net, photo_learner, same, weights


def test_the_loss_falls_and_each_epoch_has_its_row() -> None:
    learner = blob_learner(metrics=accuracy)
    learner.fit_one_cycle(4, 0.02)
    losses = [row["valid_loss"] for row in learner.history]
    assert [row["epoch"] for row in learner.history] == [0, 1, 2, 3]
    assert losses[-1] is not None
    assert losses[0] is not None
    assert losses[-1] < losses[0] / 2
    assert learner.history[-1]["accuracy"] == 1.0 == learner.figures["accuracy"].value


def test_photos_are_told_apart_after_a_few_epochs(photos: Path) -> None:
    learner = photo_learner(photos)
    learner.fit_one_cycle(6, 1e-2)
    assert learner.validate()["accuracy"].value >= 0.9


@pytest.mark.parametrize("fit", ["fit", "fit_one_cycle", "fit_flat_cos", "fine_tune"])
def test_every_way_of_fitting_learns(fit: str) -> None:
    learner = blob_learner(lr=0.02)
    before = float(learner.validate()["valid_loss"].value)
    getattr(learner, fit)(3)
    assert learner.validate()["valid_loss"].value < before


def test_the_same_seed_gives_the_same_bits_and_another_one_others(photos: Path) -> None:
    trained = []
    for seed in (3, 3, 4):
        learner = photo_learner(photos, seed=seed)
        learner.fit_one_cycle(2)
        trained.append(weights(learner))
    assert same(trained[0], trained[1])
    assert not same(trained[0], trained[2])


def test_training_leaves_the_callers_random_numbers_alone() -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    blob_learner().fit(2)
    assert torch.equal(torch.rand(3), expected)


def test_a_frozen_body_keeps_every_bit_also_of_its_batch_norms(photos: Path) -> None:
    learner = photo_learner(photos)
    learner.freeze()
    before = weights(learner)
    learner.fit(1)
    after = weights(learner)
    changed = {name.partition(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert changed == {"head"}


def test_a_frozen_body_makes_no_graph(photos: Path) -> None:
    learner = photo_learner(photos)
    learner.freeze()
    seen: list[bool] = []
    learner.model.get_submodule("body").register_forward_hook(lambda *given: seen.append(given[2].requires_grad))
    learner.fit(1)
    assert seen
    assert not any(seen)


def test_a_head_alone_is_trained_on_features_computed_once(photos: Path) -> None:
    learner = photo_learner(photos, random=False)
    calls: list[int] = []
    learner.model.get_submodule("body").register_forward_hook(lambda *given: calls.append(len(given[2])))
    before = weights(learner)
    learner.fit_head(10)
    after = weights(learner)
    assert sum(calls) == 2 + 40  # two to see that the loss fits, then each of the 40 once
    assert same({n: t for n, t in before.items() if "body" in n}, {n: t for n, t in after.items() if "body" in n})
    assert learner.validate()["valid_loss"].value < 0.5


def test_with_random_changes_a_head_is_trained_on_every_view(photos: Path) -> None:
    learner = photo_learner(photos)
    calls: list[int] = []
    learner.model.get_submodule("body").register_forward_hook(lambda *given: calls.append(len(given[2])))
    learner.fit_head(2)
    assert sum(calls) == 2 + 2 * 40


def test_fine_tuning_trains_the_head_first_and_then_all(photos: Path) -> None:
    stages: list[int] = []

    class Watch(Callback):
        def stage_start(self, run: Run) -> None:
            stages.append(sum(each.requires_grad for each in run.learner.model.parameters()))

    learner = photo_learner(photos, callbacks=[Watch()])
    learner.fine_tune(1)
    assert stages[0] == len(list(learner.model.get_submodule("head").parameters()))
    assert stages[1] == len(list(learner.model.parameters()))
    assert len(learner.history) == 2


def test_rates_in_a_slice_rise_from_the_first_layers_to_the_head(photos: Path) -> None:
    rates: list[float] = []

    class Watch(Callback):
        def stage_start(self, run: Run) -> None:
            rates.extend(group["base_rate"] for group in run.optimizer.param_groups)

    photo_learner(photos, callbacks=[Watch()]).fit(1, slice(1e-5, 1e-3))
    assert sorted(set(rates)) == [1e-5, 1e-4, 1e-3]


def test_norms_and_biases_are_not_pulled_to_zero() -> None:
    decayed: dict[float, int] = {}

    class Watch(Callback):
        def stage_start(self, run: Run) -> None:
            decayed.update({group["weight_decay"]: len(group["params"]) for group in run.optimizer.param_groups})

    blob_learner(callbacks=[Watch()], weight_decay=0.3).fit(1)
    assert decayed == {0.3: 2, 0.0: 4}


def test_accumulated_batches_make_the_step_of_one_large_batch() -> None:
    net = nn.Linear(4, 2)
    state = {name: each.clone() for name, each in net.state_dict().items()}
    large = Learner(blob_loaders(32), net, loss=CrossEntropy(), optimizer="sgd", progress=False, precision="float32")
    large.fit(1, 0.1)
    net = nn.Linear(4, 2)
    net.load_state_dict(state)
    small = Learner(
        blob_loaders(16), net, loss=CrossEntropy(), optimizer="sgd", accumulate=2, progress=False, precision="float32"
    )
    small.fit(1, 0.1)
    assert torch.allclose(weights(large)["weight"], weights(small)["weight"], atol=1e-6)


def test_gradients_are_clipped_to_a_length() -> None:
    norms: list[float] = []

    class Watch(Callback):
        def batch_end(self, run: Run) -> None:
            norms.append(0.0)

    learner = blob_learner(optimizer="sgd", clip=1e-9, callbacks=[Watch()], weight_decay=0.0)
    before = weights(learner)
    learner.fit(1, 0.1)
    moved = [(weights(learner)[name] - before[name]).abs().max() for name, _ in learner.model.named_parameters()]
    assert norms
    assert max(moved) < 1e-8


@pytest.mark.parametrize("loss", [F.cross_entropy, nn.CrossEntropyLoss(), Focal(), CrossEntropy(smoothing=0.1)])
def test_any_loss_is_taken(loss: object) -> None:
    learner = blob_learner(loss=loss)
    learner.fit(1)
    assert learner.history[0]["valid_loss"] is not None


def test_any_optimizer_of_torch_is_taken() -> None:
    learner = blob_learner(optimizer=torch.optim.RMSprop)
    learner.fit(1)
    assert isinstance(learner.run and learner.run.optimizer, torch.optim.RMSprop)


def test_a_loss_that_does_not_go_with_the_targets_is_refused_before_the_first_step() -> None:
    learner = blob_learner(loss=nn.MSELoss())
    before = weights(learner)
    with pytest.raises(UsageError, match="the loss MSELoss doesn't go with this data"):
        learner.fit(1)
    assert same(weights(learner), before)


def test_a_network_with_too_few_outputs_is_refused_before_the_first_step() -> None:
    with pytest.raises(UsageError, match="the model gives 1 scores"):
        blob_learner(net=nn.Linear(4, 1)).fit(1)


def test_loaders_without_a_codec_need_a_loss() -> None:
    with pytest.raises(UsageError, match="pass loss="):
        Learner(blob_loaders(), blob_net(), progress=False)


@pytest.mark.parametrize(
    ("settings", "said"), [({"lr": 0.0}, "lr=0"), ({"accumulate": 0}, "accumulate=0"), ({"clip": -1.0}, "clip=-1")]
)
def test_settings_that_cannot_be_meant_are_refused(settings: dict[str, float], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        blob_learner(**settings)


def test_the_bits_of_a_step_by_hand_are_those_of_the_loop() -> None:
    looped, by_hand = blob_learner(), blob_learner()
    looped.fit(1, 1e-3)
    for batch in by_hand.dls.train.epoch(0, train=True):
        record = by_hand.step(batch)
    assert same(weights(looped), weights(by_hand))
    assert not torch.equal(record.before["0.weight"], record.after["0.weight"])
    assert record.gradients["0.weight"].shape == (16, 4)


def test_predictions_come_with_names_losses_and_figures(photos: Path) -> None:
    learner = photo_learner(photos, metrics=error_rate)
    found = learner.get_preds()
    assert len(found) == 8
    assert found.names[0].endswith(".jpg")
    assert torch.allclose(found.probabilities.sum(1), torch.ones(8))
    assert found.figures["error_rate"].count == 8


def test_new_items_are_predicted_as_one_by_one(photos: Path) -> None:
    learner = photo_learner(photos)
    items = [photos / "bird" / "bird_000.jpg", photos / "forest" / "forest_000.jpg"]
    together = learner.get_preds(learner.dls.test_dl(items))
    answers = learner.predict(items)
    assert together.targets is None
    assert [round(a.probability, 4) for a in answers] == [round(float(p.max()), 4) for p in together.probabilities]
    alone = learner.predict(items[0])
    assert alone.label == answers[0].label
    assert alone.probability == pytest.approx(answers[0].probability, abs=1e-6)


def test_asking_does_not_change_what_is_trained(photos: Path) -> None:
    learner = photo_learner(photos)
    learner.freeze()
    learner.model.train()
    learner.predict(photos / "bird" / "bird_000.jpg")
    assert learner.model.training
    assert [each.requires_grad for each in learner.model.get_submodule("body").parameters()] == [False] * 30
    assert all(each.requires_grad for each in learner.model.get_submodule("head").parameters())


def test_an_exported_model_answers_alike_and_training_on_does_not_change_it(photos: Path, tmp_path: Path) -> None:
    learner = photo_learner(photos)
    learner.fit(1)
    photo = photos / "bird" / "bird_001.jpg"
    exported = learner.export(tmp_path / "bird.safetensors")
    answer = learner.predict(photo)
    learner.fit(1, 0.1)
    assert exported(photo) == answer != learner.predict(photo)
    assert exported.card.figures["accuracy"].count == 8
    assert exported.card.trained_on == 32


def test_averaging_over_views_is_as_good_as_any_prediction(photos: Path) -> None:
    learner = photo_learner(photos)
    learner.fit_one_cycle(4, 1e-2)
    found = learner.tta(n=3)
    assert torch.allclose(found.probabilities.sum(1), torch.ones(8), atol=1e-5)
    assert found.figures["accuracy"].value >= 0.85


def test_results_and_worst_items_can_be_looked_at(photos: Path) -> None:
    learner = photo_learner(photos)
    learner.fit(1)
    assert len(learner.show_results(max_n=4).axes) == 4
    assert learner.interpret().confusion().sum() == 8
    assert len(learner.interpret().plot_top_losses(4).axes) == 4


def test_a_rate_search_suggests_and_leaves_everything_as_it_was(photos: Path) -> None:
    learner = photo_learner(photos)
    before = weights(learner)
    found = learner.lr_find(steps=40)
    assert same(weights(learner), before)
    assert learner.history == []
    assert 1e-6 < found.valley < 1
    assert found.plot().axes


def test_the_summary_says_what_is_trained_and_with_what(photos: Path) -> None:
    learner = photo_learner(photos)
    learner.freeze()
    text = learner.summary()
    assert "frozen" in text
    assert "image classification" in text
    assert "32 samples to learn from, 8 held back" in text


def test_a_function_that_takes_one_number_is_a_loss_too() -> None:
    def far(outputs: Tensor, targets: Tensor) -> Tensor:
        return (outputs[:, 0] - targets.float()).square().mean()

    learner = blob_learner(loss=far)
    learner.fit(1)
    assert learner.history[0]["valid_loss"] is not None


def test_kept_norms_leave_the_statistics_that_the_body_came_with(photos: Path) -> None:
    learner = photo_learner(photos, keep_norms=True)
    before = weights(learner)
    learner.fit(1)
    after = weights(learner)
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert not any("running_mean" in name for name in moved if name.startswith("body"))
    assert any(name.endswith("weight") for name in moved if name.startswith("body"))
    assert any("running_mean" in name for name in moved if name.startswith("head"))
