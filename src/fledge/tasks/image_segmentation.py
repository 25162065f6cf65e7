"""Which class each place of a picture is of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, final

import torch
from torch import Tensor, nn

from fledge.scoring.losses import CrossEntropy, Loss
from fledge.scoring.metrics import Metric
from fledge.scoring.overlap import mean_dice, mean_iou, pixel_accuracy
from fledge.tasks.answer import Answer
from fledge.tasks.regions import Regions, Scene
from fledge.tasks.saying_regions import SayRegions
from fledge.tasks.spreading import SpreadGraph
from fledge.tasks.task import Task
from fledge.tasks.tiling import cut, joined
from fledge.transforms.geometry import GeometricChange
from fledge.transforms.image import Image
from fledge.transforms.mask import Mask
from fledge.transforms.mask_colours import VOID
from fledge.transforms.picture import picture_size
from fledge.transforms.picture_reading import PictureReading
from fledge.transforms.resize import seen_part
from fledge.transforms.transform import Codec

MaskCodec = Codec[Image, Mask]


@final
@dataclass(frozen=True)
class ImageSegmentation(Task[MaskCodec]):
    """A class for each place; places that are void don't count."""

    title: ClassVar[str] = "image segmentation"
    looks_twice: ClassVar[bool] = True

    @classmethod
    def fits(cls, codec: Codec[Any, Any]) -> bool:
        return isinstance(codec.input, Image) and isinstance(codec.target, Mask)

    def outputs(self, codec: MaskCodec) -> int:
        return len(codec.target.names)

    def loss(self, codec: MaskCodec) -> Loss:
        return CrossEntropy(ignore_index=VOID)

    def metrics(self, codec: MaskCodec) -> tuple[Metric, ...]:
        return (mean_iou(VOID), pixel_accuracy(VOID), mean_dice(VOID))

    def kept(self, outputs: Tensor) -> Tensor:
        """The best class of each place as a byte: scores of many pictures would fill any memory."""
        return outputs.argmax(1).to(torch.uint8)

    def kept_targets(self, targets: Tensor) -> Tensor:
        """The class of each place as a byte."""
        return targets.to(torch.uint8)

    def probabilities(self, outputs: Tensor) -> Tensor:
        return outputs

    def views(self, changes: Sequence[Any]) -> tuple[Any, ...]:
        """Those that leave every place where it is."""
        return tuple(each for each in changes if not isinstance(each, GeometricChange))

    def mean_outputs(self, outputs: Sequence[Tensor]) -> Tensor:
        """Probabilities are averaged, not scores: a view that is very sure doesn't outvote the others."""
        return torch.stack([each.softmax(1) for each in outputs]).mean(0).log()

    def readable(self, outputs: Tensor, codec: MaskCodec) -> Tensor:
        """The probability of each class at each place that the model sees."""
        return outputs.softmax(1)

    def reading(self, codec: MaskCodec, examples: Tensor | None) -> PictureReading:
        """Pictures with their own size, for that is the size of their masks."""
        return replace(codec.input.reading(examples), own_size=True)

    def graph(self, model: nn.Module, codec: MaskCodec) -> SpreadGraph:
        return SpreadGraph(codec.input.steps)

    def says(self, codec: MaskCodec) -> SayRegions:
        return SayRegions(codec.target.names, codec.target.colours)

    def answers(self, outputs: Tensor, codec: MaskCodec) -> list[Answer]:
        best = self.kept(outputs).numpy()
        names, palette = codec.target.names, codec.target.palette
        return [Regions(mask, names, palette, scores) for mask, scores in zip(best, outputs, strict=True)]

    def scene(self, value: Any, codec: MaskCodec) -> Scene:
        """The picture's own size, and which part of it the model sees."""
        height, width = picture_size(value)
        return Scene(height, width, seen_part(codec.input.steps, height, width))

    def tiled(self, value: Any, codec: MaskCodec, size: tuple[int, int] | None, outputs: Callable[[Tensor], Tensor]) -> Answer:
        """The answer to a large picture, looked at tile by tile, each of the size that pictures had when the model learned."""
        tiles = cut(value, codec.input, size or codec.target.learned_at)
        scores = joined(tiles, outputs)
        height, width = tiles.picture
        whole = Scene(height, width, (0.0, 0.0, height, width))
        return Regions(self.kept(scores[None])[0].numpy(), codec.target.names, codec.target.palette, scores).placed(whole)
