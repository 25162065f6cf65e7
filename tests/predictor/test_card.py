"""The model card."""

from __future__ import annotations

from datetime import datetime

import torch

from fledge.core.record import pack_fields, unpack_fields
from fledge.predictor.card import Card
from fledge.scoring.figure import Figure


def test_a_card_is_of_its_moment_and_goes_there_and_back() -> None:
    card = Card.now(name="bird", held_back=82, figures={"accuracy": Figure.of_share(82, 82)}, seed=42, licence="CC0")
    assert datetime.fromisoformat(card.created).tzinfo is not None
    assert torch.__version__.startswith(card.versions["torch"].split("+")[0])
    assert unpack_fields(pack_fields(card), Card, "bird") == card
