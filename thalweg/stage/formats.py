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


# x264's fast preset with the tools that keep quality at these films' smooth gradients: at least 43 dB at crf 17.
# cpu-independent: else, with AVX-512 and mbtree, what was left in memory decides about the bytes of a film whose width
# is no multiple of 128 pixels; without AVX-512 or mbtree it does not.
X264 = {
    "crf": "17",
    "preset": "superfast",
    "x264-params": "mbtree=1:rc-lookahead=10:bframes=3:b-adapt=0:cpu-independent=1:log-level=none",
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
