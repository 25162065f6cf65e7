"""Every kind of problem fledge knows, and which one given data is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fledge.core.errors import UsageError, listed
from fledge.core.names import Table

if TYPE_CHECKING:  # so that the names can be asked for without torch
    from fledge.tasks.task import Task
    from fledge.transforms.transform import Codec

TASKS = Table(
    "task",
    {
        "image-classification": "fledge.tasks.image_classification:ImageClassification",
        "image-tags": "fledge.tasks.image_tags:ImageTags",
        "image-regression": "fledge.tasks.image_regression:ImageRegression",
        "image-points": "fledge.tasks.image_points:ImagePoints",
        "image-segmentation": "fledge.tasks.image_segmentation:ImageSegmentation",
        "sound-classification": "fledge.tasks.sound_classification:SoundClassification",
        "track-classification": "fledge.tasks.track_classification:TrackClassification",
        "track-verification": "fledge.tasks.track_verification:TrackVerification",
        "table-classification": "fledge.tasks.table_classification:TableClassification",
        "table-regression": "fledge.tasks.table_regression:TableRegression",
        "ratings": "fledge.tasks.ratings:Ratings",
        "likes": "fledge.tasks.likes:Likes",
    },
)

SAYINGS = Table(
    "saying",
    {
        "label": "fledge.tasks.saying:SayLabel",
        "labels": "fledge.tasks.saying:SayLabels",
        "liked": "fledge.tasks.saying_suggestions:SayLiked",
        "numbers": "fledge.tasks.saying:SayNumbers",
        "points": "fledge.tasks.saying:SayPoints",
        "rating": "fledge.tasks.saying_suggestions:SayRating",
        "regions": "fledge.tasks.saying_regions:SayRegions",
        "verified": "fledge.tasks.saying:SayVerified",
    },
)
"""What can be kept in an exported model: how its answers are said without torch."""


def task_for(codec: Codec[Any, Any]) -> Task[Any]:
    """The task whose inputs and targets are of this codec's kinds."""
    for name in TASKS:
        kind = TASKS[name]
        if kind.fits(codec):
            task: Task[Any] = kind()
            return task
    raise UsageError(
        f"no task turns {type(codec.input).__name__} into {type(codec.target).__name__}; known are {listed(list(TASKS))}",
        hint="pass other blocks to DataBlock, or a task of your own: Learner(dls, model, task=MyTask())",
    )
