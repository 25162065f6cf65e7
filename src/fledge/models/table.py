"""The networks a model file can name."""

from fledge.core.names import Table

ARCHITECTURES = Table(
    "architecture",
    {
        "vision": "fledge.models.vision:VisionNet",
        "unet": "fledge.models.unet:UNet",
        "small-unet": "fledge.models.unet:SmallUNet",
        "small": "fledge.models.small:SmallNet",
        "tabular": "fledge.models.tabular:TabularNet",
        "row-ensemble": "fledge.models.row_ensemble:RowEnsemble",
        "always": "fledge.models.always:AlwaysNet",
        "on-features": "fledge.models.on_features:OnFeatures",
        "picture-features": "fledge.models.picture_features:PictureFeatures",
        "sound-features": "fledge.models.sound_features:SoundFeatures",
        "by-piece": "fledge.models.by_piece:ByPiece",
        "drawn": "fledge.models.drawn:DrawnNet",
        "track-features": "fledge.models.track_features:TrackFeatures",
        "same-map": "fledge.models.each_place:SameMap",
        "each-place": "fledge.models.each_place:EachPlace",
        "linear": "fledge.models.linear:LinearNet",
        "neighbours": "fledge.models.neighbours:NeighboursNet",
        "trees": "fledge.models.trees:TreesNet",
        "biases": "fledge.models.biases:BiasesNet",
        "factors": "fledge.models.factors:FactorsNet",
        "near-things": "fledge.models.near_things:NearThingsNet",
        "suiting": "fledge.models.suiting:SuitingNet",
        "boosted": "fledge.models.boosted:BoostedNet",
        "kernel": "fledge.models.kernel:KernelNet",
        "average": "fledge.models.average:AverageNet",
        "row-features": "fledge.models.row_features:RowFeatures",
        "custom": "fledge.models.architecture:Custom",
    },
)
