//! Words that events usually hold: verbs, resources, users, groups.
//!
//! These sets are open: a cluster may know more. They are here so that a
//! word that is almost one of them can be pointed at.

/// The verbs that kube-apiserver logs: its own, and for paths that are no
/// resources the HTTP method in lower case.
pub const VERBS: &[&str] = &[
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "proxy",
    "connect",
    "post",
    "put",
    "head",
    "options",
];

/// The resources of Kubernetes itself, each with its singular and its short
/// name in kubectl, if it has one.
pub const RESOURCES: &[(&str, &str, &str)] = &[
    ("apiservices", "apiservice", ""),
    ("certificatesigningrequests", "certificatesigningrequest", "csr"),
    ("clusterrolebindings", "clusterrolebinding", ""),
    ("clusterroles", "clusterrole", ""),
    ("configmaps", "configmap", "cm"),
    ("controllerrevisions", "controllerrevision", ""),
    ("cronjobs", "cronjob", "cj"),
    ("csidrivers", "csidriver", ""),
    ("csinodes", "csinode", ""),
    ("customresourcedefinitions", "customresourcedefinition", "crd"),
    ("daemonsets", "daemonset", "ds"),
    ("deployments", "deployment", "deploy"),
    ("endpoints", "endpoint", "ep"),
    ("endpointslices", "endpointslice", ""),
    ("events", "event", "ev"),
    ("horizontalpodautoscalers", "horizontalpodautoscaler", "hpa"),
    ("ingressclasses", "ingressclass", ""),
    ("ingresses", "ingress", "ing"),
    ("jobs", "job", ""),
    ("leases", "lease", ""),
    ("limitranges", "limitrange", "limits"),
    ("localsubjectaccessreviews", "localsubjectaccessreview", ""),
    ("mutatingwebhookconfigurations", "mutatingwebhookconfiguration", ""),
    ("namespaces", "namespace", "ns"),
    ("networkpolicies", "networkpolicy", "netpol"),
    ("nodes", "node", "no"),
    ("persistentvolumeclaims", "persistentvolumeclaim", "pvc"),
    ("persistentvolumes", "persistentvolume", "pv"),
    ("poddisruptionbudgets", "poddisruptionbudget", "pdb"),
    ("pods", "pod", "po"),
    ("podtemplates", "podtemplate", ""),
    ("priorityclasses", "priorityclass", "pc"),
    ("replicasets", "replicaset", "rs"),
    ("replicationcontrollers", "replicationcontroller", "rc"),
    ("resourcequotas", "resourcequota", "quota"),
    ("rolebindings", "rolebinding", ""),
    ("roles", "role", ""),
    ("runtimeclasses", "runtimeclass", ""),
    ("secrets", "secret", ""),
    ("selfsubjectaccessreviews", "selfsubjectaccessreview", ""),
    ("selfsubjectreviews", "selfsubjectreview", ""),
    ("selfsubjectrulesreviews", "selfsubjectrulesreview", ""),
    ("serviceaccounts", "serviceaccount", "sa"),
    ("services", "service", "svc"),
    ("statefulsets", "statefulset", "sts"),
    ("storageclasses", "storageclass", "sc"),
    ("subjectaccessreviews", "subjectaccessreview", ""),
    ("tokenreviews", "tokenreview", ""),
    ("validatingadmissionpolicies", "validatingadmissionpolicy", ""),
    (
        "validatingadmissionpolicybindings",
        "validatingadmissionpolicybinding",
        "",
    ),
    ("validatingwebhookconfigurations", "validatingwebhookconfiguration", ""),
    ("volumeattachments", "volumeattachment", ""),
];

/// The groups that Kubernetes itself gives out.
pub const GROUPS: &[&str] = &[
    "system:authenticated",
    "system:bootstrappers",
    "system:masters",
    "system:monitoring",
    "system:nodes",
    "system:serviceaccounts",
    "system:unauthenticated",
];

/// The users that Kubernetes itself knows.
pub const USERS: &[&str] = &[
    "system:admin",
    "system:anonymous",
    "system:apiserver",
    "system:kube-controller-manager",
    "system:kube-proxy",
    "system:kube-scheduler",
];

/// Returns whether `name` is a group of Kubernetes, which no user has as a
/// name.
///
/// ```
/// use kaudit_filter::event::word::is_group;
/// assert!(is_group("system:unauthenticated"));
/// assert!(is_group("system:serviceaccounts:kube-system"));
/// assert!(!is_group("system:serviceaccount:kube-system:default"));
/// ```
pub fn is_group(name: &str) -> bool {
    GROUPS.contains(&name) || name.starts_with("system:serviceaccounts:")
}

/// Returns whether `name` is a user of Kubernetes, which no group has as a
/// name.
///
/// ```
/// use kaudit_filter::event::word::is_user;
/// assert!(is_user("system:anonymous"));
/// assert!(!is_user("system:masters"));
/// ```
pub fn is_user(name: &str) -> bool {
    USERS.contains(&name)
        || name.starts_with("system:serviceaccount:")
        || name.starts_with("system:node:")
}
