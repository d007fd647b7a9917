#!/usr/bin/env python3
"""Turns rounds of programs and events into what the language model says.

usage: KAUDIT_FILTER_DATA=DIR driver.py ROUNDS

ROUNDS holds one JSON object a line: {"programs": [text], "lines": [text]}.
For each, a JSON array leaves on a line, one element for each program: an
array with one fate for each line, or the model's refusal as text. A fate is
null for a skipped event, false where the model itself fails, true for a kept
event, or the event that is left where the program drops fields.
"""

import functools
import json
import os
import sys

sys.dont_write_bytecode = True  # The data folder is not ours to write to.
sys.path.insert(0, os.path.join(os.environ["KAUDIT_FILTER_DATA"], "language"))

import kaf  # noqa: E402


def remember(model):
    """Caches the model's pure functions: parsing paths, types and times."""
    model.sub = functools.cache(model.sub)
    model.ptime = functools.cache(model.ptime)
    infer, known = model.P.typ, {}

    def typ(parser, path, relative):
        key = (tuple(path[0]), repr(relative))
        if key not in known:
            known[key] = infer(parser, path, relative)
        return known[key]

    model.P.typ = typ


def prelude():
    env = kaf.Env()
    kaf.load_prelude(env)
    return env


def compiled(text, shared):
    """Compiles with definitions of its own, on top of the shared ones."""
    env = kaf.Env()
    env.lets, env.lists = dict(shared.lets), dict(shared.lists)
    env.rules, env.weak = dict(shared.rules), set(shared.weak)
    return kaf.compile_(text, env)[0], env


def fate(pipeline, env, event, line, drops):
    try:
        event = json.loads(line) if drops else event
        kept = kaf.run(pipeline, [event], env)
    except Exception:  # The model is not made for events of odd types.
        return False
    return (kept[0] if drops else True) if kept else None


def answer(text, shared, lines, events):
    try:
        pipeline, env = compiled(text, shared)
    except kaf.KErr as refusal:
        return refusal.show(text)
    drops = any(step[0] == "drop" for step in pipeline)
    pairs = zip(events, lines)
    return [fate(pipeline, env, event, line, drops) for event, line in pairs]


def main(rounds):
    remember(kaf)
    shared = prelude()
    with open(rounds, encoding="utf-8", newline="\n") as file:
        for text in file:
            asked = json.loads(text)
            lines = asked["lines"]
            events = [json.loads(line) for line in lines]
            said = [answer(p, shared, lines, events) for p in asked["programs"]]
            print(json.dumps(said, separators=(",", ":")))


if __name__ == "__main__":
    main(*sys.argv[1:])
