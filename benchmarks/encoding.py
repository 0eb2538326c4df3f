"""What settings of the encoder cost and leave: CPU milliseconds and bytes a frame, decibels of the worst frame.

    .venv/bin/python -m benchmarks.encoding 1920x1080 [CONFIG ...] [preset=ultrafast,qp=22 ...]

Of every config (all shipped ones unless named) two chunks of 60 frames are drawn, from its beginning and its middle,
and encoded with each of SETTINGS; the codec alone is timed, in one thread, by the process's CPU time. Decibels are
those of benchmarks.quality: Y, U and V as handed to the codec against the decoded film. ENCODING.md keeps a run.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np

from benchmarks._measure import ROOT
from benchmarks._report import table
from benchmarks.quality import apart, decibels, decoded, planes

CONFIGS = ROOT / "configs"
CHUNK, PLACES, FPS = 60, (0.12, 0.62), 30
HEAD = ("x264", "CPU ms a frame", "kB a frame", "worst frame, dB", "all, dB")
ALWAYS = ("cpu-independent=1", "log-level=none")
SETTINGS = (
    "preset=superfast,crf=17,mbtree=1,rc-lookahead=10,bframes=3,b-adapt=0",
    "preset=superfast,crf=20,mbtree=0,rc-lookahead=0,bframes=3,b-adapt=0",
    "preset=superfast,crf=20,mbtree=0,rc-lookahead=0,bframes=0",
    "preset=superfast,qp=22,bframes=0,weightp=0",
    "preset=ultrafast,crf=20",
    "preset=ultrafast,qp=20",
    "preset=ultrafast,qp=22",
    "preset=ultrafast,qp=24",
    "preset=ultrafast,qp=20,subme=1",
    "preset=ultrafast,qp=22,subme=1",
    "preset=ultrafast,qp=24,subme=1",
)


def chunks_of(config: str, size: str):
    """The frames of each chunk, as the writer hands them to the codec."""
    from thalweg.spec import find, load
    from thalweg.stage.reel import Reel

    film = load(find(config), [], {"resolution": size})
    reel = Reel(film, film.roll())
    drawn = np.empty((*reel.pixels[::-1], 4), "u1")
    for place in PLACES:
        first = int((reel.frames - CHUNK) * place)
        yield [planes(reel.draw(index, drawn)) for index in range(first, first + CHUNK)]
    reel.release()


def encode(frames, settings: str, place: Path) -> float:
    """CPU milliseconds a frame."""
    import av

    given = dict(each.split("=") for each in settings.split(","))
    options = {name: given.pop(name) for name in ("preset", "crf", "qp") if name in given}
    options["x264-params"] = ":".join([*(f"{name}={value}" for name, value in given.items()), *ALWAYS])
    with av.open(str(place), "w") as film:
        stream = film.add_stream("libx264", rate=Fraction(FPS), options=options)
        stream.width, stream.height, stream.pix_fmt = frames[0].width, frames[0].height, "yuv420p"
        stream.codec_context.thread_count = 1
        since = time.process_time()
        for number, frame in enumerate([*frames, None]):
            if frame is not None:
                frame.pts, frame.time_base = number, Fraction(1, FPS)
            film.mux(stream.encode(frame))
        return 1000 * (time.process_time() - since) / len(frames)


@dataclass
class Found:
    """Of one setting, over all chunks: bytes and CPU milliseconds a frame, and each frame's mean squared error."""

    cpu: list[float] = field(default_factory=list)
    size: list[float] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)

    def add(self, frames, settings: str, place: Path) -> None:
        self.cpu.append(encode(frames, settings, place))
        self.size.append(place.stat().st_size / len(frames))
        pairs = zip(decoded(place), frames, strict=True)
        self.errors += [apart(shown.to_ndarray(), given.to_ndarray()) for shown, given in pairs]

    def words(self) -> list[str]:
        """As HEAD names them."""
        decibel = (decibels(error) for error in (max(self.errors), float(np.mean(self.errors))))
        return [f"{value:.1f}" for value in (np.mean(self.cpu), np.mean(self.size) / 1000, *decibel)]


def main(size: str, *rest: str) -> None:
    settings = [each for each in rest if "=" in each] or SETTINGS
    configs = [each for each in rest if "=" not in each] or sorted(file.stem for file in CONFIGS.glob("*.yaml"))
    found = {each: Found() for each in settings}
    with tempfile.TemporaryDirectory() as folder:
        for frames in (chunk for config in configs for chunk in chunks_of(config, size)):
            for each, figures in found.items():
                figures.add(frames, each, Path(folder, "chunk.mp4"))
    print(f"## {size}, {len(configs)} films\n")
    print(table(HEAD, [[each, *figures.words()] for each, figures in found.items()]))


if __name__ == "__main__":
    main(*sys.argv[1:])
