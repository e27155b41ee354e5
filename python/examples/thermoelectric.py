"""S(T), sigma(T) and zT(T) of a doped semiconductor with their bars, and the same states in BoltzTraP2's .trace.

The bands are a simple cubic crystal of two cosine bands with a gap of 2.7 eV, in BoltzTraP2's own format (data/cubic.structure, .energy);
data/cubic.dope.trace is what `btp2 interpolate -m 60` and `btp2 dope` made of them. Run it anywhere: it writes thermoelectric.png
where matplotlib is installed.
"""

from pathlib import Path

import numpy as np

import bzint

DATA = Path(__file__).parents[2] / "data"
CELL_CM3 = 125e-24

bands = bzint.read(DATA / "cubic.energy")
found = bands.transport(
    temperature=np.arange(50, 801, 125),
    doping=[1e18, 1e19],
    tau=1e-14,
    lattice_thermal_conductivity=2.0,
)


def mean(name, **at):
    """A third of the trace, in units of its own, with its bar: cubic tensors have three equal components."""
    both = found[name], found[f"{name}_error"]
    if "row" in both[0].dims:
        both = [x.sel(row="x", col="x") for x in both]
    return [x.sel(**at).values for x in both]


print(f"{'T/K':>5} {'S/(uV/K)':>20} {'sigma/(S/m)':>22} {'zT':>20}   at n = 1e19 cm^-3, tau = 1e-14 s")
for t in found.temperature.values:
    at = {"temperature": t, "doping": 1e19}
    (s, ds), (sigma, dsigma) = mean("seebeck", **at), mean("conductivity", **at)
    zt, dzt = mean("figure_of_merit", **at)
    print(f"{t:5.0f} {1e6 * s:11.2f} ± {1e6 * ds:6.2f} {sigma:12.4e} ± {dsigma:7.1e} {zt:11.5f} ± {dzt:.5f}")

# BoltzTraP2's columns: Ef, T, N (holes per cell), DOS, S, sigma/tau, R_H, kappa/tau, …
trace = np.loadtxt(DATA / "cubic.dope.trace")
same = bands.transport(temperature=[50, 300], doping=[1e18, 1e19])
print("\nBoltzTraP2 (60 times denser than the table) against bzint, in units of bzint's bar:")
for row in trace:
    t, n = row[1], -row[2] / CELL_CM3
    at = {"row": "x", "col": "x", "temperature": t, "doping": float(f"{n:.1g}")}
    for name, theirs in [("seebeck", row[4]), ("conductivity_over_tau", row[5])]:
        ours, bar = float(same[name].sel(at)), float(same[f"{name}_error"].sel(at))
        off = (theirs - ours) / bar
        print(f"{t:5.0f} K {n:8.1e} cm^-3 {name:<22} {theirs:12.4e} {ours:12.4e} ± {bar:7.1e} {off:8.1f}")

try:
    import matplotlib.pyplot as plt
except ImportError:
    print("\nmatplotlib is not installed: no figure")
else:
    figure, axes = plt.subplots(3, 1, sharex=True, figsize=(5, 7), layout="constrained")
    panels = [("seebeck", 1e6, "S (µV/K)"), ("conductivity", 1e-2, "σ (S/cm)"), ("figure_of_merit", 1, "zT")]
    for ax, (name, factor, label) in zip(axes, panels):
        for doping in found.doping.values:
            y, dy = (factor * x for x in mean(name, doping=doping))
            line = ax.plot(found.temperature, y, "o-", ms=3, label=f"{doping:.0e} cm⁻³")[0]
            ax.fill_between(found.temperature, y - dy, y + dy, alpha=0.3, color=line.get_color(), lw=0)
        ax.set_ylabel(label)
    axes[0].legend(frameon=False)
    axes[-1].set_xlabel("T (K)")
    figure.savefig("thermoelectric.png", dpi=150)
