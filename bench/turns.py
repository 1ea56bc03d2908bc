"""Whole processes that take turns, so that a machine that slows down slows all of them, and ratios within each turn.

Imported by the scripts beside it; it measures, and knows nothing of what is compared. What fails is a result too: a
program that runs out of time or memory, or ends with an error, is written down with what it said and left out of later
turns.
"""
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time

PAGE = os.sysconf("SC_PAGE_SIZE")

# Starts a program, waits for it and writes down what it used. It stands between us and the program, because the system
# counts what a parent holds in memory at the start as the peak of what it starts; this one holds next to nothing.
STARTER = """
import os, sys
told = int(sys.argv[1])
pid = os.fork()
if pid == 0:
    os.close(told)
    try:
        os.execvp(sys.argv[2], sys.argv[2:])
    except OSError as error:
        os.write(2, f"{sys.argv[2]}: {error}".encode())
        os._exit(127)
_, status, used = os.wait4(pid, 0)
os.write(told, f"{used.ru_utime} {used.ru_stime} {used.ru_maxrss} {os.waitstatus_to_exitcode(status)}".encode())
"""


# Nine tenths of the machine: beyond that it would be others who are stopped.
GIGABYTES = 0.9 * os.sysconf("SC_PHYS_PAGES") * PAGE / 1e9


def once(command, seconds=900, gigabytes=GIGABYTES, folder=None):
    """Runs one process to its end. Gives CPU seconds (user and system, children included), seconds on the wall, peak MB
    and what it printed, or `failed` and why."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        told, tells = os.pipe()
        starter = [sys.executable, "-I", "-S", "-c", STARTER, str(tells), *map(str, command)]
        child = subprocess.Popen(starter, stdout=out, stderr=err, cwd=folder, start_new_session=True, pass_fds=[tells])
        os.close(tells)
        stopped = None
        while child.poll() is None:
            spent = time.monotonic() - began
            if stopped is None and spent > seconds:
                stopped = f"stopped after {seconds:.0f} s"
            elif stopped is None and sum(map(held, below(child.pid))) > gigabytes * 1e9:
                stopped = f"stopped above {gigabytes:.0f} GB"
            if stopped:
                # Its own group only: whatever it started goes with it, and nothing else.
                os.killpg(child.pid, signal.SIGKILL)
            time.sleep(0.01 if spent < 5 else 0.1)
        wall = time.monotonic() - began
        with os.fdopen(told) as told:
            user, system, peak, code = map(float, told.read().split() or [0, 0, 0, child.returncode or 1])
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
    seen = {"cpu": user + system, "wall": wall, "mb": peak / 1024}
    if stopped or code != 0:
        last = [line for line in texts[1].strip().splitlines() if line.strip()][-1:] or [f"exit code {code:.0f}"]
        seen["failed"] = stopped or last[0].strip()[:200]
    return seen, texts[0]


def below(pid):
    """The processes that a process has started."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return file.read().split()
    except OSError:
        return []


def held(pid):
    """Bytes that a process has in memory now; 0 where it has gone."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * PAGE
    except (OSError, IndexError, ValueError):
        return 0


def take(programs, runs, **limits):
    """Runs each program once a turn. `programs` maps names to functions that give a command. Gives, by name, what was seen
    of each turn, and what each program printed last."""
    seen, said = {name: [] for name in programs}, {}
    for _ in range(runs):
        for name, command in programs.items():
            if any("failed" in one for one in seen[name]):
                continue
            one, text = once(command(), **limits)
            seen[name].append(one)
            said[name] = text
            shown = one.get("failed") or f"{one['cpu']:.2f} CPU s, {one['wall']:.2f} s, {one['mb']:.0f} MB"
            print(f"    {name}: {shown}", flush=True)
    return seen, said


def values(runs, what):
    """One figure of every turn that did not fail."""
    return [one[what] for one in runs if "failed" not in one]


def ratios(runs, against, what):
    """One figure over another program's, turn by turn."""
    pairs = [(a, b) for a, b in zip(runs, against) if "failed" not in a and "failed" not in b]
    return [a[what] / b[what] for a, b in pairs if b[what] > 0]


def median(numbers):
    """The median; none of nothing."""
    return statistics.median(numbers) if numbers else None


def span(numbers, digits):
    """`1.50 [1.40, 1.60]`: median, lowest and highest; one number alone without its span."""
    if not numbers:
        return "–"
    middle = f"{statistics.median(numbers):.{digits}f}"
    return middle if len(numbers) == 1 else f"{middle} [{min(numbers):.{digits}f}, {max(numbers):.{digits}f}]"
