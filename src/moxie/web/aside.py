"""A process beside the server for what takes thought: pictures, scores, sound, the next question.

Decoding a work is the riskiest thing there is to do with it, and drawing one can take seconds;
so neither happens where requests are answered. One process does it, one thing at a time.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from threading import Lock
from typing import TypeVar

from moxie.errors import MoxieError, StoreError, TooMuch
from moxie.settings import Settings
from moxie.studio import Studio

T = TypeVar("T")

MOST_WAITING = 200
"""Things that may wait to be done."""

PATIENCE = 60.0
"""Seconds after which a reader is not kept waiting any longer."""


class Aside:
    """The process. Raises TooMuch where too much waits, StoreError where it fails or hangs."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pool: ProcessPoolExecutor | None = None
        self._lock = Lock()
        self._waiting = 0

    async def do(self, what: Callable[..., T], *args: object) -> T:
        """What `what(studio, *args)` gives, there."""
        if self._waiting >= MOST_WAITING:
            raise TooMuch("The studio is busy drawing: look again in a moment.")
        self._waiting += 1
        try:
            future = self._submit(what, args)
            return await asyncio.wait_for(asyncio.wrap_future(future), PATIENCE)
        except BrokenProcessPool as error:
            self._drop()
            raise StoreError("That could not be drawn: its process ended by itself.") from error
        except TimeoutError as error:
            self._drop()
            raise StoreError("That could not be drawn in {n} s.", n=int(PATIENCE)) from error
        finally:
            self._waiting -= 1

    def warm(self) -> None:
        """Begin the process, so that the first that is asked need not wait for it."""
        self._submit(_nothing, ())

    def close(self) -> None:
        """End the process."""
        self._drop()

    def _submit(self, what: Callable[..., T], args: tuple[object, ...]) -> Future[T]:
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    1,
                    mp_context=multiprocessing.get_context("spawn"),
                    initializer=_open,
                    initargs=(self._settings,),
                )
            return self._pool.submit(_do, what, args)

    def _drop(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            for process in list((pool._processes or {}).values()):  # noqa: SLF001  no other way
                process.kill()
            pool.shutdown(wait=False, cancel_futures=True)


_STUDIO: list[Studio] = []
"""The studio of this process; empty in the server's."""


def _open(settings: Settings) -> None:
    _STUDIO.append(Studio(settings=settings))
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(5)


def _nothing(_studio: Studio) -> None:
    return None


def _do(what: Callable[..., T], args: tuple[object, ...]) -> T:
    try:
        return what(_STUDIO[0], *args)
    except MoxieError:
        raise
    except Exception as error:  # noqa: BLE001  whatever it was, it crosses as a sentence, not as an object
        raise StoreError("That could not be drawn ({kind}).", kind=type(error).__name__) from None
