"""What can go wrong: one tree of exceptions, each with place, problem and remedy."""

from __future__ import annotations


class Error(Exception):
    """Anything that went wrong. `str()` is one sentence of what, where, the value, and the remedy.

    Attributes
    ----------
    place : str
        The file and the place in it, the part of the bands, or the argument.
    problem : str
        The value, and what is wrong with it.
    remedy : str
        What can be done.
    """

    def __init__(self, message: str, place: str = "", problem: str = "", remedy: str = "") -> None:
        super().__init__(message, place, problem, remedy)
        self.place = place
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return str(self.args[0])


class FileError(Error, OSError):
    """A file cannot be read, or holds what cannot be used."""

    __str__ = Error.__str__


class BandsError(Error, ValueError):
    """Bands that cannot be integrated, whatever they came from."""


class ArgumentError(Error, ValueError):
    """An argument has an unusable value."""


class OutOfMemoryError(Error, MemoryError):
    """The work needs more memory than there is."""


class DeviceError(Error, RuntimeError):
    """There is no GPU, or it failed. Its results are never used."""


class InternalError(Error, RuntimeError):
    """A defect of bzint, never of the input."""
