"""What can be kept in a model file: transforms, and the steps pictures take, by name."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fledge.core.names import Table

TRANSFORMS = Table(
    "transform",
    {
        "category": "fledge.transforms.category:Category",
        "image": "fledge.transforms.image:Image",
        "mask": "fledge.transforms.mask:Mask",
        "multi_category": "fledge.transforms.multi_category:MultiCategory",
        "number": "fledge.transforms.number:Number",
        "owner": "fledge.transforms.owner:Owner",
        "liked": "fledge.transforms.liked:Liked",
        "pair": "fledge.transforms.pair:Pair",
        "person": "fledge.transforms.person:Person",
        "points": "fledge.transforms.points:Points",
        "rating": "fledge.transforms.rating:Rating",
        "row": "fledge.transforms.row:Row",
        "sound": "fledge.transforms.sound:Sound",
        "track": "fledge.transforms.track:Track",
        "table_number": "fledge.transforms.table_number:TableNumber",
    },
)

STEPS = Table(
    "picture step",
    {
        "center_crop": "fledge.transforms.resize:CenterCrop",
        "random_resized_crop": "fledge.transforms.resize:RandomResizedCrop",
        "resize": "fledge.transforms.resize:Resize",
    },
)

READINGS = Table(
    "reading",
    {
        "pair": "fledge.transforms.pair_reading:PairReading",
        "person": "fledge.transforms.pair_reading:PersonReading",
        "picture": "fledge.transforms.picture_reading:PictureReading",
        "row": "fledge.transforms.row_reading:RowReading",
        "sound": "fledge.transforms.sound_reading:SoundReading",
        "track": "fledge.transforms.track_reading:TrackReading",
    },
)
"""What can be kept in an exported model: how its inputs are read without torch."""

ARRAYS: tuple[Any, ...] = (NDArray[np.uint8], NDArray[np.int32], NDArray[np.int64])
"""The types of fields that hold more than a file's words do, and are kept beside them as tensors."""
