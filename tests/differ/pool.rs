//! The words that are found under each key: few, so that events and
//! expressions meet.

/// The values of each pool. In bodies, numbers and `true` are what they look
/// like, or text.
const POOLS: [(&str, &[&str]); 43] = [
    ("code", &["200", "201", "403", "404", "500", "101"]),
    ("status", &["Success", "Failure"]),
    (
        "reason",
        &["NotFound", "Forbidden", "RBAC: allowed by \"x\"", "", "true"],
    ),
    (
        "message",
        &["pods \"web\" not found", "no credentials", "caf\u{e9} \u{1f600}"],
    ),
    ("verb", &["get", "list", "watch", "create", "patch"]),
    ("verbs", &["get", "*", "create", "escalate"]),
    (
        "stage",
        &["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"],
    ),
    ("level", &["None", "Metadata", "Request", "RequestResponse"]),
    (
        "auditID",
        &["0f3b1c2d-1111-4222-8333-0123456789ab", "Lorem ipsum", "x", "A-1"],
    ),
    (
        "username",
        &[
            "alice",
            "Alice",
            "system:anonymous",
            "system:serviceaccount:prod:ci",
            "system:serviceaccount:default:default",
            "system:node:n1",
            "system:kube-scheduler",
            "",
            "system:serviceaccount::x",
        ],
    ),
    (
        "groups",
        &["system:masters", "system:unauthenticated", "dev", "Dev", "a/b c"],
    ),
    (
        "sourceIPs",
        &[
            "10.1.2.3",
            "192.168.0.7",
            "8.8.8.8",
            "127.0.0.1",
            "2001:db8::1",
            "2606:4700::1111",
            "::1",
            "fe80::1",
            "172.32.0.1",
        ],
    ),
    (
        "network",
        &[
            "10.0.0.0/8",
            "192.168.0.0/16",
            "8.8.8.8",
            "0.0.0.0/0",
            "::/0",
            "2001:db8::/32",
            "10.1.2.3/31",
            "127.0.0.1/32",
        ],
    ),
    (
        "userAgent",
        &["kubectl/v1.33 (linux)", "curl/8.0", "Kubelet/1.36", "python-x"],
    ),
    (
        "uri",
        &[
            "/api/v1/namespaces/prod/pods/web-1/exec",
            "/healthz",
            "/version",
            "/livez/ping",
            "/api/v1/pods",
            "/%2e%2e/x%20y",
            "/caf%C3%A9",
            "/bad%ff%zz%4",
            "/caf\u{e9}+1",
        ],
    ),
    (
        "path",
        &[
            "/",
            "/healthz",
            "/version",
            "/../x y",
            "/caf\u{e9}",
            "/etc",
            "/spec/a",
        ],
    ),
    (
        "resource",
        &[
            "pods",
            "secrets",
            "configmaps",
            "nodes",
            "clusterroles",
            "rolebindings",
        ],
    ),
    ("resources", &["pods", "pods/exec", "*", "secrets"]),
    ("subresource", &["exec", "status", "token", "proxy", ""]),
    ("res", &["pods", "pods/exec", "secrets", "nodes/proxy"]),
    ("apiGroup", &["apps", "rbac.authorization.k8s.io", "batch"]),
    ("apiGroups", &["", "apps", "*"]),
    ("version", &["v1", "v1beta1"]),
    ("namespace", &["default", "kube-system", "prod", "17"]),
    (
        "name",
        &["web-1", "coredns", "cluster-admin", "17", "true", "n\\u0061", ""],
    ),
    ("app", &["web", "db", "na\u{ef}ve"]),
    ("k/x", &["web", "1", "x y"]),
    ("labels", &["web", "db", "1"]),
    ("decision", &["allow", "forbid"]),
    ("command", &["sh", "/bin/sh", "-c", "id -u", "a\u{fffd}", ""]),
    ("cmd", &["sh", "/bin/sh -c id -u", "sh -c", "", "tar cf -"]),
    (
        "image",
        &[
            "nginx:1.27",
            "reg.corp:5000/app",
            "app@sha256:0a",
            "busybox",
            "a/b:1@c:2",
        ],
    ),
    ("repo", &["nginx", "reg.corp:5000/app", "app", "busybox", "a/b"]),
    ("add", &["ALL", "NET_ADMIN", "SYS_PTRACE"]),
    ("privileged", &["true", "false"]),
    ("hostNetwork", &["true", "false"]),
    ("runAsUser", &["0", "1000", "0.0"]),
    ("replicas", &["0", "1", "3", "2.5", "-1", "3.0"]),
    (
        "weight",
        &["1.5", "2", "10", "0.1", "9007199254740993", "18446744073709551615"],
    ),
    ("containerPort", &["80", "443", "8080"]),
    ("kind", &["Pod", "Deployment", "List", "Status", "User", "Secret"]),
    ("data", &["aws_access_key_id=1", "x", "{\"code\":403}", "true", "5"]),
    ("op", &["add", "replace", "remove"]),
];

/// Returns the words that are found under a key.
pub(crate) fn pool(key: &str) -> &'static [&'static str] {
    let pool = POOLS.iter().find(|(name, _)| *name == key);
    pool.map_or(&["a", "1", "true", "", "3", "web"], |(_, words)| words)
}
