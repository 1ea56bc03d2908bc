#!/usr/bin/env python3
"""Reads event logs with pm4py and prints what it counts in them, to be held against what Sayso says it wrote.

    bench/exchange.py [--python PATH] FILE...

Without --python it makes a virtual environment of its own outside the repository ($SAYSO_PEERS, else the user's cache)
and installs pm4py there, from PyPI. One line of JSON a file: events, objects, cases, activities, and for databases the
constraints of OCEL 2.0 that are not kept (none should be). Ends with 1 where a file cannot be read or breaks one.
"""

import argparse
import os
import subprocess
import sys
import venv
from pathlib import Path

PM4PY = "pm4py>=2.7.20,<2.8"

# Runs inside the other Python, which has pm4py; this one need not.
COUNT = r"""
import json, sys, warnings
warnings.filterwarnings("ignore")
import pm4py
ok = True
for path in sys.argv[1:]:
    name = path.lower()
    plain = name[:-3] if name.endswith(".gz") else name
    try:
        if plain.endswith(".xes"):
            log = pm4py.read_xes(path)
            said = {
                "events": len(log),
                "cases": int(log["case:concept:name"].nunique()) if len(log) else 0,
                "activities": int(log["concept:name"].nunique()) if len(log) else 0,
            }
        else:
            kind = "json" if "json" in plain else "xml" if "xml" in plain else "sqlite"
            log = {"json": pm4py.read_ocel2_json, "xml": pm4py.read_ocel2_xml, "sqlite": pm4py.read_ocel2_sqlite}[kind](path)
            of_items = log.objects[log.objects["ocel:type"] == "item"]
            said = {
                "events": len(log.events),
                "objects": len(log.objects),
                "cases": len(of_items),
                "activities": int(log.events["ocel:activity"].nunique()),
                "relations": len(log.relations),
            }
            if kind == "sqlite":
                from pm4py.objects.ocel.validation import ocel20_rel_validation
                said["constraints_broken"] = sorted(ocel20_rel_validation.apply(path)[1])
                ok = ok and not said["constraints_broken"]
    except Exception as error:
        said = {"error": f"{type(error).__name__}: {error}"}
        ok = False
    print(json.dumps({"file": path.rsplit("/", 1)[-1], "pm4py": pm4py.__version__, **said}))
sys.exit(0 if ok else 1)
"""


def python_with_pm4py() -> Path:
    home = os.environ.get("SAYSO_PEERS")
    folder = Path(home) if home else Path.home() / ".cache" / "sayso-peers"
    python = folder / "venv" / "bin" / "python"
    if not python.exists():
        print(f"making {folder / 'venv'} with {PM4PY}", file=sys.stderr)
        venv.create(folder / "venv", with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", PM4PY], check=True)
    return python


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", type=Path, help="a Python that has pm4py")
    parser.add_argument("files", nargs="+", type=Path)
    args = parser.parse_args()
    python = args.python or python_with_pm4py()
    return subprocess.run([python, "-c", COUNT, *map(str, args.files)], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
