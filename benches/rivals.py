"""Turns a task into the command that does it, for this program and its rivals.

`compare.py` runs the commands. Every rival is given the best idiom of its own
that keeps lines as they came; what cannot is marked in `answer`: jq and its
kin write JSON `anew`, DuckDB is only asked to `count`.
"""

import dataclasses
import os
import platform
import shutil
import subprocess

# --------------------------------------------------------------- the tasks


def deep(event, *keys):
    for key in keys:
        event = event.get(key) if isinstance(event, dict) else None
    return event


def code(event):
    found = deep(event, "responseStatus", "code")
    return found if isinstance(found, int) else 0


def is_exec(event):
    ref = event.get("objectRef") or {}
    return ref.get("resource") == "pods" and ref.get("subresource") == "exec"


def is_anonymous(event):
    user = event.get("user") or {}
    return user.get("username") == "system:anonymous" or (
        "system:unauthenticated" in (user.get("groups") or [])
    )


def is_system(event):
    return (deep(event, "user", "username") or "").startswith("system:")


def is_denied(event):
    decision = deep(event, "annotations", "authorization.k8s.io/decision")
    return code(event) in (401, 403) or decision == "forbid"


def is_privileged(event):
    ref = event.get("objectRef") or {}
    if event.get("verb") not in ("create", "update", "patch"):
        return False
    if ref.get("resource") != "pods" or "subresource" in ref:
        return False
    return any(
        deep(container, "securityContext", "privileged") is True
        for body in ("requestObject", "responseObject")
        for container in deep(event, body, "spec", "containers") or []
    )


def field(path):
    """A field as DuckDB reads it. Its `->>` binds looser than `=`."""
    return f"json_extract_string(json, '$.{path}')"


PY_CODE = 'e.get("responseStatus", {}).get("code", 0)'
PY_DECISION = 'e.get("annotations", {}).get("authorization.k8s.io/decision")'
DUCK_CODE = f"try_cast({field('responseStatus.code')} as int)"


@dataclasses.dataclass
class Task:
    """One piece of work in each language. `None`: a rival cannot do it."""

    name: str
    expression: str
    keeps: object  # What the oracle asks of an event. None: edits them all.
    jq: str
    regex: str = None  # On raw bytes: right only where no body looks like it.
    python: str = None  # For both orjson and pysimdjson.
    duckdb: str = None


TASKS = [
    Task(
        "code",
        "code>=400",
        lambda e: code(e) >= 400,
        jq="select(.responseStatus.code>=400)",
        regex='"code":[45][0-9][0-9]',
        python=f"{PY_CODE} >= 400",
        duckdb=f"{DUCK_CODE} >= 400",
    ),
    Task(
        "exec",
        "exec",
        is_exec,
        jq='select(.objectRef.resource=="pods"'
        ' and .objectRef.subresource=="exec")',
        regex='"resource":"pods"[^{}]*"subresource":"exec"',
        python='(o := e.get("objectRef", {})).get("resource") == "pods"'
        ' and o.get("subresource") == "exec"',
        duckdb=f"{field('objectRef.resource')} = 'pods'"
        f" and {field('objectRef.subresource')} = 'exec'",
    ),
    Task(
        "anonymous",
        "anonymous-user",
        is_anonymous,
        jq='select(.user.username=="system:anonymous"'
        ' or ((.user.groups//[])|any(.=="system:unauthenticated")))',
        regex='"user":\\{"username":"system:anonymous"'
        '|"groups":\\["system:unauthenticated"',
        python='(u := e.get("user", {})).get("username") == "system:anonymous"'
        ' or "system:unauthenticated" in list(u.get("groups", ()))',
        duckdb=f"{field('user.username')} = 'system:anonymous'"
        f" or list_contains({field('user.groups[*]')},"
        " 'system:unauthenticated')",
    ),
    Task(
        "not-system",
        "code>=400 and not system-user",
        lambda e: code(e) >= 400 and not is_system(e),
        jq="select(.responseStatus.code>=400"
        ' and ((.user.username//"")|startswith("system:")|not))',
        python=f"{PY_CODE} >= 400 and not"
        ' e.get("user", {}).get("username", "").startswith("system:")',
        duckdb=f"{DUCK_CODE} >= 400 and not"
        f" starts_with(coalesce({field('user.username')}, ''), 'system:')",
    ),
    Task(
        "privileged",
        "privileged-pod",
        is_privileged,
        # Bare pods only, and what jq users write; the corpus has no others.
        jq='select((.verb|IN("create","update","patch"))'
        ' and .objectRef.resource=="pods" and .objectRef.subresource==null'
        " and any((.requestObject,.responseObject)|objects"
        "|.spec?.containers?[]?; .securityContext.privileged==true))",
    ),
    Task(
        "denied",
        "denied",
        is_denied,
        jq="select(.responseStatus.code==401 or .responseStatus.code==403"
        ' or .annotations["authorization.k8s.io/decision"]=="forbid")',
        regex='"code":40[13]|"authorization.k8s.io/decision":"forbid"',
        python=f'{PY_CODE} in (401, 403) or {PY_DECISION} == "forbid"',
        duckdb=f"{DUCK_CODE} in (401, 403) or "
        + field('annotations."authorization.k8s.io/decision"')
        + " = 'forbid'",
    ),
    Task(
        "conjunct",
        "code>=400 and verb != watch",
        lambda e: code(e) >= 400 and e.get("verb") != "watch",
        jq='select(.responseStatus.code>=400 and .verb!="watch")',
    ),
    Task(
        "drop",
        "drop managedFields",
        None,
        jq="del(..|.managedFields?)",
    ),
]
BY_NAME = {task.name: task for task in TASKS}

# The loops that a Python user would write.
ORJSON = """
import sys, orjson
write = sys.stdout.buffer.write
for line in open(sys.argv[1], "rb"):
    e = orjson.loads(line)
    if {test}:
        write(line)
"""
ORJSON_DROP = """
import sys, orjson
write = sys.stdout.buffer.write
def trim(v):
    if type(v) is dict:
        m = v.get("metadata")
        if type(m) is dict:
            m.pop("managedFields", None)
        v = v.values()
    for x in v:
        if type(x) in (dict, list):
            trim(x)
for line in open(sys.argv[1], "rb"):
    if b"managedFields" in line:
        e = orjson.loads(line)
        trim(e)
        line = orjson.dumps(e) + b"\\n"
    write(line)
"""
SIMDJSON = """
import sys, simdjson
parse = simdjson.Parser().parse
write = sys.stdout.buffer.write
lines = open(sys.argv[1], "rb") if sys.argv[1:] else sys.stdin.buffer
for line in lines:
    e = o = u = None  # The parser wants nobody to hold its last event.
    e = parse(line)
    if {test}:
        write(line)
"""
DUCKDB = """
import sys, duckdb
duckdb.sql("set threads=2")
query = "select count(*) from read_json_objects('%s', maximum_object_size"
query += "=134217728, format='newline_delimited') where {test}"
print(duckdb.sql(query % sys.argv[1]).fetchall()[0][0])
"""

# ---------------------------------------------------------- the contenders


@dataclasses.dataclass
class Contender:
    """A command on a log, and what was measured of it."""

    name: str
    argv: list
    task: str = None
    answer: str = "lines"  # or "anew", "count", "none"
    json_aware: bool = False
    slow: bool = False  # Too slow for more than a slice.
    piped_too: bool = True
    walls: dict = dataclasses.field(default_factory=dict)  # seconds by round
    cpus: list = dataclasses.field(default_factory=list)
    peak: int = 0
    lines: str = "-"
    wrong: str = None

    @property
    def label(self):
        return " ".join(filter(None, [self.name, self.task]))

    @property
    def command(self):
        """The command without where programs lie on this machine."""
        program, *rest = self.argv
        program = os.path.basename(program)
        if "-c" in rest and program.startswith("python"):
            rest = ["-c", f"<{self.name}, see benches/rivals.py>"]
        plain = ("-", "<")
        rest = [a if a.startswith(plain) else f"'{a}'" for a in rest]
        return " ".join([program, *rest])


class Peers:
    """Finds rivals on PATH and below a folder, with their versions."""

    def __init__(self, folder):
        below = [folder, folder / "bin", folder / "venv/bin"] if folder else []
        self.path = os.pathsep.join([*map(str, below), os.environ["PATH"]])
        self.versions = {}

    def find(self, program):
        found = shutil.which(program, path=self.path)
        if found and program not in self.versions:
            self.versions[program] = first_line([found, "--version"])
        return found

    def python_with(self, module):
        python = shutil.which("python3", path=self.path)
        package = "pysimdjson" if module == "simdjson" else module
        if package not in self.versions:
            ask = f"import {module}, importlib.metadata as m;"
            ask += f"print(m.version('{package}'))"
            version = first_line([python, "-c", ask])
            on = f" on Python {platform.python_version()}"
            self.versions[package] = version and version + on
        return python if self.versions[package] else None


def first_line(argv):
    try:
        done = subprocess.run(
            argv, capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    lines = done.stdout.strip().splitlines()
    return lines[0] if done.returncode == 0 and lines else ""


def contenders(ours, peers):
    """Lists everybody, the yardstick first."""
    everybody = [
        Contender("wc -l", ["wc", "-l"], answer="none"),
        Contender("cat", ["cat"], answer="none"),
    ]
    for task in TASKS:
        for threads in ("1", "2"):
            argv = [ours, "--threads", threads, task.expression]
            everybody.append(Contender(f"ours -{threads}", argv, task.name))
        everybody += [*greps(task, peers), *loops(task, peers)]
        everybody += jqs(task, peers)
    return everybody


def greps(task, peers):
    if task.regex and (rg := peers.find("rg")):
        argv = [rg, "--no-config", "-a", "-N", task.regex]
        yield Contender("ripgrep", argv, task.name)
    if task.regex and (grep := peers.find("grep")):
        argv = [grep, "-aE", task.regex]
        yield Contender("grep", argv, task.name, piped_too=False)


def loops(task, peers):
    drop, test = task.keeps is None, task.python
    if (test or drop) and (python := peers.python_with("orjson")):
        loop = ORJSON_DROP if drop else ORJSON.replace("{test}", test)
        answer = "anew" if drop else "lines"
        argv = [python, "-c", loop]
        yield Contender("orjson", argv, task.name, answer, True, slow=True)
    if test and (python := peers.python_with("simdjson")):
        argv = [python, "-c", SIMDJSON.replace("{test}", test)]
        yield Contender("pysimdjson", argv, task.name, json_aware=True)
    if task.duckdb and (python := peers.python_with("duckdb")):
        test = task.duckdb.replace('"', '\\"')
        argv = [python, "-c", DUCKDB.replace("{test}", test)]
        yield Contender(
            "duckdb", argv, task.name, "count", True, piped_too=False
        )


def jqs(task, peers):
    for name in ("jq", "gojq", "jaq"):
        if program := peers.find(name):
            argv = [program, "-c", task.jq]
            yield Contender(name, argv, task.name, "anew", True, slow=True)
