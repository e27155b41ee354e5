"""The whole task "15 temperatures x about 400 chemical potentials, Hall too": BoltzTraP2's two steps beside bzint's one.

    python boltztrap2_full_run.py BTP2 BZINT DIRECTORY FILE [--multiplier M] [--bins B] [--runs N] [--points P]

DIRECTORY holds a DFT run that BoltzTraP2 reads, FILE the same for bzint. Every command runs N times in turn under
/usr/bin/time on one thread (bzint on two as well); printed are medians of user + system time, of wall time, and the largest
peak. BoltzTraP2 takes its chemical potentials from the bins of its DOS (--bins; their number is read from its .trace).
"""

import argparse
import os
import statistics
import subprocess
import tempfile

import numpy as np


def timed(command, threads, directory):
    environment = dict(os.environ, RAYON_NUM_THREADS=str(threads))
    environment.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
    words = ["/usr/bin/time", "-f", "%U %S %e %M", "-o", "time.txt", *command]
    subprocess.run(words, check=True, cwd=directory, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    user, system, wall, peak = map(float, open(os.path.join(directory, "time.txt")).read().split())
    return user, user + system, wall, peak / 1024


parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("btp2")
parser.add_argument("bzint")
parser.add_argument("directory")
parser.add_argument("file")
parser.add_argument("--multiplier", type=int, default=28)
parser.add_argument("--bins", type=int, nargs="*", default=[600])
parser.add_argument("--runs", type=int, default=3)
parser.add_argument("--points", type=int, default=80)
parser.add_argument("--temperatures", default="100:800:50")
options = parser.parse_args()
btp2, bzint, directory, file = map(os.path.abspath, (options.btp2, options.bzint, options.directory, options.file))
low, high, step = map(int, options.temperatures.split(":"))
# btp2 leaves the upper end of a range out.
theirs = f"{low}:{high + step}:{step}"

interpolate = [btp2, "-n", "1", "interpolate", "-o", "run.bt2", "-m", str(options.multiplier), directory]
transport = [bzint, "transport", file, "--interpolate", str(options.points), "-T", options.temperatures, "--mu", "-1:1:0.005"]
transport += ["-q", "--backend", "cpu", "-o", "run.h5"]
jobs = {"btp2 interpolate": (interpolate, 1)}
for bins in options.bins:
    name = f"btp2 integrate{f' -b {bins}' if bins else ''}"
    extra = ["-b", str(bins)] if bins else []
    jobs[name] = ([btp2, "-n", "1", "integrate", *extra, "run.bt2", theirs], 1)
for threads in (1, 2):
    for extra in ([], ["--magnetoconductivity"]):
        jobs[" ".join(["bzint", *extra, f"{threads} thread{'s'[:threads - 1]}"])] = (transport + extra, threads)

with tempfile.TemporaryDirectory() as scratch:
    times = {name: [] for name in jobs}
    for _ in range(options.runs):
        for name, (command, threads) in jobs.items():
            times[name].append(timed(command, threads, scratch))
            states = ""
            if "integrate" in name:
                table = np.loadtxt(os.path.join(scratch, "run.trace"))
                states = f"{len(set(table[:, 0]))} chemical potentials x {len(set(table[:, 1]))} temperatures"
            print(name, *(f"{x:.2f}" for x in times[name][-1]), states, flush=True)
print("job: user, user + system, wall (s), peak MB")
for name, runs in times.items():
    user, busy, wall, peak = zip(*runs)
    m = statistics.median
    print(f"{name:44s} {m(user):7.2f} {m(busy):7.2f} {m(wall):7.2f} {max(peak):7.0f}   user of each:", *(f"{u:.2f}" for u in user))
