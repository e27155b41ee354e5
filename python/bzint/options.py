"""Options that several computations have: the type of each and what it says, in this place alone.

A method takes a group of them as `**options: Unpack[Group]`, which type checkers and editors know, and `shared` writes them into its signature
and its documentation, for `help()`. What is left out, or None, is as the library has it by default, which the words in brackets say.
"""

import functools
import inspect
import os
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from typing import Annotated, Any, Literal, TypedDict, TypeVar, Union, get_args

import numpy as np
import xarray as xr

#: Called now and then with the phase in words, the steps done and all steps (0 where nobody knows).
Progress = Callable[[str, int, int], object]
Numbers = Union[float, Iterable[float], np.ndarray]
Interpolate = Union[int, tuple[int, int, int], Literal["none"]]
Interpolator = Literal["series", "auto", "isospectral"]
Backend = Literal["auto", "cpu", "gpu", "gpu:all"]
Velocity = Literal["file", 2, 4, 6]
Weights = Union[Literal["tetrahedra"], tuple[Literal["gaussian", "mp"], float]]
FermiLevel = Union[float, Literal["file", "electrons"]]
Impurities = Iterable[Sequence[float]]
EnergyRange = Sequence[float]
Vector = Sequence[float]
FieldDirection = Union[str, Vector]
Scan = tuple[FieldDirection, FieldDirection]
Direction = Union[str, Vector, Iterable[Union[str, Vector]]]
File = Union[str, os.PathLike[str]]
Mesh = Union[int, tuple[int, int, int]]


class Level(TypedDict, total=False):
    """Where the Fermi level is."""

    fermi_level: Annotated[FermiLevel | None, 'An energy in eV, "file", or "electrons".']
    electrons: Annotated[float | None, "Of a cell, in these bands."]


class Opening(TypedDict, total=False):
    """What is made of the bands."""

    interpolate: Annotated[Interpolate | None, 'A denser uniform grid, n or (n1, n2, n3); "none" takes a table as it is.']
    kspacing: Annotated[float | None, "Likewise, by the largest distance of k-points, 1/angstrom."]
    tolerance: Annotated[float | None, "Refines the interpolated bands until the bar is below this share of the result."]
    fit_velocities: Annotated[bool | None, "Interpolates through the velocities that the bands bring, too (False)."]
    interpolator: Annotated[
        Interpolator | None,
        '"series", "isospectral" (right where bands touch), or "auto" (the series, and "auto" where refined transport coefficients '
        "come out with wide bars).",
    ]
    scissor: Annotated[float | None, "The gap that an insulator is to have, eV."]


class Threads(TypedDict, total=False):
    """How many work."""

    threads: Annotated[int | None, "Of the CPU (all)."]


class Method(Threads, total=False):
    """How to integrate."""

    backend: Annotated[Backend | None, '"cpu", "gpu", "gpu:all" (all that are alike), or "auto": a real GPU where there is one (auto).']
    adapter: Annotated[str | None, "A part of the name of the GPU to take (the first)."]
    velocity: Annotated[Velocity | None, 'The order of differences, or "file" (the file\'s where it has them, else 4).']
    weights: Annotated[
        Weights | None, '"tetrahedra", ("gaussian", width in eV) or ("mp", width in eV) of Methfessel and Paxton (tetrahedra).'
    ]


class Watched(TypedDict, total=False):
    """Who watches."""

    progress: Annotated[Progress | None, "Called with the phase, steps done, and all steps; what it raises stops the work."]


class Temperatures(TypedDict, total=False):
    """How warm."""

    temperature: Annotated[Numbers | None, "K (300)."]


class Carriers(Temperatures, total=False):
    """How warm, and how many carriers."""

    doping: Annotated[
        Numbers | None, "Net dopings, cm^-3 (cm^-2 of a layer, cm^-1 of a chain): positive for electrons (n-type), negative for holes."
    ]
    mu: Annotated[Numbers | None, "In the place of dopings: chemical potentials, eV from the Fermi level."]
    mu_absolute: Annotated[Numbers | None, "Likewise, on the bands' own scale."]


class Relaxation(TypedDict, total=False):
    """What scatters."""

    tau: Annotated[float | None, "Constant relaxation time, s; without any, coefficients are per relaxation time (`conductivity_over_tau`)."]
    scattering: Annotated[File | None, "A TOML file of scattering mechanisms."]


class Extent(TypedDict, total=False):
    """Layers and chains."""

    dimension: Annotated[Literal[1, 2, 3] | None, "2 of a layer, 1 of a chain (3)."]
    thickness: Annotated[float | None, "Of a layer, angstrom."]
    cross_section: Annotated[float | None, "Of a chain, angstrom^2."]


class Along(TypedDict, total=False):
    """Where to."""

    direction: Annotated[
        Direction | None,
        'Of transport: "x", Miller indices as "001" or "1-10", a Cartesian vector as "0.5,0.5,0", or several of them (the Cartesian axes '
        "that differ).",
    ]


class Integrated(Opening, Method, Watched, total=False):
    """Of every integral."""


class Converted(Opening, Watched, total=False):
    """Of bands in another format."""


class AtLevel(Level, Integrated, total=False):
    """Of integrals at the Fermi level."""


class OfMatter(Relaxation, Extent, AtLevel, total=False):
    """Of transport."""


class AtStates(Carriers, OfMatter, total=False):
    """Of transport in thermal states."""


class AlongStates(Along, AtStates, total=False):
    """Of transport along directions, in thermal states."""


class AtTemperatures(Temperatures, OfMatter, total=False):
    """Of transport at temperatures."""


class Meshed(TypedDict, total=False):
    """How finely surfaces are found."""

    mesh: Annotated[Mesh | None, "Points per axis of the grid that the surface is found on, even (about 64, as the cell's shape asks for)."]


class Field(TypedDict, total=False):
    """Directions of a magnetic field, and the orbits in it."""

    direction: Annotated[FieldDirection | None, 'Of the field, Cartesian: "001", "1-10", or three numbers (z).']
    scan: Annotated[Scan | None, "First and last of several directions."]
    angles: Annotated[int | None, "How many they are, with both ends (31)."]
    lattice_indices: Annotated[bool | None, "Directions are coefficients of the lattice vectors a1 a2 a3 (False)."]
    angle_tolerance: Annotated[float | None, "A field in general position takes the nearest lattice direction within so many degrees (0.05)."]
    planes: Annotated[float | None, "Of orbits over the width of the zone (16)."]


class OnSurface(Meshed, Level, Opening, Threads, Watched, total=False):
    """Of surfaces of constant energy, which are found on the CPU, by tetrahedra."""


class InField(Field, OnSurface, total=False):
    """Of orbits in a magnetic field."""


class Waves(TypedDict, total=False):
    """Where waves run, and a map of what they carry."""

    direction: Annotated[Iterable[Vector] | None, "Vectors along which waves run (001, 110 and 111)."]
    axis: Annotated[Vector | None, "In the middle of a map of where energy flows (001)."]
    pixels: Annotated[int | None, "Along the side of this map (no map and no sections)."]


class Dragged(TypedDict, total=False):
    """What drags, beside what diffuses."""

    temperature: Annotated[Numbers | None, "K (1 to 300)."]
    ratio: Annotated[float | File | None, "Share of their momentum that phonons give to electrons, 0 to 1, or the path of a table of K and share (1)."]
    fermi_temperature: Annotated[float | None, "The diffusion part is that of free electrons with this Fermi temperature, K."]
    diffusion: Annotated[xr.Dataset | None, "The diffusion part is this result of `Bands.transport`, at one level."]

class DraggedElectrons(Level, Dragged, total=False):
    """Of phonons and the electrons of some bands."""


class OfPhonons(Along, Threads, Watched, total=False):
    """Of heat that phonons carry."""


F = TypeVar("F", bound=Callable[..., Any])


def shared(function: F) -> F:
    """Writes the group that `**options` takes into the signature and the documentation, and refuses what is not in it."""
    group = globals()[function.__annotations__["options"].removeprefix("Unpack[").removesuffix("]")]
    own = inspect.signature(function)
    new = {name: get_args(told) for name, told in group.__annotations__.items()}
    parameters = [p for p in own.parameters.values() if p.kind is not p.VAR_KEYWORD]
    parameters += [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=type) for name, (type, _) in new.items()]
    signature = own.replace(parameters=parameters)

    @functools.wraps(function)
    def call(*args: Any, **given: Any) -> Any:
        for name in given:
            if name not in signature.parameters:
                near = get_close_matches(name, signature.parameters, 1)
                hint = f"; did you mean '{near[0]}'?" if near else ""
                raise TypeError(f"{function.__qualname__}() has no argument '{name}'{hint}")
        return function(*args, **given)

    call.__signature__ = signature  # type: ignore[attr-defined]
    call.__doc__ = _documented(inspect.getdoc(function) or "", {name: about for name, (_, about) in new.items()})
    return call  # type: ignore[return-value]


def _documented(text: str, options: dict[str, str]) -> str:
    """The documentation with these parameters behind its own, before what it raises."""
    head, raises, tail = text.partition("\n\nRaises\n")
    if "\nParameters\n" not in head:
        head += "\n\nParameters\n----------"
    for name, about in options.items():
        head += f"\n{name}\n    {about}"
    return head + raises + tail


def given(arguments: dict[str, Any]) -> dict[str, Any]:
    """A call's arguments, from its `locals()`: its own and the shared ones."""
    own = {name: value for name, value in arguments.items() if name not in ("self", "options")}
    return {**own, **arguments.get("options", {})}
