"""gif: one palette for the whole film, so the frames are gone through twice; nothing is held but a frame or two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thalweg.stage.formats import FORMATS

if TYPE_CHECKING:
    from av import VideoFrame

DITHER = "dither=sierra2_4a:diff_mode=rectangle"  # stays put between frames


def write_gif(parts: Sequence[Path], path: Path, size: tuple[int, int], fps: int) -> None:
    """The frames kept in `parts`, in their order, as a gif at `path`. Raises OSError."""
    import av

    tick = Fraction(1, fps)
    with av.open(str(path), "w", format=FORMATS[".gif"].muxer) as film:
        stream: Any = film.add_stream(FORMATS[".gif"].codec, rate=Fraction(fps))
        (stream.width, stream.height), stream.pix_fmt = size, FORMATS[".gif"].pixels
        stream.time_base = tick
        for frame in indexed(parts, size, fps):
            frame.time_base = tick
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))


def indexed(parts: Sequence[Path], size: tuple[int, int], fps: int) -> Iterator[VideoFrame]:
    """The frames in 256 colours chosen from all of them."""
    from av.filter import Graph

    first = Graph()
    source, sink = first.add("buffer", description(size, fps)), first.add("buffersink")
    palettegen = first.add("palettegen", "stats_mode=full:reserve_transparent=0")
    source.link_to(palettegen)
    palettegen.link_to(sink)
    first.configure()
    found: list[Any] = []
    for frame in chain(kept_frames(parts, fps), [None]):
        source.push(frame)
        found += ready(sink)  # asked each time, or what is pushed would only wait
    palette = found[0]

    second = Graph()
    source, sink = second.add("buffer", description(size, fps)), second.add("buffersink")
    colors = second.add("buffer", description((palette.width, palette.height), fps, palette.format.name))
    use = second.add("paletteuse", DITHER)
    source.link_to(use, 0, 0)
    colors.link_to(use, 0, 1)
    use.link_to(sink)
    second.configure()
    palette.pts, palette.time_base = 0, Fraction(1, fps)
    colors.push(palette)
    colors.push(None)
    for frame in chain(kept_frames(parts, fps), [None]):
        source.push(frame)
        yield from ready(sink)


def ready(sink: Any) -> Iterator[VideoFrame]:
    """What has come out of a graph so far."""
    import av

    while True:
        try:
            yield sink.pull()
        except (av.error.EOFError, av.error.BlockingIOError):
            return


def description(size: tuple[int, int], fps: int, pixels: str = "gbrp") -> str:
    return f"video_size={size[0]}x{size[1]}:pix_fmt={pixels}:time_base=1/{fps}:pixel_aspect=1/1"


def kept_frames(parts: Sequence[Path], fps: int) -> Iterator[VideoFrame]:
    """The frames of all parts, numbered by their pts."""
    import av

    index = 0
    for part in parts:
        with av.open(str(part)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            for frame in container.decode(stream):
                frame.pts, frame.time_base = index, Fraction(1, fps)
                index += 1
                yield frame
