"""The contracts as they are deployed: ABI and bytecode, compiled ahead, so that nobody needs a compiler to use them.

`python -m contracts.artefacts` (`make contracts`) compiles each `.vy` beside this file and writes its `.json`; a test compiles
again and compares. The compiler is pinned: another one makes other bytes.

>>> contract = artefact("checkpoints")
>>> contract["compiler"], "anchor" in {entry.get("name") for entry in contract["abi"]}
('vyper 0.4.3', True)
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from hashlib import sha256
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from engine.refusals import refuse

NAMES = ("checkpoints", "decisions", "payouts")
FOLDER = Path(__file__).parent
COMPILE = """
import json, sys
from pathlib import Path
from vyper import __version__
from vyper.cli.vyper_compile import compile_files
source, *folders = map(Path, sys.argv[1:])
made = next(iter(compile_files([source], ["abi", "bytecode"], paths=folders).values()))
print(json.dumps({"version": __version__.split("+")[0], "abi": made["abi"], "bytecode": made["bytecode"]}))
"""


@cache
def artefact(name: str) -> dict[str, Any]:
    """The `abi`, `bytecode` (0x…, without constructor arguments), `compiler` and `sources` (SHA-256 of each) of one of `NAMES`."""
    if name not in NAMES:
        raise refuse("thing_unknown", "contract {name!r}", "is none of ours", "known: {known}", name=name[:40], known=", ".join(NAMES))
    contract: dict[str, Any] = json.loads((resources.files("contracts") / f"{name}.json").read_text())
    return contract


def compiled(name: str, folder: Path = FOLDER) -> dict[str, Any]:
    """What the compiler makes of `name`.vy in a folder, with the modules of this one; needs folkmoot[contracts]."""
    if find_spec("vyper") is None:
        raise refuse("key_missing", "this machine", "has no Vyper", "install folkmoot[contracts]")
    asked = [str(folder / f"{name}.vy"), *map(str, sorted({FOLDER, folder}))]
    # In a process of its own: as Vyper is imported it forbids everybody else to choose how exact decimals are.
    answer = subprocess.run([sys.executable, "-c", COMPILE, *asked], capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own
    made = json.loads(answer)
    sources = {
        source: sha256((folder / source).read_bytes()).hexdigest() for source in (f"{name}.vy", "council.vy") if (folder / source).exists()
    }
    return {"compiler": f"vyper {made['version']}", "sources": sources, "abi": made["abi"], "bytecode": made["bytecode"]}


def written(contract: dict[str, Any]) -> str:
    """The file of a compiled contract, a line for each entry of its ABI, so that a change can be read."""
    abi = ",\n".join("    " + json.dumps(entry) for entry in contract["abi"])
    rest = {name: value for name, value in contract.items() if name != "abi"}
    head = json.dumps(rest, indent=2).removesuffix("\n}")
    return f'{head},\n  "abi": [\n{abi}\n  ]\n}}\n'


if __name__ == "__main__":
    for name in NAMES:
        (FOLDER / f"{name}.json").write_text(written(compiled(name)))
