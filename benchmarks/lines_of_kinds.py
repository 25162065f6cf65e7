"""Lines of code that sounds, movements and masks each take outside `tasks/` and `transforms/`, by floor and file.

A file belongs to the kind that it names or serves alone; what several kinds share (cutting in pieces, the report's parts,
the page's frame) belongs to none. Blank lines and docstrings are counted too.
"""

from __future__ import annotations

from itertools import groupby

from _measure import ROOT

KINDS = {
    "sounds": """
        data/sound_dataloaders.py data/sound_files.py jobs/sounds.py models/sound_features.py report/player.py serve/sounds.py
        serve/static/sound.js training/sound.py
    """,
    "movements": """
        cli/about_tracks.py data/track_dataloaders.py data/track_files.py data/track_table.py jobs/check_owner.py
        jobs/check_tracks.py jobs/demo_tracks.py jobs/track_answers.py jobs/track_options.py jobs/tracks.py models/drawn.py
        models/track_features.py report/owner.py report/tracks.py serve/tracks.py serve/static/pad.js training/track.py
    """,
    "masks": """
        classic/places.py data/mask_files.py data/segmentation_dataloaders.py insight/places.py jobs/answer_masks.py
        jobs/check_masks.py jobs/masks.py models/each_place.py models/places.py models/unet.py report/masks.py
        scoring/overlap.py training/segmentation.py
    """,
    "pieces (sounds may, movements do)": "data/pieces.py models/by_piece.py",
}


def main() -> None:
    source = ROOT / "src" / "fledge"
    for kind, listed in KINDS.items():
        names = sorted(listed.split())
        lines = {name: len((source / name).read_text(encoding="utf-8").splitlines()) for name in names}
        print(f"{kind}: {sum(lines.values())} lines in {len(lines)} files")
        for floor, of_floor in groupby(names, lambda name: name.partition("/")[0]):
            each = {name.partition("/")[2]: lines[name] for name in of_floor}
            print(f"  {floor:10}{sum(each.values()):5}  {', '.join(f'{name} {count}' for name, count in each.items())}")


if __name__ == "__main__":
    main()
