"""Which folders are packages: found, so that a new one needs no edit. Everything else stands in pyproject.toml.

The members lie at the top of the repository, where users find them, and are installed as thalweg.optimizers and so on:
thalweg is the only name that is importable afterwards.
"""

import shutil

from setuptools import find_namespace_packages, setup

shutil.rmtree("build/lib", ignore_errors=True)  # or a member that was removed since would be shipped again

MEMBERS = {f"thalweg.{kind}": kind for kind in ("optimizers", "surfaces", "scenes", "configs")}
PLACES = {"thalweg": "thalweg", **MEMBERS}
BELOW = {package: find_namespace_packages(folder, exclude=["*__pycache__"]) for package, folder in PLACES.items()}

setup(
    package_dir=MEMBERS,
    packages=[*PLACES, *(f"{package}.{name}" for package, names in BELOW.items() for name in names)],
    package_data={"": ["*"]},  # shaders, films and whatever else lies in these folders
)
