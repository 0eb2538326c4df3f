"""Scenes draw trajectories. This package imports nothing: only a scene that is drawn loads manimgl."""

from __future__ import annotations

from pathlib import Path

from registry import Registry
from scenes._options import SceneOptions

__all__ = ["SCENES", "SceneOptions"]

SCENES: Registry[SceneOptions] = Registry("scenes", Path(__file__).parent, SceneOptions, module="options")
