"""Whole processes that take turns, so that a machine that slows down slows all of them, and ratios within each turn.

Imported by the scripts beside it; it measures, and knows nothing of what is compared. What fails is a result too: a
program that runs out of time or memory, or ends with an error, is written down with what it said and left out of later
turns.
"""
import os
import signal
import statistics
import subprocess
import tempfile
import time

PAGE = os.sysconf("SC_PAGE_SIZE")


def once(command, seconds=900, gigabytes=12.0, folder=None):
    """Runs one process to its end. Gives CPU seconds (user and system, children included), seconds on the wall, peak MB
    and what it printed, or `failed` and why. What this process itself has in memory when it starts another counts as that
    one's peak, so callers stay small."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen([str(part) for part in command], stdout=out, stderr=err, cwd=folder, start_new_session=True)
        stopped = None
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            spent = time.monotonic() - began
            if stopped is None and spent > seconds:
                stopped = f"stopped after {seconds:.0f} s"
            elif stopped is None and held(child.pid) > gigabytes * 1e9:
                stopped = f"stopped above {gigabytes:.0f} GB"
            if stopped:
                # Its own group only: whatever it started goes with it, and nothing else.
                os.killpg(child.pid, signal.SIGKILL)
            time.sleep(0.01 if spent < 5 else 0.1)
        child.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - began
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
    seen = {"cpu": usage.ru_utime + usage.ru_stime, "wall": wall, "mb": usage.ru_maxrss / 1024}
    if stopped or child.returncode != 0:
        last = [line for line in texts[1].strip().splitlines() if line.strip()][-1:] or [f"exit code {child.returncode}"]
        seen["failed"] = stopped or last[0].strip()[:200]
    return seen, texts[0]


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
