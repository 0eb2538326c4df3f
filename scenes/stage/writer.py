"""FilmWriter: frames in, a whole film file out. Encodes in its own thread behind a short queue, so drawing goes on
meanwhile.
"""

from __future__ import annotations

import queue
import threading
from fractions import Fraction
from pathlib import Path

import numpy as np

from scenes.stage.errors import MachineError
from scenes.stage.formats import FORMATS

BT709 = 1
QUEUE = 4


class FilmWriter:
    """Use as `with FilmWriter(path, size, fps) as film: film.add(rgba)`; frames are (height, width, 4) uint8, alpha
    premultiplied.

    `path` is the place itself: being whole or absent is the caller's affair (configs.output.whole). `add` takes a copy
    unless `lend` gave the array. Raises MachineError for a codec this machine lacks and OSError from the disk.
    """

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        fps: int,
        suffix: str = "",
        transparent: bool = False,
        metadata: dict[str, str] | None = None,
    ) -> None:
        self.format = FORMATS[suffix or path.suffix]
        self.size, self.transparent = size, transparent and bool(self.format.alpha_codec)
        self.failure: BaseException | None = None
        self.ring = [np.empty((size[1], size[0], 4), "u1") for _ in range(QUEUE + 2)]
        self.turn = 0
        self._open(path, fps, suffix or path.suffix, metadata or {})
        self.queue: queue.Queue = queue.Queue(QUEUE)
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.thread.start()

    def _open(self, path: Path, fps: int, suffix: str, metadata: dict[str, str]) -> None:
        import av

        av.logging.set_level(av.logging.PANIC)
        form = {".mp4": "mp4", ".mov": "mov", ".webm": "webm", ".gif": "gif"}[suffix]
        self.container = av.open(str(path), "w", format=form, options=self.format.container)
        self.container.metadata.update(metadata)
        codec = self.format.alpha_codec if self.transparent else self.format.codec
        try:
            self.stream = self.container.add_stream(codec, rate=Fraction(fps))
        except Exception as error:
            raise MachineError(
                f"this machine's PyAV has no {codec} encoder ({error}); pip install --force-reinstall av"
            ) from error
        self.stream.width, self.stream.height = self.size
        self.stream.pix_fmt = self.format.alpha_pixels if self.transparent else self.format.pixels
        self.tick = self.stream.time_base = Fraction(1, fps)
        self.stream.options = dict(self.format.options) if codec != "prores_ks" else {"profile": "4444"}
        self.count, self.graph = 0, None
        if suffix == ".gif":
            self.graph = palette_graph(self.size, fps)
        else:
            context = self.stream.codec_context
            context.color_range = 1
            context.colorspace = context.color_primaries = context.color_trc = BT709

    def lend(self) -> np.ndarray:
        """An array of the film's size to draw the next frame into; give it to `add`."""
        self.turn = (self.turn + 1) % len(self.ring)
        return self.ring[self.turn]

    def add(self, rgba: np.ndarray) -> None:
        if self.failure is not None:
            raise self.failure
        self.queue.put(rgba if any(rgba is one for one in self.ring) else rgba.copy())

    def _work(self) -> None:
        while (rgba := self.queue.get()) is not None:
            if self.failure is None:
                try:
                    self._encode(rgba)
                except BaseException as error:  # handed to the drawing thread by the next add or by close
                    self.failure = error

    def _encode(self, rgba: np.ndarray) -> None:
        import av
        from av.video.reformatter import Interpolation

        if self.transparent:
            rgba = straight(rgba)
        frame = av.VideoFrame.from_numpy_buffer(rgba, "rgba")
        frame.pts, frame.time_base = self.count, self.tick
        self.count += 1
        if self.graph is not None:
            self.graph.push(frame)
            return
        frame = frame.reformat(
            format=self.stream.pix_fmt, dst_colorspace=BT709, dst_color_range=1, interpolation=Interpolation.AREA
        )
        self.container.mux(self.stream.encode(frame))

    def close(self) -> None:
        self.queue.put(None)
        self.thread.join()
        if self.failure is None:
            try:
                if self.graph is not None:
                    self._flush_gif()
                self.container.mux(self.stream.encode(None))
            except BaseException as error:
                self.failure = error
        self.container.close()
        if self.failure is not None:
            raise self.failure

    def _flush_gif(self) -> None:
        import av

        self.graph.push(None)
        while True:
            try:
                frame = self.graph.pull()
            except (av.error.EOFError, av.error.BlockingIOError):
                return
            frame.time_base = self.tick
            self.container.mux(self.stream.encode(frame))

    def __enter__(self) -> FilmWriter:
        return self

    def __exit__(self, kind, error, trace) -> None:
        if kind is None:
            return self.close()
        self.failure = self.failure or error
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put(None)
        self.thread.join()
        try:
            self.container.close()
        except Exception:
            pass  # the error that ended the film is the one to be seen


def straight(rgba: np.ndarray) -> np.ndarray:
    """Premultiplied alpha to straight alpha."""
    alpha = rgba[..., 3:].astype(np.float32)
    color = np.where(alpha > 0, rgba[..., :3] * (255 / np.maximum(alpha, 1)), 0)
    return np.concatenate([np.clip(color + 0.5, 0, 255).astype("u1"), rgba[..., 3:]], axis=-1)


def palette_graph(size: tuple[int, int], fps: int):
    """One palette for the whole gif, chosen from what moves; dithering that stays put between frames."""
    from av.filter import Graph

    graph = Graph()
    source = graph.add("buffer", f"video_size={size[0]}x{size[1]}:pix_fmt=rgba:time_base=1/{fps}:pixel_aspect=1/1")
    split = graph.add("split")
    palette = graph.add("palettegen", "stats_mode=full:reserve_transparent=0")
    use = graph.add("paletteuse", "dither=sierra2_4a:diff_mode=rectangle")
    sink = graph.add("buffersink")
    source.link_to(split)
    split.link_to(use, 0, 0)
    split.link_to(palette, 1, 0)
    palette.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    return graph
