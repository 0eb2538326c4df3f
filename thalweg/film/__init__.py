"""Scenes draw trajectories. This package imports nothing: only a scene that is drawn loads manimgl."""

from __future__ import annotations

from thalweg.film.options import SceneOptions
from thalweg.registry import Registry

__all__ = ["SCENES", "SceneOptions"]

SCENES: Registry[SceneOptions] = Registry("scenes", SceneOptions, module="options")
