"""All cores: forked processes that write into memory they share with this one.

Threads would not do: a step is some seventy short numpy calls, and threads spend more time on handing Python's lock to
each other than they win.
"""

from __future__ import annotations

import mmap
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt


def cores() -> int:
    """How many processes at once help: the processor cores we may use; 1 where a process cannot be forked safely."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


def shared(shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """An array of zeros that forked processes write into for all to see."""
    count = int(np.prod(shape))
    return np.frombuffer(mmap.mmap(-1, max(8 * count, 1)), dtype=np.float64, count=count).reshape(shape)


def each(work: Callable[[Any], None], items: Sequence[Any], jobs: int) -> None:
    """work(item) for every item, in `jobs` processes at most, this one among them.

    What a process could not do (it ran out of memory, say) this one does again, so that its errors are seen here.
    """
    shares = [items[job::jobs] for job in range(min(jobs, len(items)))]
    children = {_forked(work, share): share for share in shares[1:]}
    try:
        for item in shares[0] if shares else ():
            work(item)
        for child, share in [*children.items()]:
            failed = os.waitpid(child, 0)[1]
            del children[child]
            for item in share if failed else ():
                work(item)
    except BaseException:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        raise


def in_order(work: Callable[[Any], bytes], items: Sequence[Any], room: int, jobs: int) -> Iterator[bytes]:
    """work(item) for every item, in their order, made `jobs` at a time as by `each`; none is longer than `room`."""
    places = [mmap.mmap(-1, 8 + room) for _ in range(min(jobs, len(items)))]

    def put(pair: tuple[mmap.mmap, Any]) -> None:
        place, made = pair[0], work(pair[1])
        place[: 8 + len(made)] = len(made).to_bytes(8, "little") + made

    for first in range(0, len(items), len(places) or 1):
        some = [*zip(places, items[first : first + len(places)], strict=False)]
        each(put, some, len(some))
        for place, _ in some:
            yield place[8 : 8 + int.from_bytes(place[:8], "little")]


def _forked(work: Callable[[Any], None], share: Sequence[Any]) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that other threads run: the child computes and touches nothing of theirs
        child = os.fork()
    if child:
        return child
    status = 1
    try:
        for item in share:
            work(item)
        status = 0
    finally:
        os._exit(status)  # nothing of this process' end is the child's: no files, no windows, no messages
