"""Errors, progress, Ctrl-C, threads."""

from __future__ import annotations

import inspect
import signal
import threading
import time
import warnings

import numpy as np
import pytest

import bzint
import bzint.options


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


def test_shared_options_are_in_signatures_and_documentation():
    every = [getattr(bzint.Bands, name) for name in dir(bzint.Bands) if not name.startswith("_")]
    every += [getattr(bzint.Phonons, name) for name in ("transport", "drag", "focusing")]
    every += [bzint.screen, bzint.drag, bzint.focusing]
    shared = [method for method in every if callable(method) and hasattr(method, "__wrapped__")]
    assert len(shared) >= 17
    for method in shared:
        parameters = inspect.signature(method).parameters
        group = method.__wrapped__.__annotations__["options"].removeprefix("Unpack[").removesuffix("]")
        for name in getattr(bzint.options, group).__annotations__:
            assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY, (method, name)
            assert f"\n{name}\n    " in method.__doc__, (method, name)
        assert not any(p.kind is p.VAR_KEYWORD for p in parameters.values()), method


def test_a_misspelt_option_is_told_with_the_one_that_is_meant(cubic):
    with pytest.raises(TypeError, match=r"fermi\(\) has no argument 'tolernace'; did you mean 'tolerance'\?"):
        bzint.Bands(**cubic).fermi(tolernace=1e-3)


def test_none_is_as_if_it_was_left_out(copper):
    bands = bzint.read(copper)
    left_out = bands.fermi(backend="cpu")
    names = inspect.signature(bands.fermi).parameters
    none = bands.fermi(**{**dict.fromkeys(names), "backend": "cpu"})
    assert left_out.conductivity_over_tau.equals(none.conductivity_over_tau)


def test_type_checkers_know_the_options(tmp_path):
    api = pytest.importorskip("mypy.api")
    wrong = {
        'bands.fermi(tolernace=1e-3)': "call-arg",
        'bands.fermi(backend="cuda")': "arg-type",
        'bands.zt(tau=1e-14)': "call-arg",
        'bands.fermi(tolerance=1e-3, tau=1e-14, backend="cpu")': None,
        'bands.zt(lattice_thermal_conductivity=2, direction="001", temperature=[300, 400])': None,
    }
    script = tmp_path / "calls.py"
    script.write_text("\n".join(["import bzint", 'bands = bzint.read("x")', *wrong]) + "\n")
    told, _, _ = api.run([str(script), "--ignore-missing-imports", "--cache-dir", str(tmp_path)])
    for line, code in enumerate(wrong.values(), start=3):
        assert (code is None) == (f"calls.py:{line}: error" not in told), told
        assert code is None or f"[{code}]" in told, told
