#!/usr/bin/env python3
"""Sayso beside other programs: prepares data and peers, lets them take turns, and writes `docs/reference/benchmarks.md`.

    bench/all [--only paths,xes] [--runs 3] [--small] [--home DIR] [--peer-scripts DIR]
              [--sayso PATH] [--bench PATH] [--page]

Each block can run alone; its raw results are kept in DIR/results.json (DIR is ~/.cache/sayso-bench unless told otherwise),
and the page is made of all that is there. `--page` makes it again without measuring. Nothing is written into the project
but that page. Logs and histories are those of the peers' scripts and data where these lie beside the project; blocks that
need them say so where they do not.
"""
import argparse
import json
import os
import pathlib
import platform
import subprocess

import blocks
import page
import peers

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parent / "docs/reference/benchmarks.md"


def machine():
    """What it ran on; no name."""
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    return {"cores": os.cpu_count(), "cpu": cpu, "memory": round(memory / 1024**2)}


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--only", type=lambda text: text.split(","), default=list(blocks.BLOCKS))
    ask.add_argument("--runs", type=int, default=3)
    ask.add_argument("--seconds", type=float, default=900, help="after which a program is stopped")
    ask.add_argument("--home", type=pathlib.Path, default=pathlib.Path.home() / ".cache/sayso-bench")
    ask.add_argument("--peer-scripts", type=pathlib.Path, default=HERE.parent.parent / "shared/peers")
    ask.add_argument("--sayso", type=pathlib.Path)
    ask.add_argument("--bench", type=pathlib.Path)
    ask.add_argument("--small", action="store_true", help="leave the largest size of each block out")
    ask.add_argument("--page", action="store_true", help="make the page again of what was measured before")
    given = ask.parse_args()
    unknown = [name for name in given.only if name not in blocks.BLOCKS]
    if unknown:
        raise SystemExit(f"no block is called {', '.join(unknown)}; there are {', '.join(blocks.BLOCKS)}")
    given.home.mkdir(parents=True, exist_ok=True)
    raw = given.home / "results.json"
    results = json.loads(raw.read_text()) if raw.exists() else {}
    if not given.page:
        if not (given.sayso and given.bench):
            subprocess.run(["cargo", "build", "--release", "-p", "sayso", "-p", "sayso-bench"], check=True, cwd=HERE.parent)
        built = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent / "target")) / "release"
        b = blocks.Bench(given.home, given.sayso or built / "sayso", given.bench or built / "sayso-bench", given.peer_scripts,
                         given.runs, given.seconds, given.small)
        version = subprocess.run([str(b.sayso), "--version"], capture_output=True, text=True, check=True).stdout.strip()
        commit = subprocess.run(["git", "-C", str(HERE), "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
        for name in given.only:
            print(name, flush=True)
            block = blocks.BLOCKS[name](b)
            block["made"] = {"date": blocks.today(), "sayso": f"{version} ({commit})", "turns": given.runs, "peers": peers.VERSIONS, **machine()}
            # Another block may have been measured beside this one.
            results = json.loads(raw.read_text()) if raw.exists() else {}
            results[name] = block
            raw.write_text(json.dumps(results, indent=1))
    PAGE.write_text(page.write({name: results[name] for name in blocks.BLOCKS if name in results}))
    print(PAGE)


if __name__ == "__main__":
    main()
