"""Every notebook of the examples runs as it is, cell by cell, in an interpreter of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))
SHARED = Path(__file__).parents[3] / "shared" / "data" / "ref_bt2"

#: Code cells in their order, in one namespace; the value of a last expression is printed, as a notebook shows it.
RUNNER = """
import ast, json, sys

namespace = {"__name__": "__main__"}
with open(sys.argv[1], encoding="utf-8") as file:
    cells = json.load(file)["cells"]
for number, cell in enumerate(cells):
    if cell["cell_type"] != "code":
        continue
    tree = ast.parse("".join(cell["source"]), f"cell {number}")
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, f"cell {number}", "exec"), namespace)
    if last is not None:
        value = eval(compile(ast.Expression(last.value), f"cell {number}", "eval"), namespace)
        if value is not None:
            print(value)
"""


def test_there_are_notebooks():
    assert NOTEBOOKS


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook(notebook):
    environment = {**os.environ, "MPLBACKEND": "agg"}
    words = [sys.executable, "-c", RUNNER, str(notebook)]
    done = subprocess.run(words, cwd=EXAMPLES, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    compared = "no comparison" not in done.stdout
    assert compared == SHARED.is_dir(), "silicon is compared with BoltzTraP2 where its files are"
    for word in ("seebeck", "conductivity_over_tau", "BoltzTraP2", "crossings"):
        assert word in done.stdout, word


def test_a_cell_that_fails_fails_the_notebook(tmp_path):
    broken = tmp_path / "broken.ipynb"
    broken.write_text('{"cells": [{"cell_type": "code", "source": ["x = 1\\n", "assert x == 2"]}]}')
    done = subprocess.run([sys.executable, "-c", RUNNER, str(broken)], capture_output=True, text=True)
    assert done.returncode != 0 and "AssertionError" in done.stderr and "cell 0" in done.stderr
