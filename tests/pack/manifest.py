"""Checks a DaemonSet manifest against the part of the Kubernetes API that it
uses: keys that are known, values of their types, references that lead
somewhere. Then that the Vector snippet is sound."""

import sys
import yaml

WORD, WHOLE, TRUTH = str, int, bool
WORDS = {"*": WORD}

CONTAINER = {
    "name": WORD,
    "image": WORD,
    "args": [WORD],
    "env": [{"name": WORD, "valueFrom": {"fieldRef": {"fieldPath": WORD}}}],
    "resources": {"requests": WORDS, "limits": WORDS},
    "securityContext": {
        "allowPrivilegeEscalation": TRUTH,
        "privileged": TRUTH,
        "readOnlyRootFilesystem": TRUTH,
        "capabilities": {"drop": [WORD], "add": [WORD]},
    },
    "volumeMounts": [{"name": WORD, "mountPath": WORD, "readOnly": TRUTH}],
}
POD = {
    "nodeSelector": WORDS,
    "tolerations": [{"key": WORD, "operator": WORD, "effect": WORD}],
    "priorityClassName": WORD,
    "automountServiceAccountToken": TRUTH,
    "enableServiceLinks": TRUTH,
    "terminationGracePeriodSeconds": WHOLE,
    "securityContext": {"runAsUser": WHOLE, "seccompProfile": {"type": WORD}},
    "containers": [CONTAINER],
    "volumes": [{"name": WORD, "hostPath": {"path": WORD, "type": WORD}}],
}
DAEMON_SET = {
    "apiVersion": WORD,
    "kind": WORD,
    "metadata": {"name": WORD, "namespace": WORD, "labels": WORDS},
    "spec": {
        "selector": {"matchLabels": WORDS},
        "updateStrategy": {"type": WORD},
        "template": {"metadata": {"labels": WORDS}, "spec": POD},
    },
}


def check(value, shape, where):
    if isinstance(shape, list):
        assert isinstance(value, list) and value, where
        for index, member in enumerate(value):
            check(member, shape[0], f"{where}[{index}]")
    elif isinstance(shape, dict):
        assert isinstance(value, dict) and value, where
        for key, member in value.items():
            inner = shape.get(key, shape.get("*"))
            assert inner, f"{where}.{key} is not known"
            check(member, inner, f"{where}.{key}")
    else:
        # To Python, a truth is a number.
        assert type(value) is shape, f"{where} is no {shape.__name__}"


def daemon_set(found):
    check(found, DAEMON_SET, "DaemonSet")
    assert (found["apiVersion"], found["kind"]) == ("apps/v1", "DaemonSet")
    spec = found["spec"]
    labels = spec["template"]["metadata"]["labels"]
    assert spec["selector"]["matchLabels"].items() <= labels.items()
    pod = spec["template"]["spec"]
    (container,) = pod["containers"]
    volumes = {volume["name"] for volume in pod["volumes"]}
    mounts = {mount["name"]: mount for mount in container["volumeMounts"]}
    assert mounts.keys() == volumes, "each volume is mounted"
    assert mounts["log"]["readOnly"]
    closed = container["securityContext"]
    assert closed["readOnlyRootFilesystem"]
    assert not closed["allowPrivilegeEscalation"]
    assert closed["capabilities"]["drop"] == ["ALL"]
    written = [mounts["state"]["mountPath"], mounts["log"]["mountPath"]]
    for arg in container["args"]:
        if "/" in arg and "=file:" not in arg and "node" not in arg:
            path = arg.split("=")[-1]
            assert any(path.startswith(at + "/") for at in written), arg
    names = {variable["name"] for variable in container["env"]}
    used = [arg for arg in container["args"] if "$(" in arg]
    assert used and all(
        arg.split("$(")[1].split(")")[0] in names for arg in used
    )


def vector(found):
    source = found["sources"]["kaudit"]
    assert (source["type"], source["mode"]) == ("exec", "streaming")
    assert source["include_stderr"] is False
    assert source["streaming"]["respawn_on_exit"] is True
    assert source["maximum_buffer_size_bytes"] > 1 << 20
    assert all(isinstance(word, str) for word in source["command"])


with open(sys.argv[1]) as manifest, open(sys.argv[2]) as snippet:
    daemon_set(yaml.safe_load(manifest))
    vector(yaml.safe_load(snippet))
print("fine")
