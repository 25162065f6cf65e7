"""Which plain features each kind of input has."""

from __future__ import annotations

from typing import Any

from fledge.models.on_features import Features
from fledge.models.picture_features import PictureFeatures
from fledge.models.sound_features import SoundFeatures
from fledge.models.track_features import TrackFeatures
from fledge.transforms.image import Image
from fledge.transforms.sound import Sound
from fledge.transforms.track import Track
from fledge.transforms.transform import Transform


def features_of(transform: Transform[Any, Any]) -> Features | None:
    """What makes features of inputs that this transform prepares; None where nothing is known to.

    >>> features_of(Image()).words
    'colours'
    """
    match transform:
        case Image():
            return PictureFeatures(transform.channels, transform.mean, transform.std)
        case Sound():
            return SoundFeatures(transform.size[0])
        case Track():
            return TrackFeatures()
        case _:
            return None
