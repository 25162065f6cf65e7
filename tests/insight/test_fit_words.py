"""Over- and underfitting in words."""

from __future__ import annotations

import pytest

from fledge.insight.fit_words import RULE, Kind, Row, fit_words


def rows(*pairs: tuple[float | None, float | None]) -> list[Row]:
    return [{"epoch": place, "train_loss": train, "valid_loss": valid} for place, (train, valid) in enumerate(pairs)]


@pytest.mark.parametrize(
    ("kind", "pairs"),
    [
        ("unknown", [(0.5, 0.5)]),
        ("broken", [(0.5, 0.5), (float("nan"), 0.4)]),
        ("broken", [(0.5, 0.5), (0.4, None)]),
        ("overfitting", [(0.9, 0.8), (0.4, 0.6), (0.1, 0.7)]),
        ("improving", [(0.9, 0.8), (0.7, 0.7), (0.5, 0.6)]),
        ("underfitting", [(0.70, 0.69), (0.69, 0.69), (0.69, 0.69)]),
        ("gap", [(0.9, 0.8), (0.3, 0.62), (0.1, 0.62)]),
        ("settled", [(0.9, 0.8), (0.3, 0.3), (0.28, 0.3)]),
    ],
)
def test_each_course_of_the_losses_has_its_words(kind: Kind, pairs: list[tuple[float | None, float | None]]) -> None:
    assert fit_words(rows(*pairs)).kind == kind


def test_a_held_back_loss_that_rises_with_the_training_loss_is_no_overfitting() -> None:
    assert fit_words(rows((0.9, 0.8), (0.3, 0.3), (0.5, 0.5))).kind != "overfitting"


def test_the_sentence_names_the_epoch_and_the_numbers() -> None:
    words = str(fit_words(rows((0.9, 0.8), (0.4, 0.6), (0.1, 0.7))))
    assert words.startswith("Overfitting: after epoch 2 the held-back loss rose from 0.6 to 0.7")


def test_the_rule_states_its_bounds() -> None:
    assert all(bound in RULE for bound in ("10 %", "2 %", "25 %"))
