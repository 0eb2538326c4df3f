"""Makes thalweg/typeset/faces/ from Source Sans 3's variable font: python tools/make_faces.py SourceSans3[wght].ttf

Two static cuts, without what is never set, under a name of their own, as the font's licence (OFL.txt beside them) asks
of changed versions. Their em is smaller than Source Sans', so that at the same size they are as large as DejaVu Sans.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

FACES = Path(__file__).resolve().parent.parent / "thalweg" / "typeset" / "faces"
CUTS = {"Regular": 400, "Semibold": 600}
EM, ASCENT, DESCENT = 890, 890, 250  # of 1000 units in the source; accents on capitals of Latin-1 are within the ascent
BLOCKS = (
    (0x20, 0x250),
    (0x370, 0x530),
    (0x1E00, 0x20D0),
    (0x2100, 0x2300),
)  # Latin, Greek, Cyrillic, punctuation, signs


def made(source: str, cut: str) -> TTFont:
    """One static cut."""
    font = instancer.instantiateVariableFont(TTFont(source), {"wght": CUTS[cut]})
    options = subset.Options()
    options.layout_features, options.hinting = ["kern", "mark", "mkmk", "ccmp", "locl"], False
    options.name_IDs, options.glyph_names = [0, 1, 2, 3, 4, 6, 13, 14], False
    chosen = subset.Subsetter(options)
    chosen.populate(unicodes=[code for code in font.getBestCmap() if any(low <= code < high for low, high in BLOCKS)])
    chosen.subset(font)
    font["head"].unitsPerEm = EM
    for table, names in (
        ("hhea", ("ascent", "descent", "lineGap")),
        ("OS/2", ("sTypoAscender", "sTypoDescender", "sTypoLineGap")),
    ):
        for name, value in zip(names, (ASCENT, -DESCENT, 0), strict=True):
            setattr(font[table], name, value)
    family = "Thalweg Sans" if cut == "Regular" else f"Thalweg Sans {cut}"
    texts = {1: family, 2: "Regular", 3: f"Thalweg Sans {cut}", 4: f"Thalweg Sans {cut}", 6: f"ThalwegSans-{cut}"}
    for record in list(font["name"].names):
        if record.nameID in texts:
            font["name"].setName(
                texts[record.nameID], record.nameID, record.platformID, record.platEncID, record.langID
            )
    return font


if __name__ == "__main__":
    for each in CUTS:
        made(sys.argv[1], each).save(FACES / f"ThalwegSans-{each}.ttf")
