"""Loss surfaces over the plane, one file each: the file's name is its name in YAML.

These are the modules thalweg.surfaces.NAME. In a clone `from surfaces import ...` gives the same ones, not copies.
"""

from thalweg.calculus import SURFACES, Surface, from_expression, save_samples, surface_of_samples
from thalweg.registry import same

__all__ = ["SURFACES", "Surface", "from_expression", "save_samples", "surface_of_samples"]

same(__name__)
