"""Ordinary manimgl mobjects for loss landscapes: LossSurface, Ball, Balls, Trail, Trails. They work in any manimgl
Scene.
"""

from thalweg.stage import boot

boot.ensure()

from thalweg.mobjects.ball import Ball, Balls  # noqa: E402  (manimgl must be booted first)
from thalweg.mobjects.loss_surface import LossSurface  # noqa: E402
from thalweg.mobjects.trail import Trail, Trails  # noqa: E402

__all__ = ["Ball", "Balls", "LossSurface", "Trail", "Trails"]
