"""Scenes, one folder each: the folder's name is its name in YAML.

These are the modules thalweg.scenes.NAME. In a clone `from scenes import ...` gives the same ones, not copies.
"""

from thalweg.film import SCENES, SceneOptions
from thalweg.registry import same

__all__ = ["SCENES", "SceneOptions"]

same(__name__)
