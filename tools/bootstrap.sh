#!/bin/sh
# Installs what is missing for `make demo` and, with --test, for `make test`: system packages (each only if the thing it
# brings is really absent), then .venv with the versions of requirements.lock and this repository, editable.
# What is there is left alone. Everything it says goes to standard error; exit 2 with one line is for the user to mend.
set -eu
cd "$(dirname "$0")/.."
lock=requirements.lock
for_tests=${1:-}

say() { printf '%s\n' "$*" >&2; }
fail() { say "$1"; exit 2; }
has() { command -v "$1" >/dev/null 2>&1; }

# A driver that crashes while it is tried ends the probe: then it is the driver that is missing.
probe() { "$@" 2>/dev/null || echo driver; }
lacks() { [ -n "$(who=$1; shift; probe "$who" tools/probe.py "$@")" ]; }

# --- the virtual environment that may be there already

# One whose installation was interrupted may hold half a package: it is made anew.
venv_is_whole() {
    [ -f .venv/bin/activate ] && [ ! -e .venv/installing ] &&
        .venv/bin/python -c '' 2>/dev/null && ! lacks .venv/bin/python version
}

# A folder that was moved or copied takes its .venv along. That runs (tools/movable.py); what activates it still points
# to the old place, as does what pip noted.
venv_is_at_home() {
    place=$(set +u; . .venv/bin/activate >/dev/null 2>&1; printf '%s' "${VIRTUAL_ENV:-}")
    [ "$place" -ef .venv ]
}

stamp() { cat "$lock" pyproject.toml setup.py tools/movable.py | cksum; }
is_current() { [ "$(cat .venv/installed 2>/dev/null)" = "$(stamp)" ]; }

# --- Python

# The first tested Python that can do everything; else the first tested one, whose missing parts are installed; else a
# newer one, which is said and may well do.
pick_python() {
    first= newer=
    if [ -n "${PYTHON:-}" ]; then set -- "$PYTHON"; else set -- python3 python3.14 python3.13 python3.12 python3.11; fi
    for name; do
        has "$name" && "$name" -c '' 2>/dev/null && ! lacks "$name" version || continue
        if lacks "$name" tested; then newer=${newer:-$name}; continue; fi
        if ! lacks "$name" venv headers; then python=$name; return; fi
        first=${first:-$name}
    done
    python=${first:-$newer}
    [ -n "$python" ] || fail "Thalweg needs Python 3.11 or later, and none was found; install one, or name it: make PYTHON=/path/to/python3.12"
    [ -n "$first" ] || say "$python is newer than the Pythons Thalweg was tested on (3.11 to 3.14): untested; going on with it"
}

# Debian names the parts of its default Python python3-*, those of the others python3.12-* and the like.
python_package() {
    default=$(readlink -f /usr/bin/python3 2>/dev/null || true)
    path=$(readlink -f "$(command -v "$python")")
    case $path in
        "$default") echo "python3-$1" ;;
        /usr/bin/python3.*) echo "${path##*/}-$1" ;;
        *) echo "python3-$1" ;;
    esac
}

# --- system packages

is_package() { dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^ii'; }

# The Debian packages that bring what is missing, on one line.
missing_packages() {
    wanted="manimpango egl gl driver"
    [ -n "$whole" ] || wanted="venv $wanted"
    for name in $(probe "$python" tools/probe.py $wanted); do
        case $name in
            venv) python_package venv ;;
            egl) echo libegl1 ;;
            gl) echo libgl1 ;;
            # A driver may be installed and yet not start (a display that is forbidden, say): drawing then says why.
            driver) is_package libgl1-mesa-dri || echo libgl1-mesa-dri ;;
            manimpango) missing_compiler ;;
        esac
    done | awk '!seen[$0]++' | tr '\n' ' ' | sed 's/ $//'
}

missing_compiler() {
    if lacks "$python" headers; then python_package dev; fi
    echo '#include <stdio.h>' | cc -E -x c - >/dev/null 2>&1 || echo build-essential
    if has pkg-config; then
        pkg-config --exists 'pangocairo >= 1.30' || echo libpango1.0-dev
    else
        echo pkg-config
        is_package libpango1.0-dev || echo libpango1.0-dev
    fi
}

am_root() { [ "$(id -u)" = 0 ]; }
may_install() { has apt-get && { am_root || { has sudo && sudo -n true 2>/dev/null; }; }; }
as_root() { if am_root; then "$@"; else sudo -n "$@"; fi; }
apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" </dev/null >&2; }

install_packages() {
    say "Installing system packages: $*"
    [ -n "$updated" ] || apt update || true   # a mirror that is down need not hold what we want
    updated=yes
    apt install -y --no-install-recommends "$@"
}

system_packages() {
    packages=$(missing_packages)
    [ -n "$packages" ] || return 0
    has apt-get || fail "System packages are missing; install what Debian calls: $packages"
    cure="as root, type: apt-get update && apt-get install -y $packages"
    if has sudo; then cure="type: sudo apt-get update && sudo apt-get install -y $packages"; fi
    may_install || fail "System packages are missing; $cure"
    install_packages $packages || fail "System packages could not be installed (why stands above); $cure"
    packages=$(missing_packages)
    [ -z "$packages" ] || fail "Installed, but what these should bring to $python is still missing: $packages"
}

# Only the tests of windows want these, and they skip without: never a reason to stop, tried once.
test_packages() {
    packages=
    has Xvfb || packages=xvfb
    has xauth || packages="$packages xauth"
    has xdotool || packages="$packages xdotool"
    [ -n "$packages" ] || return 0
    if [ ! -e .venv/asked-for-xvfb ] && may_install && install_packages $packages; then return; fi
    : >.venv/asked-for-xvfb
    say "Not installed: $packages; tests that need a display are skipped"
}

# --- Python packages

python_packages() {
    if [ -z "$whole" ]; then
        say "Making .venv with $python"
        rm -rf .venv
        "$python" -m venv .venv
    fi
    : >.venv/installing
    say "Installing Python packages into .venv (a few minutes the first time)"
    why="pip could not install what $lock names (why stands above); mend it and run the same command again"
    .venv/bin/python -m pip $quietly -r "$lock" >&2 || fail "$why"
    this_repository || fail "$why"
    stamp >.venv/installed
    rm .venv/installing
}

this_repository() {
    .venv/bin/python -m pip $quietly --quiet --no-build-isolation --no-deps --editable . >&2 &&
        .venv/bin/python tools/movable.py
}

# The scripts that activate it come last: they are what says that it is at home.
move_in() {
    say "This folder was moved or copied; its .venv moves in"
    this_repository && .venv/bin/python -m venv .venv --without-pip >&2 ||
        fail "The .venv could not be mended (why stands above); remove it and run the same command again"
}

quietly="--disable-pip-version-check install --quiet --no-user"
updated=
whole=
if venv_is_whole; then whole=yes; python=.venv/bin/python; else pick_python; fi
if [ "$(uname)" = Linux ]; then system_packages; fi
if [ -n "$whole" ] && ! venv_is_at_home; then move_in; fi
if [ -z "$whole" ] || ! is_current; then python_packages; fi
if [ "$for_tests" = --test ] && [ "$(uname)" = Linux ]; then test_packages; fi
