"""Copper's conductivity over tau around the Fermi level: bzint beside its peers, and where their scatter comes from.

Left: what BoltzTraP2 (FFT grids 45, 71, 101), BoltzWann (40^3) and WannierBerri's tetrahedra (40^3, folded to 300 K) give, and
bzint from the same inputs. Right: the very bands of bzint (energies and velocities on BoltzTraP2's three grids) put in BoltzTraP2's
energy bins: with its own sum, its own scatter comes back, from energies and velocities whose refined integral is smooth.

    python3 benches/peers/scatter.py DATA [--bzint target/release/bzint]

DATA is the folder that holds qe, wannier, ref_bt2, ref_boltzwann and ref_wannierberri. Needs numpy, h5py and matplotlib. Writes
scatter.txt beside this file, and scatter.svg where the book shows it.
"""

import argparse
import gzip
import json
import lzma
import os
import subprocess
import tempfile

import h5py
import matplotlib
import numpy as np

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "bzint"
import matplotlib.pyplot as plt

RYDBERG_EV = 13.605693122994
E_CHARGE = 1.602176634e-19
KT = 8.617333262e-5 * 300.0
LOW, HIGH = 14.40, 14.70


def bzint(program, *words):
    """One run of bzint, its JSON read."""
    run = subprocess.run([program, *map(str, words)], check=True, capture_output=True, text=True)
    return json.loads(run.stdout) if "--json" in words else None


def refined(program, bands):
    """mu (eV), sigma/tau (1/(Ohm m s)) and its bar, refined to 1e-3."""
    axis = f"{LOW}:{HIGH}:0.01"
    words = ("--no-hall", "-T", 300, "--mu-absolute", axis, "--tolerance", 1e-3, "--json", "-q")
    rows = bzint(program, "transport", bands, *words)["rows"]
    mean = lambda t: np.trace(np.array(t)) / 3
    return np.array(
        [
            (
                r["chemical_potential"]["value"],
                mean(r["conductivity_over_tau"]["value"]),
                mean(r["conductivity_over_tau"]["error"]),
            )
            for r in rows
        ]
    ).T


def window(energies, mu):
    """-df/de at the energies, 1/eV."""
    x = np.clip((energies - mu) / (2 * KT), -300, 300)
    return 1 / (4 * KT * np.cosh(x) ** 2)


def boltztrap(path):
    table = np.loadtxt(lzma.open(path))
    table = table[table[:, 1] == 300]
    return table[:, 0] * RYDBERG_EV, table[:, 5]


def histogram(program, bands, n, centres, scratch):
    """sigma/tau at the centres of BoltzTraP2's bins, from bzint's energies and velocities on n^3 points summed as it does."""
    path = os.path.join(scratch, f"cu{n}.h5")
    bzint(program, "convert", bands, "--interpolate", n, "-o", path, "-q")
    with h5py.File(path) as file:
        energies = file["energies"][0].reshape(-1)
        speed = (file["velocities"][0].reshape(-1, 3) ** 2).sum(1) / 3
        volume = abs(np.linalg.det(file["lattice"][:])) * 1e-30
    step = np.median(np.diff(centres))
    below = int((centres[0] - 12.9) / step) + 1
    edges = centres[0] - (below + 0.5) * step + step * np.arange(int(3.2 / step))
    held, _ = np.histogram(energies, edges, weights=speed)
    held = 2 * held / n**3
    middle = 0.5 * (edges[1:] + edges[:-1])
    sigma = [E_CHARGE / volume * (held * window(middle, mu)).sum() for mu in centres]
    return np.array(sigma)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data")
    parser.add_argument("--bzint", default="target/release/bzint")
    options = parser.parse_args()
    here = os.path.dirname(os.path.abspath(__file__))
    at = lambda *p: os.path.join(options.data, *p)
    inside = lambda mu: (mu >= LOW) & (mu <= HIGH)
    report = ["sigma/tau of copper at 300 K, 1e21 1/(Ohm m s), mu = 14.40 to 14.70 eV: least, most, rms jump of the slope\n"]

    def say(name, mu, sigma):
        chosen = inside(mu)
        mu, sigma = mu[chosen], sigma[chosen] / 1e21
        rough = np.std(np.diff(sigma) / np.diff(mu)) if len(mu) > 2 else 0
        report.append(f"{name:44s} {sigma.min():.3f} {sigma.max():.3f}  {rough:.2f} per eV\n")

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.4), sharey=True)
    colours = {5: "#88ccee", 20: "#44aa99", 60: "#117733"}
    grids = {5: 45, 20: 71, 60: 101}
    peers = {}
    for m in (5, 20, 60):
        mu, sigma = boltztrap(at("ref_bt2", f"cu_m{m}.trace.xz"))
        peers[m] = (mu, sigma)
        chosen = inside(mu)
        label = f"BoltzTraP2, {grids[m]}³"
        left.plot(mu[chosen], sigma[chosen] / 1e21, color=colours[m], lw=1, marker=".", ms=4, label=label)
        say(label, mu, sigma)
    wann = np.loadtxt(gzip.open(at("ref_boltzwann", "cu", "cu_elcond_k40.dat.gz")))
    mu, sigma = wann[:, 0], wann[:, [2, 4, 7]].mean(1) / 10e-15
    left.plot(mu[inside(mu)], sigma[inside(mu)] / 1e21, color="#cc6677", lw=1, marker=".", ms=4, label="BoltzWann, 40³")
    say("BoltzWann, 40^3", mu, sigma)
    berri = np.load(at("ref_wannierberri", "cu_tb_40.npz"))
    # Per spin, in S/m for a relaxation time of 1 fs.
    ef, ohmic = berri["Ef"], 2e15 * np.trace(berri["ohmic"], axis1=1, axis2=2) / 3
    folded = np.array([np.trapezoid(ohmic * window(ef, m), ef) / np.trapezoid(window(ef, m), ef) for m in ef])
    left.plot(ef[inside(ef)], folded[inside(ef)] / 1e21, color="black", lw=1, ls="--", label="WannierBerri, tetrahedra, 40³")
    say("WannierBerri, tetrahedra 40^3, folded to 300 K", ef, folded)

    ours = {
        "bzint, Wannier Hamiltonian": (at("wannier", "cu"), "#332288", "-"),
        "bzint, 16³ table": (at("qe", "cu", "cu.nscf.xml.gz"), "#ddaa33", "-"),
        "bzint, 32³ table": (at("qe", "cu", "cu.nscf32.xml.gz"), "#882255", "-"),
    }
    curves = {}
    for name, (bands, colour, style) in ours.items():
        mu, sigma, bar = refined(options.bzint, bands)
        curves[name] = (mu, sigma)
        for axes in (left, right) if "table" in name else (left,):
            axes.fill_between(mu, (sigma - bar) / 1e21, (sigma + bar) / 1e21, color=colour, alpha=0.3, lw=0)
            axes.plot(mu, sigma / 1e21, color=colour, ls=style, lw=1.8, label=f"{name}, refined to 1e-3")
        say(name, mu, sigma)
    wannier = curves["bzint, Wannier Hamiltonian"]
    off = np.interp(wannier[0], ef, folded) / wannier[1] - 1
    report.append(f"WannierBerri (without minimal distances) / bzint on the Wannier Hamiltonian - 1: {off.min():+.4f} to {off.max():+.4f}\n")
    low, high = curves["bzint, 16³ table"], curves["bzint, 32³ table"]
    off = low[1] / high[1] - 1
    report.append(f"bzint 16^3 / 32^3 - 1: {off.min():+.4f} to {off.max():+.4f}\n")

    with tempfile.TemporaryDirectory() as scratch:
        for m in (5, 20, 60):
            mu, theirs = peers[m]
            chosen = (mu > LOW - 0.01) & (mu < HIGH + 0.01)
            own = histogram(options.bzint, at("qe", "cu", "cu.nscf.xml.gz"), grids[m], mu[chosen], scratch)
            right.plot(mu[chosen], own / 1e21, color=colours[m], lw=1, label=f"bzint's bands, {grids[m]}³, in these bins")
            right.plot(mu[chosen], theirs[chosen] / 1e21, color=colours[m], ls="none", marker="o", mfc="none", ms=4)
            say(f"bzint's bands, {grids[m]}^3, BoltzTraP2's bins", mu[chosen], own)
            rms = np.std(own / theirs[chosen] - 1)
            both = np.corrcoef(own - np.poly1d(np.polyfit(mu[chosen], own, 2))(mu[chosen]),
                               theirs[chosen] - np.poly1d(np.polyfit(mu[chosen], theirs[chosen], 2))(mu[chosen]))[0, 1]
            report.append(f"    against BoltzTraP2's: rms {rms:.4f}, correlation of the scatter {both:.2f}\n")
    right.plot([], [], color="gray", ls="none", marker="o", mfc="none", ms=4, label="BoltzTraP2 (bins of 13 meV)")
    for axes in (left, right):
        axes.set_xlabel("μ (eV)")
        axes.set_xlim(LOW, HIGH)
        axes.set_ylim(1.3, 2.3)
        axes.legend(fontsize=7, frameon=False, loc="upper left", ncol=2, columnspacing=1)
        axes.tick_params(direction="in", top=True, right=True)
    left.set_ylabel("σ/τ (10²¹ Ω⁻¹ m⁻¹ s⁻¹)")
    figure.tight_layout()
    figure.savefig(os.path.join(here, "..", "..", "docs", "concepts", "scatter.svg"), metadata={"Date": None})
    with open(os.path.join(here, "scatter.txt"), "w") as file:
        file.writelines(report)
    print("".join(report), end="")


if __name__ == "__main__":
    main()
