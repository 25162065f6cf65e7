"""fledge turns examples into a function: from data of your own to a trained model that you call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fledge.core.names import Table

if TYPE_CHECKING:
    from fledge.core.errors import FledgeError as FledgeError
    from fledge.data.block import DataBlock as DataBlock
    from fledge.data.collab_dataloaders import CollabDataLoaders as CollabDataLoaders
    from fledge.data.dataloaders import DataLoaders as DataLoaders
    from fledge.data.image_dataloaders import ImageDataLoaders as ImageDataLoaders
    from fledge.data.labels import ColReader as ColReader
    from fledge.data.labels import RegexLabeller as RegexLabeller
    from fledge.data.labels import parent_label as parent_label
    from fledge.data.last_split import LastSplitter as LastSplitter
    from fledge.data.pieces import in_pieces as in_pieces
    from fledge.data.segmentation_dataloaders import SegmentationDataLoaders as SegmentationDataLoaders
    from fledge.data.sound_dataloaders import SoundDataLoaders as SoundDataLoaders
    from fledge.data.sound_files import get_sound_files as get_sound_files
    from fledge.data.sources import get_files as get_files
    from fledge.data.sources import get_image_files as get_image_files
    from fledge.data.splits import (
        ColSplitter as ColSplitter,
    )
    from fledge.data.splits import (
        FuncSplitter as FuncSplitter,
    )
    from fledge.data.splits import (
        GrandparentSplitter as GrandparentSplitter,
    )
    from fledge.data.splits import (
        GroupSplitter as GroupSplitter,
    )
    from fledge.data.splits import (
        IndexSplitter as IndexSplitter,
    )
    from fledge.data.splits import (
        KFoldSplitter as KFoldSplitter,
    )
    from fledge.data.splits import (
        MaskSplitter as MaskSplitter,
    )
    from fledge.data.splits import (
        RandomSplitter as RandomSplitter,
    )
    from fledge.data.table_reading import read_table as read_table
    from fledge.data.tabular_dataloaders import TabularDataLoaders as TabularDataLoaders
    from fledge.data.time_split import TimeSplitter as TimeSplitter
    from fledge.data.track_dataloaders import TrackDataLoaders as TrackDataLoaders
    from fledge.data.track_files import get_track_files as get_track_files
    from fledge.jobs.export import export as export
    from fledge.jobs.export_app import export_app as export_app
    from fledge.jobs.train import train as train
    from fledge.predictor.loading import load as load
    from fledge.predictor.predictor import Predictor as Predictor
    from fledge.scoring.losses import (
        AbsoluteError as AbsoluteError,
    )
    from fledge.scoring.losses import (
        BinaryCrossEntropy as BinaryCrossEntropy,
    )
    from fledge.scoring.losses import (
        CrossEntropy as CrossEntropy,
    )
    from fledge.scoring.losses import (
        Dice as Dice,
    )
    from fledge.scoring.losses import (
        Focal as Focal,
    )
    from fledge.scoring.losses import (
        LikedFirst as LikedFirst,
    )
    from fledge.scoring.losses import (
        SquaredError as SquaredError,
    )
    from fledge.scoring.metrics import (
        accuracy as accuracy,
    )
    from fledge.scoring.metrics import (
        accuracy_multi as accuracy_multi,
    )
    from fledge.scoring.metrics import equal_error_rate as equal_error_rate
    from fledge.scoring.metrics import (
        error_rate as error_rate,
    )
    from fledge.scoring.metrics import (
        f1 as f1,
    )
    from fledge.scoring.metrics import (
        f1_multi as f1_multi,
    )
    from fledge.scoring.metrics import (
        mae as mae,
    )
    from fledge.scoring.metrics import (
        mse as mse,
    )
    from fledge.scoring.metrics import (
        ndcg_at as ndcg_at,
    )
    from fledge.scoring.metrics import (
        precision as precision,
    )
    from fledge.scoring.metrics import (
        r2 as r2,
    )
    from fledge.scoring.metrics import (
        recall as recall,
    )
    from fledge.scoring.metrics import (
        recall_at as recall_at,
    )
    from fledge.scoring.metrics import (
        rmse as rmse,
    )
    from fledge.scoring.metrics import (
        roc_auc as roc_auc,
    )
    from fledge.scoring.metrics import (
        top_k_accuracy as top_k_accuracy,
    )
    from fledge.training.averaging import EMA as EMA
    from fledge.training.callback import Callback as Callback
    from fledge.training.class_weights import class_weights as class_weights
    from fledge.training.collab import collab_learner as collab_learner
    from fledge.training.early_stop import EarlyStop as EarlyStop
    from fledge.training.history_file import HistoryFile as HistoryFile
    from fledge.training.keep_best import KeepBest as KeepBest
    from fledge.training.learner import Learner as Learner
    from fledge.training.mixing import CutMix as CutMix
    from fledge.training.mixing import MixUp as MixUp
    from fledge.training.segmentation import unet_learner as unet_learner
    from fledge.training.show_progress import ShowProgress as ShowProgress
    from fledge.training.sound import sound_learner as sound_learner
    from fledge.training.tabular import tabular_learner as tabular_learner
    from fledge.training.track import track_learner as track_learner
    from fledge.training.vision import vision_learner as vision_learner
    from fledge.transforms.category import CategoryBlock as CategoryBlock
    from fledge.transforms.colour import Brightness as Brightness
    from fledge.transforms.colour import Contrast as Contrast
    from fledge.transforms.colour import Hue as Hue
    from fledge.transforms.colour import Saturation as Saturation
    from fledge.transforms.erase import Erase as Erase
    from fledge.transforms.erase import Noise as Noise
    from fledge.transforms.geometry import (
        Crop as Crop,
    )
    from fledge.transforms.geometry import (
        Dihedral as Dihedral,
    )
    from fledge.transforms.geometry import (
        Flip as Flip,
    )
    from fledge.transforms.geometry import (
        Rotate as Rotate,
    )
    from fledge.transforms.geometry import (
        Warp as Warp,
    )
    from fledge.transforms.geometry import (
        Zoom as Zoom,
    )
    from fledge.transforms.image import ImageBlock as ImageBlock
    from fledge.transforms.mask_block import MaskBlock as MaskBlock
    from fledge.transforms.multi_category import MultiCategoryBlock as MultiCategoryBlock
    from fledge.transforms.number import NumberBlock as NumberBlock
    from fledge.transforms.owner import OwnerBlock as OwnerBlock
    from fledge.transforms.points import PointBlock as PointBlock
    from fledge.transforms.presets import Normalize as Normalize
    from fledge.transforms.presets import aug_transforms as aug_transforms
    from fledge.transforms.resize import CenterCrop as CenterCrop
    from fledge.transforms.resize import RandomResizedCrop as RandomResizedCrop
    from fledge.transforms.resize import Resize as Resize
    from fledge.transforms.row import RowBlock as RowBlock
    from fledge.transforms.sound import SoundBlock as SoundBlock
    from fledge.transforms.sound_change import (
        AddNoise as AddNoise,
    )
    from fledge.transforms.sound_change import (
        ChangeSpeed as ChangeSpeed,
    )
    from fledge.transforms.sound_change import (
        ChangeTone as ChangeTone,
    )
    from fledge.transforms.sound_change import (
        Gain as Gain,
    )
    from fledge.transforms.sound_change import (
        MaskFrequency as MaskFrequency,
    )
    from fledge.transforms.sound_change import (
        MaskTime as MaskTime,
    )
    from fledge.transforms.sound_change import (
        ShiftTime as ShiftTime,
    )
    from fledge.transforms.sound_change import (
        WarpFrequency as WarpFrequency,
    )
    from fledge.transforms.sound_change import (
        sound_transforms as sound_transforms,
    )
    from fledge.transforms.spectrogram import Spectrogram as Spectrogram
    from fledge.transforms.table_number import TableNumberBlock as TableNumberBlock
    from fledge.transforms.track import TrackBlock as TrackBlock
    from fledge.transforms.track_change import DropEvents as DropEvents
    from fledge.transforms.track_change import JitterPlaces as JitterPlaces
    from fledge.transforms.track_change import ScalePlaces as ScalePlaces
    from fledge.transforms.track_change import ScaleTime as ScaleTime
    from fledge.transforms.track_change import track_transforms as track_transforms
    from fledge.transforms.track_columns import TrackColumns as TrackColumns
    from fledge.transforms.track_drawing import Canvas as Canvas

_PLACES = {
    "fledge.core.errors": ("FledgeError",),
    "fledge.data.block": ("DataBlock",),
    "fledge.data.collab_dataloaders": ("CollabDataLoaders",),
    "fledge.data.dataloaders": ("DataLoaders",),
    "fledge.data.image_dataloaders": ("ImageDataLoaders",),
    "fledge.data.labels": (
        "ColReader",
        "RegexLabeller",
        "parent_label",
    ),
    "fledge.data.pieces": ("in_pieces",),
    "fledge.data.segmentation_dataloaders": ("SegmentationDataLoaders",),
    "fledge.data.last_split": ("LastSplitter",),
    "fledge.data.sound_dataloaders": ("SoundDataLoaders",),
    "fledge.data.sound_files": ("get_sound_files",),
    "fledge.data.sources": (
        "get_files",
        "get_image_files",
    ),
    "fledge.data.splits": (
        "ColSplitter",
        "FuncSplitter",
        "GrandparentSplitter",
        "GroupSplitter",
        "IndexSplitter",
        "KFoldSplitter",
        "MaskSplitter",
        "RandomSplitter",
    ),
    "fledge.data.table_reading": ("read_table",),
    "fledge.data.tabular_dataloaders": ("TabularDataLoaders",),
    "fledge.data.time_split": ("TimeSplitter",),
    "fledge.data.track_dataloaders": ("TrackDataLoaders",),
    "fledge.data.track_files": ("get_track_files",),
    "fledge.jobs.export": ("export",),
    "fledge.jobs.export_app": ("export_app",),
    "fledge.jobs.train": ("train",),
    "fledge.predictor.loading": ("load",),
    "fledge.predictor.predictor": ("Predictor",),
    "fledge.scoring.losses": (
        "AbsoluteError",
        "BinaryCrossEntropy",
        "CrossEntropy",
        "Dice",
        "Focal",
        "LikedFirst",
        "SquaredError",
    ),
    "fledge.scoring.metrics": (
        "accuracy",
        "accuracy_multi",
        "equal_error_rate",
        "error_rate",
        "f1",
        "f1_multi",
        "mae",
        "mse",
        "ndcg_at",
        "precision",
        "r2",
        "recall",
        "recall_at",
        "rmse",
        "roc_auc",
        "top_k_accuracy",
    ),
    "fledge.training.averaging": ("EMA",),
    "fledge.training.callback": ("Callback",),
    "fledge.training.class_weights": ("class_weights",),
    "fledge.training.collab": ("collab_learner",),
    "fledge.training.early_stop": ("EarlyStop",),
    "fledge.training.history_file": ("HistoryFile",),
    "fledge.training.keep_best": ("KeepBest",),
    "fledge.training.learner": ("Learner",),
    "fledge.training.mixing": (
        "CutMix",
        "MixUp",
    ),
    "fledge.training.show_progress": ("ShowProgress",),
    "fledge.training.segmentation": ("unet_learner",),
    "fledge.training.sound": ("sound_learner",),
    "fledge.training.tabular": ("tabular_learner",),
    "fledge.training.track": ("track_learner",),
    "fledge.training.vision": ("vision_learner",),
    "fledge.transforms.category": ("CategoryBlock",),
    "fledge.transforms.colour": (
        "Brightness",
        "Contrast",
        "Hue",
        "Saturation",
    ),
    "fledge.transforms.erase": (
        "Erase",
        "Noise",
    ),
    "fledge.transforms.geometry": (
        "Crop",
        "Dihedral",
        "Flip",
        "Rotate",
        "Warp",
        "Zoom",
    ),
    "fledge.transforms.image": ("ImageBlock",),
    "fledge.transforms.mask_block": ("MaskBlock",),
    "fledge.transforms.multi_category": ("MultiCategoryBlock",),
    "fledge.transforms.number": ("NumberBlock",),
    "fledge.transforms.owner": ("OwnerBlock",),
    "fledge.transforms.points": ("PointBlock",),
    "fledge.transforms.presets": (
        "Normalize",
        "aug_transforms",
    ),
    "fledge.transforms.resize": (
        "CenterCrop",
        "RandomResizedCrop",
        "Resize",
    ),
    "fledge.transforms.row": ("RowBlock",),
    "fledge.transforms.sound": ("SoundBlock",),
    "fledge.transforms.sound_change": (
        "AddNoise",
        "ChangeSpeed",
        "ChangeTone",
        "Gain",
        "MaskFrequency",
        "MaskTime",
        "ShiftTime",
        "WarpFrequency",
        "sound_transforms",
    ),
    "fledge.transforms.spectrogram": ("Spectrogram",),
    "fledge.transforms.table_number": ("TableNumberBlock",),
    "fledge.transforms.track": ("TrackBlock",),
    "fledge.transforms.track_change": (
        "DropEvents",
        "JitterPlaces",
        "ScalePlaces",
        "ScaleTime",
        "track_transforms",
    ),
    "fledge.transforms.track_columns": ("TrackColumns",),
    "fledge.transforms.track_drawing": ("Canvas",),
}
"""Where the public names live. Each is fetched on first use, so that importing fledge is quick and loads no torch."""

_NAMES = Table("public name", {name: f"{module}:{name}" for module, names in _PLACES.items() for name in names})

__all__ = [
    "EMA",
    "AbsoluteError",
    "AddNoise",
    "BinaryCrossEntropy",
    "Brightness",
    "Callback",
    "Canvas",
    "CategoryBlock",
    "CenterCrop",
    "ChangeSpeed",
    "ChangeTone",
    "ColReader",
    "ColSplitter",
    "CollabDataLoaders",
    "Contrast",
    "Crop",
    "CrossEntropy",
    "CutMix",
    "DataBlock",
    "DataLoaders",
    "Dice",
    "Dihedral",
    "DropEvents",
    "EarlyStop",
    "Erase",
    "FledgeError",
    "Flip",
    "Focal",
    "FuncSplitter",
    "Gain",
    "GrandparentSplitter",
    "GroupSplitter",
    "HistoryFile",
    "Hue",
    "ImageBlock",
    "ImageDataLoaders",
    "IndexSplitter",
    "JitterPlaces",
    "KFoldSplitter",
    "KeepBest",
    "LastSplitter",
    "Learner",
    "LikedFirst",
    "MaskBlock",
    "MaskFrequency",
    "MaskSplitter",
    "MaskTime",
    "MixUp",
    "MultiCategoryBlock",
    "Noise",
    "Normalize",
    "NumberBlock",
    "OwnerBlock",
    "PointBlock",
    "Predictor",
    "RandomResizedCrop",
    "RandomSplitter",
    "RegexLabeller",
    "Resize",
    "Rotate",
    "RowBlock",
    "Saturation",
    "ScalePlaces",
    "ScaleTime",
    "SegmentationDataLoaders",
    "ShiftTime",
    "ShowProgress",
    "SoundBlock",
    "SoundDataLoaders",
    "Spectrogram",
    "SquaredError",
    "TableNumberBlock",
    "TabularDataLoaders",
    "TimeSplitter",
    "TrackBlock",
    "TrackColumns",
    "TrackDataLoaders",
    "Warp",
    "WarpFrequency",
    "Zoom",
    "accuracy",
    "accuracy_multi",
    "aug_transforms",
    "class_weights",
    "collab_learner",
    "equal_error_rate",
    "error_rate",
    "export",
    "export_app",
    "f1",
    "f1_multi",
    "get_files",
    "get_image_files",
    "get_sound_files",
    "get_track_files",
    "in_pieces",
    "load",
    "mae",
    "mse",
    "ndcg_at",
    "parent_label",
    "precision",
    "r2",
    "read_table",
    "recall",
    "recall_at",
    "rmse",
    "roc_auc",
    "sound_learner",
    "sound_transforms",
    "tabular_learner",
    "top_k_accuracy",
    "track_learner",
    "track_transforms",
    "train",
    "unet_learner",
    "vision_learner",
]


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = _NAMES[name]
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
