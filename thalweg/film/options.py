"""What a scene's YAML may say: the base class of every scenes/NAME/options.py. Imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class SceneOptions:
    """Options of one kind of scene as frozen dataclass fields made with `registry.parameter`.

    `scene_class` names the manimgl Scene class in the scene.py beside the options; `summary` is its line in --list.
    """

    scene_class: ClassVar[str] = ""
    summary: ClassVar[str] = ""
