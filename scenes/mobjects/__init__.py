"""Ordinary manimgl mobjects for loss landscapes: LossSurface, Ball, Balls, Trail, Trails. They work in any manimgl
Scene.
"""

from scenes.stage import boot

boot.ensure()

from scenes.mobjects.ball import Ball, Balls  # noqa: E402  (manimgl must be booted first)
from scenes.mobjects.loss_surface import LossSurface  # noqa: E402
from scenes.mobjects.trail import Trail, Trails  # noqa: E402

__all__ = ["Ball", "Balls", "LossSurface", "Trail", "Trails"]
