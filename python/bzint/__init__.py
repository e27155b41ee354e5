"""Transport tensors from band energies on a k-grid, with an error bar on every number.

>>> import bzint
>>> bands = bzint.read("data/cu.nscf32.xml.gz")          # any file that `bzint info` reads
>>> found = bands.fermi()                                # an xarray.Dataset
>>> found.conductivity_over_tau, found.conductivity_over_tau_error

Every variable `NAME` of a result has its error bar in `NAME_error` and what makes it in `NAME_error_by_cause`. Energies are in eV,
lengths in angstrom, times in seconds, carrier densities in cm^-3; results in SI.
"""

from .bands import Bands, read
from .dataset import BzintWarning
from .errors import (
    ArgumentError,
    BandsError,
    DeviceError,
    Error,
    FileError,
    InternalError,
    OutOfMemoryError,
)
from .models import bounds, drag, focusing, screen, table
from .options import Progress
from .phonons import Phonons, read_phonons

__version__ = "0.1.0"

__all__ = [
    "ArgumentError",
    "Bands",
    "BandsError",
    "BzintWarning",
    "DeviceError",
    "Error",
    "FileError",
    "InternalError",
    "OutOfMemoryError",
    "Phonons",
    "Progress",
    "bounds",
    "drag",
    "focusing",
    "read",
    "read_phonons",
    "screen",
    "table",
]
