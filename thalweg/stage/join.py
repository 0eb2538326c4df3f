"""Chunks of a film, encoded apart, become one film without being encoded again."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from thalweg.stage.errors import MachineError
from thalweg.stage.formats import FORMATS, KEPT


def chunk_suffix(suffix: str) -> str:
    """What a chunk of a film of this kind is kept as."""
    return KEPT if suffix == ".gif" else suffix


def join(
    chunks: Sequence[tuple[Path, int]],
    path: Path,
    suffix: str,
    size: tuple[int, int],
    fps: int,
    metadata: dict[str, str],
) -> None:
    """Write the film at `path` from its chunks in order, each with its number of frames. Raises OSError, and
    MachineError for a chunk that does not hold its frames.
    """
    if suffix == ".gif":
        from thalweg.stage.palette import write_gif

        return write_gif([chunk for chunk, _ in chunks], path, size, fps)
    import av

    form = FORMATS[suffix]
    with av.open(str(path), "w", format=form.muxer, options=form.container) as film:
        film.metadata.update(metadata)
        stream, start = None, 0
        for chunk, frames in chunks:
            with av.open(str(chunk)) as part:
                source = part.streams.video[0]
                stream = stream or add_stream(film, source, fps)
                for packet in stamped(list(part.demux(source)), start, frames, fps):
                    packet.stream = stream
                    film.mux(packet)
            start += frames


def add_stream(film: Any, source: Any, fps: int) -> Any:
    """The film's stream, with everything that a chunk's stream says about itself."""
    stream = film.add_stream_from_template(source)
    stream.time_base = Fraction(1, fps)
    stream.codec_context.framerate = fps
    stream.codec_context.codec_tag = source.codec_context.codec_tag
    if source.metadata.get("alpha_mode"):
        stream.metadata["alpha_mode"] = source.metadata["alpha_mode"]
    return stream


def stamped(packets: list[Any], start: int, frames: int, fps: int) -> list[Any]:
    """Packets of one chunk with the times they have in the film, exact in frames whatever the chunk's file kept.

    A frame is shown at its rank among the chunk's times. Packets follow one another frame by frame, ahead of what is
    shown by the encoder's delay, as pictures between others are decoded after those; so chunks meet without a gap.
    """
    packets = [packet for packet in packets if packet.size]  # the last one only says that it is the end
    if len(packets) != frames or not packets[0].is_keyframe:
        raise MachineError("a part of the film that was kept is damaged; run again without --resume")
    ranks = {pts: rank for rank, pts in enumerate(sorted(packet.pts for packet in packets))}
    first = packets[0]
    delay = round((first.pts - first.dts) * first.time_base * fps)
    for place, packet in enumerate(packets):
        shown = ranks[packet.pts]
        packet.time_base, packet.duration = Fraction(1, fps), 1
        packet.pts, packet.dts = start + shown, start + place - delay
    return packets
