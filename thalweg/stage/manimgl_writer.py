"""CommandWriter: what manimgl's own command writes with when it runs one of our scenes.

It takes the place of manimgl's SceneFileWriter and puts the same kind of file to the same place, but through
FilmWriter: no ffmpeg program is needed, colours are tagged, the film carries its config, and it is whole or absent.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from manimlib.scene.scene_file_writer import SceneFileWriter
from tqdm.auto import tqdm

from thalweg.film.outputs import gif_rate
from thalweg.stage.errors import leave
from thalweg.stage.pictures import frame_pixels, metadata, save_picture
from thalweg.stage.writer import FilmWriter
from thalweg.system.output import whole


class CommandWriter(SceneFileWriter):
    """Writes the film (-w) or the last frame (-s -w) and prints its path. A film in parts (--subdivide) is one film."""

    def __init__(self, scene: Any, **config: Any) -> None:
        self.film: FilmWriter | None = None
        super().__init__(scene, **config | {"subdivide_output": False})
        if not self.write_to_movie:
            return
        if self.movie_file_extension == ".gif":
            scene.camera.fps = gif_rate(scene.camera.fps)
        if scene.shot.video.transparent and self.movie_file_extension in (".mp4", ".gif"):
            leave(
                f"{self.movie_file_path}: {self.movie_file_extension} has no transparency; add -t, which makes a .mov"
            )

    def init_image_file_path(self) -> Path:
        return self._place(".png")

    def init_movie_file_path(self) -> Path:
        return self._place(self.movie_file_extension)

    def _place(self, suffix: str) -> Path:
        name = self.get_output_file_name()  # dots in it belong to the name: adam_lr0.01
        return Path(self.output_directory, name if name.lower().endswith(suffix) else name + suffix)

    def begin(self) -> None:
        if not self.write_to_movie:
            return
        try:
            self._open()
        except OSError as error:
            leave(f"{self.movie_file_path}: cannot be written: {error.strerror or error}; give another --video_dir")

    def _open(self) -> None:
        scene = self.scene
        with ExitStack() as stack:
            part = stack.enter_context(whole(self.movie_file_path))
            self.film = stack.enter_context(
                FilmWriter(
                    part,
                    scene.pixels,
                    scene.camera.fps,
                    self.movie_file_path.suffix.lower(),
                    scene.shot.video.transparent,
                    metadata(scene.film),
                )
            )
            self.opened = stack.pop_all()

    def begin_animation(self) -> None:
        if self.film is not None and not self.quiet:
            self.progress_display = tqdm(
                desc=self.movie_file_path.name, total=self.scene.frames, unit="frame", leave=False, dynamic_ncols=True
            )

    def end_animation(self) -> None:
        if self.progress_display is not None:
            self.progress_display.close()
            self.progress_display = None

    def write_frame(self, camera: Any) -> None:
        if self.film is not None:
            self.film.add(camera.read_rgba(self.film.lend()))
            if self.progress_display is not None:
                self.progress_display.update()

    def finish(self) -> None:
        """Move the film to its place, or save the picture; after an interrupt leave what stood there before."""
        if self.ended_with_interrupt:
            return self.abandon()
        if self.film is not None:
            self.film = None
            self.opened.close()
            self._tell(self.movie_file_path)
        if self.save_last_frame:
            save_picture(self.image_file_path, frame_pixels(self.scene, self.scene.frames - 1), self.scene.film)
            self._tell(self.image_file_path)
        if self.should_open_file():
            with suppress(OSError):  # a machine without a desktop has nothing to open files with
                self.open_file()

    def abandon(self) -> None:
        """Drop the film that was begun; nothing of it stays."""
        self.end_animation()
        if self.film is not None:
            self.film = None
            interrupt = KeyboardInterrupt()
            self.opened.__exit__(type(interrupt), interrupt, None)

    def _tell(self, path: Path) -> None:
        if not self.quiet:
            print(path, flush=True)
