#!/usr/bin/env python3
"""Turns expressions and a file of events into what the language model says.

usage: KAUDIT_FILTER_DATA=DIR driver.py EXPRESSIONS EVENTS

EXPRESSIONS holds one pipeline a line, EVENTS one event a line. A file that
ends in .kaf is one program. For each pipeline, in order, one JSON object
leaves on a line:

  {"expression": "...", "kept": [1, 4]}                  line numbers, from 1
  {"expression": "...", "kept": [1], "values": [{...}]}  where events are changed
  {"expression": "...", "refused": "..."}                the model's own message

The verdicts are the model's. This file only remembers what the model would
work out anew for each event, and never gives it an event it changed before.
"""

import functools
import ipaddress
import json
import os
import sys
import types

sys.dont_write_bytecode = True  # The data folder is not ours to write to.
sys.path.insert(0, os.path.join(os.environ["KAUDIT_FILTER_DATA"], "language"))

import kaf  # noqa: E402


def remember(model):
    """Caches the model's pure functions: parsing paths, types and addresses."""
    model.sub = functools.cache(model.sub)
    model.ptime = functools.cache(model.ptime)
    model.ipaddress = types.SimpleNamespace(
        ip_address=functools.cache(ipaddress.ip_address),
        ip_network=functools.cache(ipaddress.ip_network),
    )
    infer, known = model.P.typ, {}

    def typ(parser, path, relative):
        key = (tuple(path[0]), relative is None)
        if key not in known:
            known[key] = infer(parser, path, relative)
        return known[key]

    model.P.typ = typ


def compiled(expressions):
    """Yields each expression with its pipeline, or with the refusal."""
    env = kaf.Env()
    kaf.load_prelude(env)
    for expression in expressions:
        try:
            pipeline, _ = kaf.compile_(expression, env)
            yield expression, pipeline, env, None
        except kaf.KErr as refusal:
            yield expression, None, env, refusal.show(expression)


CHANGING = ("drop", "detect")


def answer(pipeline, env, lines, events):
    """Runs the steps that only judge on shared events, the rest on copies."""
    judging = next(
        (at for at, step in enumerate(pipeline) if step[0] in CHANGING),
        len(pipeline),
    )
    number = {id(event): at for at, event in enumerate(events)}
    kept = [number[id(e)] for e in kaf.run(pipeline[:judging], events, env)]
    if judging == len(pipeline):
        return {"kept": [at + 1 for at in kept]}
    copies = [json.loads(lines[at]) for at in kept]
    number = {id(copy): at for at, copy in zip(kept, copies)}
    values = kaf.run(pipeline[judging:], copies, env)
    return {"kept": [number[id(v)] + 1 for v in values], "values": values}


def main(expressions, events):
    remember(kaf)
    with open(expressions, encoding="utf-8") as file:
        text = file.read()
    wanted = [line.strip() for line in text.split("\n")]
    wanted = [line for line in wanted if line and not line.startswith("#")]
    if expressions.endswith(".kaf"):
        wanted = [text]
    # `\n` only: `str.splitlines` would also cut at U+2028 inside a string.
    with open(events, encoding="utf-8", newline="\n") as file:
        lines = [line.rstrip("\n") for line in file]
    parsed = [json.loads(line) for line in lines]
    for expression, pipeline, env, refusal in compiled(wanted):
        if refusal is not None:
            said = {"refused": refusal}
        else:
            said = answer(pipeline, env, lines, parsed)
        said = {"expression": expression, **said}
        print(json.dumps(said, separators=(",", ":")))


if __name__ == "__main__":
    main(*sys.argv[1:])
