"""Turns measured rounds into verdicts on what the project promises.

The limits stand here and nowhere else. A promise is a ratio of wall times
within one round; what was not measured is said to be so, never kept.
"""

import dataclasses
import statistics

from rivals import BY_NAME


@dataclasses.dataclass
class Promise:
    text: str
    limit: float
    measured: float
    unit: str = "x"
    at_least: bool = False

    def row(self):
        sign = ">=" if self.at_least else "<="
        promised = f"{sign} {self.limit:g} {self.unit}"
        if self.measured is None:
            return [self.text, promised, "-", "not measured"]
        kept = self.measured <= self.limit
        if self.at_least:
            kept = self.measured >= self.limit
        measured = f"{self.measured:.2f} {self.unit}"
        return [self.text, promised, measured, "kept" if kept else "MISSED"]


def ratio(left, right):
    """The median over rounds of how much longer `left` takes than `right`."""
    if left is None or right is None:
        return None
    return statistics.median(
        left.walls[turn] / right.walls[turn] for turn in left.walls
    )


def wall(contender):
    return statistics.median(contender.walls.values())


def promises(rounds):
    """Measures each promise of a ratio in the round it belongs to."""
    for log, two, one, ripgrep in (
        ("mixed", 0.8, 1.3, 1.0),
        ("metadata", 1.2, 2.2, 1.15),
    ):
        if (log, "file") in rounds:
            yield from file_promises(log, rounds, two, one, ripgrep)
            yield from pipe_promises(log, rounds[log, "pipe"])
            yield from rival_promises(log, rounds)


def file_promises(log, rounds, two, one, ripgrep):
    file = rounds[log, "file"]
    wc, code = file.get("wc -l"), file.get("ours -2", "code")

    def promise(text, limit, left, right):
        return Promise(f"{log}: {text}", limit, ratio(left, right))

    yield promise("code>=400, 2 threads / wc -l", two, code, wc)
    single = file.get("ours -1", "code")
    yield promise("code>=400, 1 thread / wc -l", one, single, wc)
    rival = file.get("ripgrep", "code")
    yield promise("code>=400, 2 threads / ripgrep", ripgrep, code, rival)
    for name in ("exec", "anonymous", "not-system"):
        ours = file.get("ours -2", name)
        text = f"{BY_NAME[name].expression} / code>=400"
        yield promise(text, 1.15, ours, code)
    ours = file.get("ours -2", "conjunct")
    yield promise("one more conjunct / code>=400", 1.05, ours, code)
    if log == "mixed":
        ours = file.get("ours -2", "denied")
        yield promise("denied, 2 threads / wc -l", 1.3, ours, wc)
        ours = file.get("ours -2", "privileged")
        yield promise("privileged-pod, 2 threads / wc -l", 2, ours, wc)
        ours = file.get("ours -2", "drop")
        yield promise("drop managedFields, 2 threads / wc -l", 3.5, ours, wc)


def pipe_promises(log, pipe):
    lead = ratio(pipe.get("ours -2", "code"), pipe.get("wc -l"))
    yield Promise(f"{log}: cat | code>=400 / cat | wc -l", 1.0, lead)


def rival_promises(log, rounds):
    """Compares with each JSON-aware rival in the round that both ran in."""
    leads = {}
    for form in ("file", "slice"):
        round_ = rounds.get((log, form))
        for rival in round_.everybody if round_ else ():
            ours = round_.get("ours -2", rival.task)
            if rival.json_aware and rival.walls and ours:
                lead = ratio(rival, ours)
                leads.setdefault(rival.task, []).append((lead, rival.name))
    for task, found in leads.items():
        lead, name = min(found)
        text = f"{log}: {task}, lead over {name}, the nearest JSON rival"
        yield Promise(text, 5, lead, at_least=True)
    over_jq = [
        (lead, task)
        for task, found in leads.items()
        for lead, name in found
        if name == "jq"
    ]
    if over_jq:
        lead, task = min(over_jq)
        text = f"{log}: smallest lead over jq ({task})"
        yield Promise(text, 100, lead, at_least=True)


def growth_promises(speeds):
    for name in sorted({name for name, _, _ in speeds}):
        rates = [rate for of, _, rate in speeds if of == name]
        if len(rates) > 1:
            yield Promise(
                f"growth: {name}, fastest size / slowest",
                1.1,
                max(rates) / min(rates),
            )
