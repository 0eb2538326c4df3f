"""FilmWriter: frames in, a whole film file out. Encodes in a thread of its own behind a short queue, so drawing goes
on meanwhile.
"""

from __future__ import annotations

import queue
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, cast

import numpy as np

from thalweg.stage.drawable import Pixels
from thalweg.stage.errors import MachineError
from thalweg.stage.formats import FORMATS, KEPT

if TYPE_CHECKING:
    from av import VideoStream

BT709 = 1
QUEUE = 4


class Line:
    """The encoder's thread, what waits for it, and the arrays that go round between it and the drawing.

    Films that follow one another can share a line: the next is drawn while the last one is being finished.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self.failure: BaseException | None = None
        self.ring = [np.empty((size[1], size[0], 4), "u1") for _ in range(QUEUE + 2)]
        self.turn = 0
        self.queue: queue.Queue[tuple[Callable[..., object], tuple[object, ...]] | None] = queue.Queue(QUEUE)
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.thread.start()

    def lend(self) -> Pixels:
        """An array (height, width, 4) that nobody reads any more; whole until QUEUE + 1 more were lent."""
        self.turn = (self.turn + 1) % len(self.ring)
        return self.ring[self.turn]

    def do(self, function: Callable[..., object], *arguments: object) -> None:
        """Have the thread do this in its turn; raises what went wrong with something earlier."""
        if self.failure is not None:
            raise self.failure
        self.queue.put((function, arguments))

    def _work(self) -> None:
        while (task := self.queue.get()) is not None:
            if self.failure is None:
                function, arguments = task
                try:
                    function(*arguments)
                except BaseException as error:  # handed to the drawing thread by the next `do` or by `close`
                    self.failure = error

    def close(self) -> None:
        """Wait until everything is done; raises what went wrong."""
        self.queue.put(None)
        self.thread.join()
        if self.failure is not None:
            raise self.failure

    def abandon(self, error: BaseException) -> None:
        """Do nothing more of what waits."""
        self.failure = self.failure or error
        with suppress(queue.Empty):
            while True:
                self.queue.get_nowait()
        self.queue.put(None)
        self.thread.join()


class FilmWriter:
    """Use as `with FilmWriter(path, size, fps) as film: film.add(rgba)`; frames are (height, width, 4) uint8, alpha
    premultiplied.

    `path` is the place itself: being whole or absent is the caller's affair (system/output.py). `add` takes a copy
    unless `lend` gave the array. `threads`: the codec's own (0: as it likes). With a `line` of the caller's, `close`
    only asks for the end, which has come when the line is closed.
    Raises MachineError for a codec this machine lacks and OSError from the disk.
    """

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        fps: int,
        suffix: str = "",
        transparent: bool = False,
        metadata: dict[str, str] | None = None,
        *,
        line: Line | None = None,
        threads: int = 0,
    ) -> None:
        suffix = (suffix or path.suffix).lower()
        self.path, self.size, self.fps, self.kept = path, size, fps, None
        if suffix == ".gif":  # its palette comes from the whole film, so the frames are kept until then
            self.kept = tempfile.TemporaryDirectory(prefix="thalweg")
            path, suffix = Path(self.kept.name, f"film{KEPT}"), KEPT
        self.format = FORMATS[suffix]
        self.transparent = transparent and bool(self.format.alpha_codec)
        self._open(path, threads, metadata or {})
        self.line, self.shared = line or Line(size), line is not None

    def _open(self, path: Path, threads: int, metadata: dict[str, str]) -> None:
        import av
        from av.video.reformatter import VideoReformatter

        av.logging.set_level(av.logging.PANIC)
        self.container = av.open(str(path), "w", format=self.format.muxer, options=self.format.container)
        self.container.metadata.update(metadata)
        codec = self.format.alpha_codec if self.transparent else self.format.codec
        try:
            self.stream = cast("VideoStream", self.container.add_stream(codec, rate=Fraction(self.fps)))
        except Exception as error:
            raise MachineError(
                f"this machine's PyAV has no {codec} encoder ({error}); pip install --force-reinstall av"
            ) from error
        self.stream.width, self.stream.height = self.size
        self.stream.pix_fmt = self.format.alpha_pixels if self.transparent else self.format.pixels
        self.tick = self.stream.time_base = Fraction(1, self.fps)
        self.stream.options = dict(self.format.options) if codec != "prores_ks" else {"profile": "4444"}
        self.count, self.reformatter = 0, VideoReformatter()
        context = self.stream.codec_context
        context.thread_count = threads
        self.yuv = self.stream.pix_fmt.startswith("yuv")
        if self.yuv:
            context.color_range = 1
            context.colorspace = context.color_primaries = context.color_trc = BT709

    def lend(self) -> Pixels:
        """An array of the film's size to draw the next frame into; give it to `add`."""
        return self.line.lend()

    def add(self, rgba: Pixels) -> None:
        self.line.do(self._encode, rgba if any(rgba is one for one in self.line.ring) else rgba.copy())

    def _encode(self, rgba: Pixels) -> None:
        import av
        from av.video.reformatter import Interpolation

        frame = av.VideoFrame.from_numpy_buffer(straight(rgba) if self.transparent else rgba, "rgba")
        frame.pts, frame.time_base = self.count, self.tick
        self.count += 1
        colors = dict(dst_colorspace=BT709, dst_color_range=1, interpolation=Interpolation.AREA) if self.yuv else {}
        # one thread: with as many as there are cores, a few pixels of yuva444p10le at times came out otherwise
        made = self.reformatter.reformat(frame, format=self.stream.pix_fmt, threads=1, **colors)
        self.container.mux(self.stream.encode(made))

    def _finish(self) -> None:
        self.container.mux(self.stream.encode(None))
        self.container.close()
        if self.kept is not None:
            from thalweg.stage.palette import write_gif

            write_gif([Path(self.kept.name, f"film{KEPT}")], self.path, self.size, self.fps)

    def close(self) -> None:
        self.line.do(self._finish)
        if not self.shared:
            try:
                self.line.close()
            finally:
                self._forget()

    def _forget(self) -> None:
        try:
            self.container.close()
        except Exception:
            pass  # the error that ended the film is the one to be seen
        if self.kept is not None:
            self.kept.cleanup()

    def __enter__(self) -> FilmWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            return self.close()
        self.line.abandon(error)
        self._forget()


def straight(rgba: Pixels) -> Pixels:
    """Premultiplied alpha to straight alpha."""
    alpha = rgba[..., 3:].astype(np.float32)
    color = np.where(alpha > 0, rgba[..., :3] * (255 / np.maximum(alpha, 1)), 0)
    return np.concatenate([np.clip(color + 0.5, 0, 255).astype("u1"), rgba[..., 3:]], axis=-1)
