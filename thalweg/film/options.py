"""What a scene's YAML may say: the base class of every scenes/NAME/options.py. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal

from thalweg.film.sections import Camera, Look, VideoKeys
from thalweg.registry import parameter

Need = Literal["surface", "optimizers", "optimizer"]
# What of the file belongs to what a scene needs: one `optimizer` is a list of optimizers that holds one.
KEYS: dict[Need, tuple[str, ...]] = {
    "surface": ("surface",),
    "optimizers": ("optimizers", "start", "steps", "seed", "replicas", "noise", "record", "tolerance", "test_surface"),
}
KEYS["optimizer"] = KEYS["optimizers"]
MOST_ENTRIES = 32  # that are told apart in one picture
OF_ALL = ("title", "scene", "style", "video", "plugins")


@dataclass(frozen=True)
class SceneOptions:
    """Options of one kind of scene as frozen dataclass fields made with `registry.parameter`: the keys of `scene:`.

    The manimgl Scene is the one class of scene.py beside the options; `summary` is its line in --list.
    `needs` must be in the file, `may` can be: "surface", "optimizers", or "optimizer" for just one entry. `style`,
    `video` and `camera` (None: it has none) are the classes of film/sections.py, or subclasses, whose fields those
    sections may hold. What none of these names is an error in the file.
    """

    summary: ClassVar[str] = ""
    needs: ClassVar[tuple[Need, ...]] = ()
    may: ClassVar[tuple[Need, ...]] = ()
    style: ClassVar[type[Look]] = Look
    video: ClassVar[type[VideoKeys]] = VideoKeys
    camera: ClassVar[type[Camera] | None] = None

    def problems(self, surface: Any) -> Iterator[tuple[str, str, str]]:
        """What is wrong with these options beside the rest of the file (its surface or None): key, what, cure."""
        return iter(())

    def crowded(self, entries: int) -> Iterator[tuple[str, str, str]]:
        """What is wrong with a picture of so many entries: where ("optimizers", "scene.KEY"), what, cure. Data need no
        picture, and are not asked.
        """
        return iter(())

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        """The keys at the top of a file of this scene."""
        found = [key for need in (*cls.needs, *cls.may) for key in KEYS[need]]
        caption = ["caption"] if any(each.name == "caption" for each in fields(cls.style)) else []
        return (*OF_ALL, *dict.fromkeys(found), *caption, *(["camera"] if cls.camera else []))


@dataclass(frozen=True)
class MotionOptions(SceneOptions):
    """Options of scenes that show balls in motion, put together from thalweg/parts/. `intro` and `hold` are seconds of
    a film of 10 s or more; shorter films shrink them in proportion.
    """

    intro: float = parameter(2.0, low=0, high=60, doc="seconds to see the landscape before the first step")
    hold: float = parameter(3.0, low=0, high=60, doc="seconds on the result after the last step")
    slow_steps: int = parameter(4, low=0, high=100, doc="first steps shown slowly, one by one")
    result: Literal["destination", "motion", "spread", "leaves_saddle", "leaves_basin", "reaches_minimum"] = parameter(
        "destination",
        doc="told at the end: where each ball ends, how it moves in the end, who trembles how widely, or who is first "
        "to leave a saddle or its basin, or to reach a minimum",
    )
    lr_range: float | None = parameter(
        None, low=1, low_open=True, high=1000, doc="who is first: also at rates from lr / this to lr * this"
    )
    facts: bool = parameter(False, doc="a table at the end: what became of each ball, in how many steps and gradients")
    critical_points: bool = parameter(False, doc="marks at minima, saddles and maxima, with a key")

    def crowded(self, entries: int) -> Iterator[tuple[str, str, str]]:
        """More entries than are told apart."""
        if entries > MOST_ENTRIES:
            yield (
                "optimizers",
                f"{entries} entries are too many for a picture, which shows at most {MOST_ENTRIES}",
                "sweep fewer values or take entries out, or make data of all: -o NAME.csv, .npz or .json",
            )

    def problems(self, surface: Any) -> Iterator[tuple[str, str, str]]:
        """A result that this surface has not, a range that this result does not tell."""
        if self.lr_range is not None and self.result in ("destination", "motion", "spread"):
            yield (
                "lr_range",
                f"is not told by result: {self.result}",
                "leave it out, or take result: reaches_minimum, leaves_saddle or leaves_basin",
            )
        if surface is None:
            return
        if self.result == "leaves_saddle" and not any(each.kind == "saddle" for each in surface.critical_points):
            yield "result", "there is no saddle to leave on this surface", "use destination, motion or reaches_minimum"
        if self.result == "leaves_basin" and len(surface.minima) < 2:
            yield "result", "there is one basin at most on this surface", "use destination, motion or reaches_minimum"
