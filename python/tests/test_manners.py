"""Errors, progress, Ctrl-C, threads."""

from __future__ import annotations

import signal
import threading
import time
import warnings

import numpy as np
import pytest

import bzint


def test_errors_are_of_one_tree_with_place_problem_and_remedy(cubic, tmp_path):
    missing = tmp_path / "missing.xml"
    with pytest.raises(bzint.FileError) as raised:
        bzint.read(missing)
    assert str(missing) in raised.value.place and isinstance(raised.value, OSError)
    bands = bzint.Bands(**cubic)
    with pytest.raises(bzint.ArgumentError) as raised:
        bands.transport(tau=-1.0)
    assert raised.value.place == "tau" and "-1.0" in raised.value.problem and raised.value.remedy
    with pytest.raises(bzint.Error, match="electrons"):
        bzint.Bands(cubic["lattice"], cubic["energies"]).fermi()
    broken = cubic["energies"].copy()
    broken[0, 1, 2, 3] = np.nan
    with pytest.raises(bzint.BandsError):
        bzint.Bands(cubic["lattice"], broken)
    with pytest.raises(bzint.ArgumentError, match="shape"):
        bzint.Bands(cubic["lattice"], broken[0])
    with pytest.raises(TypeError):
        bands.fermi(temperatur=300)


def test_remedies_speak_python(cubic):
    bands = bzint.Bands(**cubic)
    for call in (
        lambda: bands.optimize(maximise="zt"),
        lambda: bands.transport(lattice_thermal_conductivity=2.0),
        lambda: bands.transport(weights=("gaussian", 0.1), tolerance=1e-2),
    ):
        with pytest.raises(bzint.ArgumentError) as raised:
            call()
        assert "--" not in str(raised.value), raised.value
    assert "interpolate=N" in raised.value.remedy


def test_absurd_values_are_warned_of(cubic):
    with pytest.warns(bzint.BzintWarning, match="tau"):
        bzint.Bands(**cubic).transport(tau=1.0, backend="cpu", interpolate="none", mu_absolute=1.5)


def test_progress_is_told_and_may_stop_the_work(copper):
    seen = []
    bands = bzint.read(copper)
    bands.transport(backend="cpu", progress=lambda *place: seen.append(place))
    assert seen and all(isinstance(p, str) and d <= a or a == 0 for p, d, a in seen)

    class Enough(Exception):
        pass

    def stop(phase, done, all):
        raise Enough

    with pytest.raises(Enough):
        bands.transport(backend="cpu", tolerance=1e-6, progress=stop)
    # The next work is not stopped.
    assert bands.fermi(backend="cpu").conductivity_over_tau.size == 9


def test_ctrl_c_stops_the_work(copper):
    bands = bzint.read(copper)
    # Jobs in the background of a script have it ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    start = time.monotonic()
    try:
        threading.Timer(0.5, signal.raise_signal, [signal.SIGINT]).start()
        with pytest.raises(KeyboardInterrupt):
            bands.transport(backend="cpu", tolerance=1e-8, temperature=np.arange(50, 1000, 10))
    finally:
        signal.signal(signal.SIGINT, before)
    assert time.monotonic() - start < 20


def test_the_interpreter_goes_on_meanwhile(copper):
    bands = bzint.read(copper)
    counted = 0
    done = threading.Event()

    def work():
        bands.transport(backend="cpu", tolerance=1e-3)
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    while not done.is_set():
        counted += 1
        time.sleep(0.001)
    thread.join()
    assert counted > 20


def test_nothing_is_warned_of_without_need(copper):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        bzint.read(copper).fermi(backend="cpu", tau=1e-14)


def test_options_that_several_computations_have_are_the_same_everywhere():
    import inspect

    def parameters(method):
        return inspect.signature(method).parameters

    shared = list(parameters(bzint.Bands.fermi).values())[2:]
    every = [getattr(bzint.Bands, name) for name in dir(bzint.Bands) if not name.startswith("_")]
    computed = [m for m in every if callable(m) and "interpolate" in parameters(m)] + [bzint.screen]
    assert len(computed) >= 10
    # Surfaces are found on the CPU, by tetrahedra alone; a spectrum needs no Fermi level.
    absent = {"backend", "velocity", "weights", "fermi_level", "electrons"}
    for method in computed:
        own = parameters(method)
        for parameter in shared:
            if parameter.name not in own:
                assert parameter.name in absent, (method, parameter)
                continue
            same = own[parameter.name]
            assert (same.default, same.annotation) == (parameter.default, parameter.annotation), (method, parameter)
        for name in own:
            assert name in ("self", "materials") or own[name].kind is inspect.Parameter.KEYWORD_ONLY, (method, name)
