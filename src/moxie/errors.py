"""Every error Moxie raises on purpose, in one tree.

::

    MoxieError                 exit code 1, something Moxie knows how to explain
    ├── BadInput               2  a folder, size, flag or file that cannot be used as given
    │   ├── UnreadableWork     2  one work is broken or too large; the others go on
    │   ├── TooLarge           2  one thing is larger than is taken
    │   └── NoWorks            3  nothing readable was left to learn from
    ├── TooMuch                1  more than is taken at once: come back later
    ├── TooLittleData          3  too few works for what was asked
    ├── NotPermitted           4  the rights of a work forbid it
    ├── NotOriginal            5  every attempt came out too near to an existing work
    ├── StoreError             6  the store cannot be used
    │   ├── StoreTooNew        6  it was written by a newer Moxie
    │   └── StoreBusy          6  another process holds what is needed
    ├── CannotWrite            7  the output folder or the disk refuses
    ├── Missing                8  something is not installed or not there (yet)
    └── Cancelled            130  a person stopped it; what was done is kept

Each error carries a `Message`, so that it can be said in any language of the catalogue.
The exit codes are part of the public interface.
"""

from __future__ import annotations

from typing import ClassVar

from moxie.text import Message, Scalar


class MoxieError(Exception):
    """An error with one clear sentence: what, where, and how to mend it."""

    exit_code: ClassVar[int] = 1

    def __init__(self, template: str, **params: Scalar) -> None:
        self.message = Message(template, params)
        super().__init__(str(self.message))

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the message when an error crosses a process boundary."""
        return (_rebuild, (type(self), self.message.template, dict(self.message.params)))


def _rebuild(kind: type[MoxieError], template: str, params: dict[str, Scalar]) -> MoxieError:
    return kind(template, **params)


class BadInput(MoxieError):
    """Something given by the user cannot be used as it is."""

    exit_code = 2


class UnreadableWork(BadInput):
    """One work cannot be read; the message says why."""


class TooLarge(BadInput):
    """One thing is larger than is taken."""


class NoWorks(BadInput):
    """Nothing readable was found."""

    exit_code = 3


class TooMuch(MoxieError):
    """More than is taken at once."""


class TooLittleData(MoxieError):
    """There are too few works for what was asked."""

    exit_code = 3


class NotPermitted(MoxieError):
    """The recorded rights forbid what was asked."""

    exit_code = 4


class NotOriginal(MoxieError):
    """No attempt was original enough."""

    exit_code = 5


class StoreError(MoxieError):
    """The store cannot be used."""

    exit_code = 6


class StoreTooNew(StoreError):
    """The store was written by a newer version of Moxie."""


class StoreBusy(StoreError):
    """Another process is using what is needed."""


class CannotWrite(MoxieError):
    """The disk or a folder refuses to be written."""

    exit_code = 7


class Missing(MoxieError):
    """A package, corpus, model or earlier step is not there."""

    exit_code = 8


class Cancelled(MoxieError):
    """A person stopped the work; what was finished is kept."""

    exit_code = 130
