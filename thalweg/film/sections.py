"""The sections of a YAML that say how something is shown: each a frozen dataclass whose fields are its keys.

A scene reads those that its options name (film/options.py); what they do not have cannot be written for it.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from thalweg.registry import parameter

if TYPE_CHECKING:
    from thalweg.film.pace import Listed

# The words after the type name the pattern the text must have: see spec/schema.py.
Color: TypeAlias = Annotated[str, "color"]
Size: TypeAlias = Annotated[str, "size"]
Words: TypeAlias = Annotated[str, "words"]  # to be set on screen: $...$ is mathtext, and must be such
PanelPlace: TypeAlias = bool | Literal["left", "right", "top_left", "top_right", "bottom_left", "bottom_right"]
Pair: TypeAlias = tuple[float, float]

FASTEST, WIDEST = 240, 7680
QUALITIES = {"low": (854, 480, 30), "medium": (1280, 720, 30), "high": (1920, 1080, 60), "4k": (3840, 2160, 60)}


# --- style


@dataclass(frozen=True)
class Look:
    """What every scene's style has. Panels are true (their own place), false, or a corner; background None is the
    theme's.
    """

    theme: Literal["dark", "light", "print"] = parameter("dark")
    background: Color | None = parameter(None)
    halo: Literal["dark", "light", "none"] | None = parameter(
        None, doc="around words without a panel: dark around light words, or light around dark ones"
    )
    title: PanelPlace = parameter(True)
    text_scale: float = parameter(1.0, low=0.5, high=3)


@dataclass(frozen=True)
class SurfaceLook(Look):
    """How the loss is coloured, and what is drawn on it; ramp None is the theme's."""

    ramp: Literal["deep", "viridis", "cividis", "magma", "mono", "paper"] | None = parameter(None)
    landscape: bool = parameter(True, doc="false: all else stands where it did, with nothing before or behind it")
    contours: bool = parameter(True)
    axes: bool = parameter(True)


@dataclass(frozen=True)
class Relief(SurfaceLook):
    """A landscape in space."""

    z_scale: Literal["auto", "linear", "log"] | float = parameter("auto", low=0, low_open=True, high=1e6)
    grid: bool = parameter(True)
    clouds: bool = parameter(False, doc="ellipses of two standard deviations around where each entry's balls tremble")


@dataclass(frozen=True)
class Balls:
    """How balls and their paths are drawn."""

    balls: bool = parameter(True, doc="false: trails and iterates alone")
    ball_size: float = parameter(1.0, low=0.1, high=5)
    trail: bool = parameter(True)
    iterates: bool = parameter(True)


@dataclass(frozen=True)
class Panels:
    """What stands beside the picture of a race."""

    legend: PanelPlace = parameter("left")
    counter: PanelPlace = parameter(True)
    hole_losses: bool = parameter(True, doc="at the opening, the loss at the minima where balls end and at the deepest")
    caption: PanelPlace = parameter(True)
    ramp_key: PanelPlace | None = parameter(None, doc="which loss has which colour; null: where there is room")
    loss_panel: PanelPlace = parameter(False, doc="the losses as curves that grow")


# --- camera


@dataclass(frozen=True)
class Keyframe:
    """Where the camera is `at` seconds of the film; None leaves a value as it was before."""

    at: float = parameter(MISSING, low=0, high=3600, doc="seconds of the film, rising from one to the next")
    theta: float | None = parameter(None, low=-3600, high=3600, doc="degrees around")
    phi: float | None = parameter(None, low=0, high=89, doc="degrees from straight above")
    zoom: float | None = parameter(None, low=0.1, high=20)
    center: Pair | None = parameter(None)


class Camera:
    """What every camera has: a zoom, and a centre in the surface's units (None: everything is framed)."""

    zoom: float
    center: Pair | None

    @property
    def closest(self) -> float:
        """The largest zoom of the film."""
        return self.zoom


@dataclass(frozen=True)
class CameraAbove(Camera):
    """Straight from above; center in the surface's units (None: everything is framed)."""

    zoom: float = parameter(1.0, low=0.1, high=20)
    center: Pair | None = parameter(None)


@dataclass(frozen=True)
class Camera3D(Camera):
    """Angles in degrees, orbit in degrees a second, center in the surface's units (None: everything is framed).

    Angles that are 'auto' are chosen for what is to be seen, by geometry/viewpoint.py. `follow` is the label of the
    entry whose ball stays in the middle. Fields with `own_reader` are read by code of their own.
    """

    theta: Literal["auto"] | float = parameter(
        "auto", low=-3600, high=3600, doc="degrees around; auto: from where least is hidden"
    )
    phi: Literal["auto"] | float = parameter(
        "auto", low=0, high=89, doc="degrees from straight above; auto: from where least is hidden"
    )
    zoom: float = parameter(1.0, low=0.1, high=20)
    center: Pair | None = parameter(None)
    orbit: float = parameter(1.5, low=-90, high=90, doc="degrees a second")
    opening: Literal["flat", "none"] = parameter("none")
    follow: str | None = parameter(None, doc="the label of an entry; its ball stays in the middle")
    keyframes: tuple[Keyframe, ...] = field(default=(), metadata={"own_reader": True})

    @property
    def closest(self) -> float:
        """The largest zoom of the film."""
        return max([self.zoom, *(frame.zoom for frame in self.keyframes if frame.zoom is not None)])


# --- video


@dataclass(frozen=True)
class VideoKeys:
    """What every scene's video section has, as written; see `Video` for what becomes of it."""

    quality: Literal["low", "medium", "high", "4k"] = parameter("medium")
    resolution: Size | None = parameter(None)
    fps: int | None = parameter(None, low=1, high=FASTEST)
    seconds: float | None = parameter(None, low=1, high=3600)
    transparent: bool = parameter(False)


@dataclass(frozen=True)
class Paced(VideoKeys):
    """The video section of scenes that show steps in time."""

    pace: Literal["dramatic", "even"] = parameter("dramatic", doc="or a list of steps and moments with their own pace")


@dataclass(frozen=True)
class Video:
    """Width and height in pixels (even), frames a second, length in seconds (None: the scene chooses); dramatic or
    even, or what is listed of a dramatic pace.
    """

    width: int
    height: int
    fps: int
    seconds: float | None
    transparent: bool
    pace: str | tuple[Listed, ...] = "even"
