#!/usr/bin/env python3
"""Turns two audit logs into a table of what was promised and what is so.

    benches/compare.py --mixed mixed.jsonl --metadata metadata.jsonl

Runs this program and the rivals found on PATH or below --peers on the same
tasks. An answer is checked before its clock starts: lines printed as they came
must be the oracle's to the byte, rivals that write JSON anew or only count are
compared by number. A wrong answer has no speed. Then all contenders of a round
run in turn, so that a machine that drifts drifts for all of them; ratios are
medians over rounds. Output always goes down a pipe to `cat >/dev/null`: GNU
grep would stop at its first match if it saw /dev/null itself. Rivals too slow
for a whole log share a smaller slice, on which this program runs as well.
"""

import argparse
import contextlib
import dataclasses
import hashlib
import itertools
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True  # The checkout stays as it is.

from promises import Promise, growth_promises, promises, ratio, wall
from rivals import BY_NAME, TASKS, Contender, Peers, contenders, first_line

ROOT = pathlib.Path(__file__).resolve().parent.parent
MIB = 1 << 20

# --------------------------------------------------------------- the oracle


@dataclasses.dataclass
class Answer:
    """What must be printed: how many lines, and their digest."""

    lines: int
    digest: str = None  # None: not known, for it would take too long.


def without_managed_fields(value):
    if isinstance(value, dict):
        metadata = value.get("metadata")
        if isinstance(metadata, dict):
            metadata.pop("managedFields", None)
        value = value.values()
    for inner in value:
        if isinstance(inner, (dict, list)):
            without_managed_fields(inner)


def as_value(line, edited):
    """Spells an event in one way only, so that values compare as bytes."""
    event = json.loads(line)
    if edited:
        without_managed_fields(event)
    return json.dumps(event, sort_keys=True).encode() + b"\n"


def oracle(log, edits):
    """Reads a log the slow way once and answers every task.

    Edited events are known by their values, and only where `edits` is set:
    they cost more than everything else together.
    """
    lines = {task.name: 0 for task in TASKS}
    digests = {task.name: hashlib.sha256() for task in TASKS}
    with open(log, "rb") as file:
        for line in file:
            event = json.loads(line)
            for task in TASKS:
                if task.keeps is None and edits:
                    digests[task.name].update(as_value(line, edited=True))
                elif task.keeps and task.keeps(event):
                    digests[task.name].update(line)
                elif task.keeps:
                    continue
                lines[task.name] += 1
    known = {task.name for task in TASKS if task.keeps or edits}
    return {
        name: (
            Answer(lines[name], digests[name].hexdigest())
            if name in known
            else Answer(lines[name])
        )
        for name in lines
    }


# ----------------------------------------------------------------- running


@contextlib.contextmanager
def started(contender, log, piped, stdout):
    """Starts a contender on a log, given as an argument or down a pipe."""
    feeder = None
    if piped:
        feeder = subprocess.Popen(["cat", log], stdout=subprocess.PIPE)
        argv, stdin = contender.argv, feeder.stdout
    else:
        argv, stdin = [*contender.argv, log], subprocess.DEVNULL
    child = subprocess.Popen(
        argv, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE
    )
    if feeder:
        feeder.stdout.close()
    yield child
    child.stderr.close()
    if feeder:
        feeder.wait()


def timed(contender, log, piped):
    """Runs a contender into `cat >/dev/null`; returns wall and CPU seconds."""
    reader = subprocess.Popen(
        ["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    start = time.perf_counter()
    with started(contender, log, piped, reader.stdin) as child:
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        reader.stdin.close()
    reader.wait()
    return wall, usage.ru_utime + usage.ru_stime


def watch_peak(pid, contender):
    """Follows the high-water mark of a process until it is gone.

    `ru_maxrss` would not do: it keeps what this script weighed at the fork.
    """
    try:
        while True:
            with open(f"/proc/{pid}/status", encoding="ascii") as status:
                mark = re.search(r"VmHWM:\s+(\d+)", status.read())
            if mark is None:
                return
            contender.peak = max(contender.peak, int(mark[1]) * 1024)
            time.sleep(0.001)
    except OSError:
        return


def check(contender, log, piped, answers):
    """Runs a contender once, untimed, and compares what it prints."""
    wanted = answers.get(contender.task)
    edits = wanted and BY_NAME[contender.task].keeps is None
    by_value = edits and wanted.digest and contender.answer == "lines"
    digest, lines, first = hashlib.sha256(), 0, b""
    with started(contender, log, piped, subprocess.PIPE) as child:
        watcher = threading.Thread(
            target=watch_peak, args=(child.pid, contender)
        )
        watcher.start()
        chunks = iter(lambda: child.stdout.read(MIB), b"")
        if by_value:
            chunks = (as_value(line, edited=False) for line in child.stdout)
        for chunk in chunks:
            first = first or chunk[:64]
            lines += chunk.count(b"\n")
            digest.update(chunk)
        complaint = child.stderr.read().decode(errors="replace").strip()
        watcher.join()
        child.wait()
    contender.lines = str(lines)
    if contender.answer == "count":
        contender.lines = first.decode(errors="replace").strip()[:20]
    if wanted is None:
        return
    # Only a grep that finds nothing may say so with 1.
    right = 0 <= child.returncode <= (0 if lines else 1)
    right = right and contender.lines == str(wanted.lines)
    if contender.answer == "lines" and wanted.digest:
        right = right and digest.hexdigest() == wanted.digest
    if not right:
        contender.wrong = f"wrong: {contender.lines} for {wanted.lines} lines"
        note(complaint[-400:])


class Round:
    """All contenders on one log in one form of input."""

    def __init__(self, title, log, everybody, piped=False):
        self.title, self.log, self.piped = title, str(log), piped
        self.size = os.path.getsize(log)
        self.everybody = everybody

    def run(self, times, answers):
        for contender in self.everybody:
            check(contender, self.log, self.piped, answers)
            said = contender.wrong or f"{contender.lines} lines"
            note(f"  {self.title}: {contender.label}: {said}")
        fit = [c for c in self.everybody if not c.wrong]
        for turn in range(-1, times):
            # Everybody begins a round once, so that nobody always follows
            # the same neighbour. The first round only warms up.
            shift = turn % max(len(fit), 1)
            for contender in fit[shift:] + fit[:shift]:
                seconds, cpu = timed(contender, self.log, self.piped)
                if turn >= 0:
                    contender.walls[turn] = seconds
                    contender.cpus.append(cpu)

    def get(self, name, task=None):
        for contender in self.everybody:
            if (contender.name, contender.task) == (name, task):
                return contender if contender.walls else None
        return None


def note(text):
    print(text, file=sys.stderr, flush=True)


# ----------------------------------------------------------- small and large


def start_up(ours, times):
    """Returns milliseconds to run on empty input, and those of `true`."""
    pair = [
        Contender("ours", [ours, "code>=400"]),
        Contender("true", ["true"]),
    ]
    for turn, contender in itertools.product(range(times), pair):
        contender.walls[turn], _ = timed(contender, os.devnull, False)
    return tuple(wall(contender) * 1e3 for contender in pair)


def growth(ours, logs, floor, times):
    """Returns MB/s by threads and size, start-up taken off, interleaved."""
    sizes = [
        Round(
            "growth",
            log,
            [
                Contender(
                    f"ours -{n}", [ours, "--threads", n, "code>=400"], "code"
                )
                for n in ("1", "2")
            ],
        )
        for log in logs
    ]
    for turn, size in itertools.product(range(-1, times), sizes):
        for contender in size.everybody:
            seconds, _ = timed(contender, size.log, False)
            if turn >= 0:
                contender.walls[turn] = seconds - floor / 1e3
    return [
        (contender.name, size.size, size.size / 1e6 / wall(contender))
        for size in sizes
        for contender in size.everybody
    ]


# ------------------------------------------------------------------- report


def table(rows):
    widths = [
        max(len(str(row[at])) for row in rows) for at in range(len(rows[0]))
    ]
    return "\n".join(
        "  ".join(
            str(cell).ljust(width) for cell, width in zip(row, widths)
        ).rstrip()
        for row in rows
    )


def measurements(round_):
    """One row for each contender of a round."""
    rows = [
        [
            "contender",
            "task",
            "wall s",
            "CPU s",
            "CPU s/GB",
            "MB/s",
            "x wc -l",
            "peak MiB",
            "lines",
        ]
    ]
    gigabytes, wc = round_.size / 1e9, round_.get("wc -l")
    for c in round_.everybody:
        if not c.walls:
            rows.append([c.name, c.task or "", *["-"] * 6, c.wrong])
            continue
        cpu = statistics.median(c.cpus)
        times = ratio(c, wc)
        rows.append(
            [
                c.name,
                c.task or "",
                f"{wall(c):.4f}",
                f"{cpu:.4f}",
                f"{cpu / gigabytes:.3f}",
                f"{gigabytes * 1e3 / wall(c):.0f}",
                "-" if times is None else f"{times:.2f}",
                f"{c.peak / MIB:.1f}",
                c.lines,
            ]
        )
    return f"{round_.title}, {round_.size} bytes\n{table(rows)}"


def commands(rounds):
    """Lists each command once."""
    seen = {c.label: c.command for round_ in rounds for c in round_.everybody}
    return table([*seen.items()])


def machine(ours, peers):
    cpu = platform.processor() or "unknown"
    with contextlib.suppress(OSError), open(
        "/proc/cpuinfo", encoding="utf-8"
    ) as f:
        cpu = re.search(r"model name\s*:\s*(.*)", f.read())[1]
    commit = first_line(
        ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    )
    facts = {
        "date": time.strftime("%Y-%m-%d"),
        "cpu": f"{cpu}, {len(os.sched_getaffinity(0))} cores",
        "kernel": f"{platform.system()} {platform.release()}",
        "commit": commit or "unknown",
        "ours": first_line([ours, "--version"]),
        "wc, cat": first_line(["wc", "--version"]),
        **peers.versions,
    }
    return cpu, facts


def report(facts, promised, rounds, extra):
    head = table([[f"{name}:", fact] for name, fact in facts.items()])
    verdicts = table(
        [
            ["promise", "promised", "measured", "verdict"],
            *[promise.row() for promise in promised],
        ]
    )
    parts = [
        head,
        verdicts,
        *map(measurements, rounds),
        *extra,
        "commands (the log follows, or comes down a pipe from cat; all "
        "output goes down a pipe to cat >/dev/null)\n" + commands(rounds),
    ]
    return "\n\n".join(parts) + "\n"


# ---------------------------------------------------------------------- run


def bytes_of(text):
    number, unit = re.fullmatch(r"(\d+)([KMG]?)", text).groups()
    return int(number) << {"": 0, "K": 10, "M": 20, "G": 30}[unit]


def slice_of(log, size, folder):
    """Copies whole lines from the begin of a log, about `size` bytes."""
    path = pathlib.Path(folder) / f"slice-{log.name}"
    with open(log, "rb") as source, open(path, "wb") as target:
        while target.tell() < size and (chunk := source.read(MIB)):
            target.write(chunk)
        target.write(source.readline())
    return path


def arguments():
    words = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = words.add_argument
    add("--ours", default=str(ROOT / "target/release/kaudit-filter"))
    add("--mixed", type=pathlib.Path)
    add("--metadata", type=pathlib.Path)
    add(
        "--big",
        type=pathlib.Path,
        nargs="*",
        default=[],
        help="more logs of the mixed shape, to see how cost grows",
    )
    add("--peers", type=pathlib.Path, help="folder with more rivals")
    add("--runs", type=int, default=5)
    add(
        "--slice",
        type=bytes_of,
        default=bytes_of("100M"),
        help="share of slow rivals (default 100M)",
    )
    add("--no-slow", action="store_true", help="leave slow rivals out")
    add(
        "--record",
        type=pathlib.Path,
        default=ROOT / "benches/record",
        help="folder of the record file",
    )
    add("--no-record", action="store_true")
    return words.parse_args()


def rounds_of(name, log, options, peers, folder):
    """Runs all rounds on one log and returns them by form of input."""

    def line_up(pick):
        return [c for c in contenders(options.ours, peers) if pick(c)]

    note(f"{name}: asking the oracle")
    answers = oracle(log, edits=False)
    done = {
        (name, "file"): Round(
            f"{name}, file", log, line_up(lambda c: not c.slow)
        ),
        (name, "pipe"): Round(
            f"{name}, cat |",
            log,
            line_up(lambda c: c.piped_too and not c.slow),
            piped=True,
        ),
    }
    for round_ in done.values():
        round_.run(options.runs, answers)
    if not options.no_slow:
        share = slice_of(log, options.slice, folder)
        slow = line_up(lambda c: c.slow or c.name in ("wc -l", "ours -2"))
        done[name, "slice"] = Round(f"{name}, slice", share, slow)
        done[name, "slice"].run(options.runs, oracle(share, edits=True))
    return done


def main():
    options = arguments()
    if first_line([options.ours, "--version"]) == "":
        sys.exit(f"compare.py: {options.ours} does not run; build it first")
    os.environ["LC_ALL"] = "C"  # GNU grep is slow elsewhere.
    peers, rounds = Peers(options.peers), {}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("mixed", "metadata"):
            log = getattr(options, name)
            if log:
                rounds |= rounds_of(name, log, options, peers, folder)
        empty, floor = start_up(options.ours, 10 * options.runs)
        sizes = []
        if options.mixed:
            small = slice_of(options.mixed, options.slice, folder)
            logs = [small, options.mixed, *options.big]
            sizes = growth(options.ours, logs, empty, options.runs)
    weights = [
        c.peak
        for r in rounds.values()
        for c in r.everybody
        if c.name.startswith("ours") and c.walls
    ]
    promised = [
        *promises(rounds),
        Promise(
            "peak memory", 64, max(weights) / MIB if weights else None, "MiB"
        ),
        Promise("start-up, empty input", 5, empty, "ms"),
        *growth_promises(sizes),
    ]
    extra = [f"start-up: ours {empty:.2f} ms, true {floor:.2f} ms"]
    if sizes:
        extra.append(
            "growth of code>=400, start-up taken off\n"
            + table(
                [
                    ["", "bytes", "MB/s"],
                    *[[n, s, f"{v:.0f}"] for n, s, v in sizes],
                ]
            )
        )
    cpu, facts = machine(options.ours, peers)
    text = report(facts, promised, list(rounds.values()), extra)
    print(text, end="")
    if not options.no_record:
        slug = re.sub(
            r"[^a-z0-9]+", "-", re.sub(r"\((r|tm)\)|@.*", "", cpu.lower())
        )
        options.record.mkdir(parents=True, exist_ok=True)
        file = options.record / f"{facts['date']}-{slug.strip('-')}.txt"
        file.write_text(text, encoding="utf-8")
        note(f"recorded in {file.name}")


if __name__ == "__main__":
    main()
