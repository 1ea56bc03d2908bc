"""Whole processes that take turns, so that a machine that slows down slows all of them, and ratios within each turn.

Imported by the scripts beside it; it measures and writes tables, and knows nothing of what is compared.
"""
import os
import statistics
import subprocess
import tempfile


def once(command):
    """Runs one process to its end; CPU seconds (user and system, children included), peak MB, and what it printed."""
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen([str(part) for part in command], stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode(errors="replace")
    if child.returncode != 0:
        raise SystemExit(f"failed with {child.returncode}: {' '.join(map(str, command))}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text


def take(programs, runs):
    """Runs each program once a turn. `programs` maps names to functions that give a command; gives, by name, the pairs of
    CPU seconds and peak MB, and what each program printed last."""
    seen, said = {name: [] for name in programs}, {}
    for _ in range(runs):
        for name, command in programs.items():
            cpu, memory, text = once(command())
            seen[name].append((cpu, memory))
            said[name] = text
    return seen, said


def span(values, digits):
    """`1.50 [1.40, 1.60]`: median, lowest and highest."""
    return f"{statistics.median(values):.{digits}f} [{min(values):.{digits}f}, {max(values):.{digits}f}]"


def table(seen):
    """Lines of a Markdown table; ratios are taken turn by turn against the first program."""
    first = next(iter(seen))
    lines = [f"| program | CPU s | peak MB | CPU, times {first.split()[0]} | memory, times {first.split()[0]} |", "|---|---|---|---|---|"]
    for name, runs in seen.items():
        ratios = [(cpu / own_cpu, mem / own_mem) for (cpu, mem), (own_cpu, own_mem) in zip(runs, seen[first])]
        lines.append(f"| {name} | {span([r[0] for r in runs], 2)} | {span([r[1] for r in runs], 0)} | "
                     f"{span([r[0] for r in ratios], 2)} | {span([r[1] for r in ratios], 2)} |")
    return lines
