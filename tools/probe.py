"""What this machine lacks: `python probe.py NAME...` prints the names that are missing, one a line.

Each thing is tried, not looked up in a list of packages, so what came from elsewhere (a vendor's driver, a Python built
by hand) counts as well. Runs on whatever Python it is started with, so it keeps to syntax that old versions read.
"""

import ctypes
import os
import sys
import sysconfig

EGL_PLATFORM_DEVICE = 0x313F


def version() -> bool:
    """This Python is not too old: 3.11 or later."""
    return sys.version_info[:2] >= (3, 11)


def tested() -> bool:
    """This Python is one that Thalweg's tests have passed on: 3.11 to 3.14. A later one may do as well."""
    return sys.version_info[:2] <= (3, 14)


def venv() -> bool:
    """This Python can make a virtual environment with pip in it (Debian splits that off)."""
    import ensurepip  # noqa: F401
    import venv  # noqa: F401

    return True


def headers() -> bool:
    """C extensions can be compiled for this very Python."""
    return os.path.isfile(os.path.join(sysconfig.get_path("include"), "Python.h"))


def manimpango() -> bool:
    """The one package that Linux has to compile is there and finds its libraries."""
    import manimpango  # noqa: F401

    return True


def egl() -> bool:
    """The library that opens a drawing context without a display."""
    return bool(ctypes.CDLL("libEGL.so.1"))


def gl() -> bool:
    """The library that draws."""
    return bool(ctypes.CDLL("libGL.so.1"))


def driver() -> bool:
    """Some driver, in hardware or in software, starts on one of EGL's devices."""
    library = ctypes.CDLL("libEGL.so.1")
    library.eglGetProcAddress.restype = ctypes.c_void_p
    pointer, integer = ctypes.c_void_p, ctypes.c_int
    query = ctypes.CFUNCTYPE(integer, integer, pointer, pointer)(library.eglGetProcAddress(b"eglQueryDevicesEXT"))
    display_of = ctypes.CFUNCTYPE(pointer, integer, pointer, pointer)(
        library.eglGetProcAddress(b"eglGetPlatformDisplayEXT")
    )
    library.eglInitialize.argtypes = [pointer, pointer, pointer]
    devices, count = (pointer * 16)(), integer(0)
    if not query(16, devices, ctypes.byref(count)):
        return False
    displays = [display_of(EGL_PLATFORM_DEVICE, device, None) for device in devices[: count.value]]
    return any(display and library.eglInitialize(display, None, None) for display in displays)


CHECKS = {check.__name__: check for check in (version, tested, venv, headers, manimpango, egl, gl, driver)}


def missing(name: str) -> bool:
    """Whether the thing of that name is missing; whatever goes wrong while trying it means that it is."""
    try:
        return not CHECKS[name]()
    except Exception:
        return True


if __name__ == "__main__":
    for wanted in sys.argv[1:]:
        if missing(wanted):
            print(wanted, flush=True)
