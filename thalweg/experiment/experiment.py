"""What a YAML file fixes: the experiment, with every default filled in."""
from __future__ import annotations

from dataclasses import MISSING, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from thalweg.errors import Mark
from thalweg.registry import parameter
from thalweg.tree import Node

if TYPE_CHECKING:
    from thalweg.calculus import Surface
    from thalweg.engine import Optimizer, Record, Trajectory
    from thalweg.engine.clip import Clip
    from thalweg.engine.noise import Noise
    from thalweg.engine.schedules import Schedule
    from thalweg.experiment.recorded import Recording

# The words after the type name the pattern the text must have: see thalweg/spec/schema.py.
Color: TypeAlias = Annotated[str, "color"]
Size: TypeAlias = Annotated[str, "size"]
Panel: TypeAlias = bool | Literal["left", "right", "top_left", "top_right", "bottom_left", "bottom_right"]
Pair: TypeAlias = tuple[float, float]

PROJECTED = "elsewhere, projected"   # what the screen says of a recording whose loss is not the surface's below it
FASTEST, WIDEST = 240, 7680
QUALITIES = {"low": (854, 480, 30), "medium": (1280, 720, 30), "high": (1920, 1080, 60), "4k": (3840, 2160, 60)}


@dataclass(frozen=True)
class Basics:
    """The keys of the file that are plain values."""

    title: str | None = parameter(None, doc="over the picture; $...$ is mathtext")
    caption: str | None = parameter(None, doc="at the end, instead of what became of each ball")
    steps: int = parameter(300, low=1, high=1_000_000)
    seed: int = parameter(0, low=0, high=2**32 - 1)
    replicas: int = parameter(1, low=1, high=10_000_000, doc="runs of each start, told apart by their noise")
    tolerance: float = parameter(0.02, low=0, low_open=True, high=0.5,
                                 doc="how near a minimum a ball has arrived, as a share of the domain's diagonal")


@dataclass(frozen=True)
class EntryBasics:
    """What an optimizer's entry may say besides hyperparameters."""

    label: str | None = parameter(None)
    color: Color | None = parameter(None)


@dataclass(frozen=True)
class Keyframe:
    """Where the camera is `at` seconds of the film; None leaves a value as it was before."""

    at: float = parameter(MISSING, low=0, high=3600, doc="seconds of the film, rising from one to the next")
    theta: float | None = parameter(None, low=-3600, high=3600, doc="degrees around")
    phi: float | None = parameter(None, low=0, high=89, doc="degrees from straight above")
    zoom: float | None = parameter(None, low=0.1, high=20)
    center: Pair | None = parameter(None)


@dataclass(frozen=True)
class Camera:
    """Angles in degrees, orbit in degrees a second, center in the surface's units (None: everything is framed).

    `follow` is the label of the entry whose ball stays in the middle. Fields with `apart` are read by their own code.
    """

    theta: float = parameter(-35.0, low=-3600, high=3600, doc="degrees around")
    phi: float = parameter(60.0, low=0, high=89, doc="degrees from straight above")
    zoom: float = parameter(1.0, low=0.1, high=20)
    center: Pair | None = parameter(None)
    orbit: float = parameter(1.5, low=-90, high=90, doc="degrees a second")
    opening: Literal["flat", "none"] = parameter("none")
    follow: str | None = parameter(None, doc="the label of an entry; its ball stays in the middle")
    keyframes: tuple[Keyframe, ...] = field(default=(), metadata={"apart": True})


@dataclass(frozen=True)
class Style:
    """The look. Panels are true (their own place), false, or a corner; background None is the theme's."""

    theme: Literal["dark", "light"] = parameter("dark")
    background: Color | None = parameter(None)
    ramp: Literal["deep", "viridis", "cividis", "magma", "mono"] = parameter("deep")
    z_scale: Literal["auto", "linear", "log"] | float = parameter("auto", low=0, low_open=True, high=1e6)
    grid: bool = parameter(True)
    contours: bool = parameter(True)
    axes: bool = parameter(True)
    ball_size: float = parameter(1.0, low=0.1, high=5)
    trail: bool = parameter(True)
    iterates: bool = parameter(True)
    legend: Panel = parameter("left")
    counter: Panel = parameter(True)
    title: Panel = parameter(True)
    caption: Panel = parameter(True)
    loss_panel: Panel = parameter(False, doc="the losses as curves that grow")
    contour_map: Panel = parameter(False, doc="the race from above, as an inset")
    text_scale: float = parameter(1.0, low=0.5, high=3)


@dataclass(frozen=True)
class VideoWords:
    """The video section as written; see Video for what becomes of it."""

    quality: Literal["low", "medium", "high", "4k"] = parameter("medium")
    resolution: Size | None = parameter(None)
    fps: int | None = parameter(None, low=1, high=FASTEST)
    seconds: float | None = parameter(None, low=1, high=3600)
    pace: Literal["dramatic", "even"] = parameter("dramatic")
    transparent: bool = parameter(False)


@dataclass(frozen=True)
class Video:
    """Width and height in pixels (even), frames a second, length in seconds (None: the scene chooses)."""

    width: int
    height: int
    fps: int
    seconds: float | None
    pace: str
    transparent: bool


@dataclass(frozen=True)
class Entry:
    """One line of the race: an optimizer with its hyperparameters and its balls' starts (balls, 2).

    Balls count starts, then replicas: ball i is the replica[i]-th run of start start_index[i], both (balls,).
    `given` is what the screen tells: the hyperparameters that were written, lr always, schedule and clipping in words.
    """

    name: str
    label: str
    color: str | None
    optimizer: Optimizer
    starts: npt.NDArray[np.float64]
    given: dict[str, Any]
    start_index: npt.NDArray[np.int64]
    replica: npt.NDArray[np.int64]
    schedule: dict[str, Schedule]
    clip: Clip | None
    recording: Recording | None = None


@dataclass(frozen=True)
class Experiment:
    """Everything a film, a picture or a table of data needs. `resolved` is the config with its defaults, JSON-able."""

    path: Path
    name: str
    title: str | None
    caption: str | None
    scene: str
    options: Any
    surface: Surface
    entries: tuple[Entry, ...]
    steps: int
    seed: int
    tolerance: float
    noise: Noise | None
    record: Record
    camera: Camera
    style: Style
    video: Video
    resolved: dict[str, Any]
    tree: Node = field(repr=False, compare=False)

    def roll(self, record: Record = "all") -> list[Trajectory]:
        """One trajectory an entry, all its balls at once; entries that are the same share it. A recording that is over
        stays where it ended.

        `record` says which steps are kept: what is drawn needs all, data those of `self.record`.
        """
        from thalweg.engine.asked import counted_roll
        from thalweg.engine.record import thinned
        made: dict[tuple[str, bytes], Trajectory] = {}
        rolled = []
        for entry in self.entries:
            if entry.recording:
                rolled.append(thinned(entry.recording.trajectory(self.surface, self.steps), record))
                continue
            same = repr((entry.optimizer, entry.schedule, entry.clip)), entry.starts.tobytes()
            if same not in made:
                made[same] = counted_roll(entry.optimizer, self.surface, entry.starts, self.steps,
                                          schedule=entry.schedule, clip=entry.clip, noise=self.noise, seed=self.seed,
                                          start_index=entry.start_index, replica=entry.replica, record=record)
            rolled.append(made[same])
        return rolled

    def written(self, *keys: str) -> Mark | None:
        """Where a value was written, by the file or the command line; None when it is a default."""
        node = self.tree
        for key in keys[:-1]:
            node = (node.entries or {}).get(key) or Node(Mark(1))
        return node.mark_of(keys[-1]) if keys[-1] in (node.entries or {}) else None
