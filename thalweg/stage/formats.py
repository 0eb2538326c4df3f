"""How each kind of film is encoded. PyAV carries its own codecs, so no ffmpeg program is needed."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Format:
    """`options` go to the codec, `container` to the muxer; `alpha` formats keep transparency."""

    muxer: str
    codec: str
    pixels: str
    alpha_codec: str = ""
    alpha_pixels: str = ""
    options: dict[str, str] = field(default_factory=dict)
    container: dict[str, str] = field(default_factory=dict)


# x264's cheapest preset at a fixed quantizer: no looking ahead, no rate control. `subme=1` looks for motion between
# pixels, which a slow orbit is made of: half of the bytes, and grounds without crumbs. More than 43 dB in the worst
# frame of every shipped film; benchmarks/ENCODING.md has what was compared. cpu-independent: bytes that do not depend
# on what a processor can do.
X264 = {
    "qp": "20",
    "preset": "ultrafast",
    "x264-params": "subme=1:cpu-independent=1:log-level=none",
}
SAME = {"fflags": "+bitexact"}  # matroska's muxer would give every file a number of its own by lot
KEPT = ".mkv"  # frames kept exactly as drawn, until a gif's one palette is known
FORMATS = {
    ".mp4": Format("mp4", "libx264", "yuv420p", options=X264, container={"movflags": "+faststart+use_metadata_tags"}),
    ".mov": Format(
        "mov",
        "libx264",
        "yuv420p",
        "prores_ks",
        "yuva444p10le",
        options=X264,
        container={"movflags": "+faststart+use_metadata_tags"},
    ),
    ".webm": Format(
        "webm",
        "libvpx-vp9",
        "yuv420p",
        "libvpx-vp9",
        "yuva420p",
        options={"crf": "18", "b": "0", "deadline": "good", "cpu-used": "5", "row-mt": "1", "auto-alt-ref": "0"},
        container=SAME,
    ),
    ".gif": Format("gif", "gif", "pal8"),
    KEPT: Format(
        "matroska",
        "libx264rgb",
        "bgr0",
        options={"qp": "0", "preset": "ultrafast", "x264-params": "log-level=none"},
        container=SAME,
    ),
}
