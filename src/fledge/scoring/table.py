"""The losses by name."""

from __future__ import annotations

from fledge.core.names import Table

LOSSES = Table(
    "loss",
    {
        "cross_entropy": "fledge.scoring.losses:CrossEntropy",
        "dice": "fledge.scoring.losses:Dice",
        "focal": "fledge.scoring.losses:Focal",
        "binary_cross_entropy": "fledge.scoring.losses:BinaryCrossEntropy",
        "liked_first": "fledge.scoring.losses:LikedFirst",
        "squared_error": "fledge.scoring.losses:SquaredError",
        "absolute_error": "fledge.scoring.losses:AbsoluteError",
    },
)
