//! The one table of audit.k8s.io/v1: every key, its type, and the aliases.
//!
//! Facts are those of kube-apiserver's `pkg/apis/audit/v1/types.go`; the
//! order is the one in which the apiserver writes the keys.

use super::word::VERBS;
use super::{Alias, Field, Type};

const fn field(key: &'static str, ty: Type, text: &'static str) -> Field {
    Field { key, ty, text }
}

const fn alias(
    name: &'static str,
    path: &'static str,
    text: &'static str,
) -> Alias {
    Alias { name, path, text }
}

/// Returns the place of a top-level key in the lines of the apiserver. Keys
/// that it does not write come last.
///
/// ```
/// use kaudit_filter::event::position;
/// assert!(position("verb") < position("responseStatus"));
/// assert!(position("no-such-key") > position("annotations"));
/// ```
pub fn position(key: &str) -> usize {
    EVENT.iter().position(|field| field.key == key).unwrap_or(EVENT.len())
}

/// What a level can be, lowest first.
pub const LEVELS: &[&str] =
    &["None", "Metadata", "Request", "RequestResponse"];

const STAGES: &[&str] =
    &["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"];

/// The top-level keys of an event, in the order of the apiserver.
pub const EVENT: &[Field] = &[
    field("kind", Type::Enum(&["Event", "EventList"]), "Always `Event`"),
    field("apiVersion", Type::Text, "Usually `audit.k8s.io/v1`"),
    field("level", Type::Level(LEVELS), "How much was logged; ordered"),
    field("auditID", Type::Text, "The same for all stages of a request"),
    field("stage", Type::Enum(STAGES), "When in the request it was logged"),
    field("requestURI", Type::Uri, "Path and query as the client sent them"),
    field("verb", Type::Known(VERBS), "get, list, create ... or the method"),
    field("user", Type::Object(USER), "Who was authenticated"),
    field("impersonatedUser", Type::Object(USER), "Who was impersonated"),
    field("authenticationMetadata", Type::Object(AUTHENTICATION), "How"),
    field(
        "sourceIPs",
        Type::List(&Type::Address),
        "Addresses; clients can set all but the last",
    ),
    field("userAgent", Type::Text, "What the client calls itself"),
    field("objectRef", Type::Object(OBJECT), "What the request is about"),
    field("responseStatus", Type::Object(STATUS), "What was answered"),
    field("requestObject", Type::Open, "The body of the request"),
    field("responseObject", Type::Open, "The body of the response"),
    field("requestReceivedTimestamp", Type::Time, "When it came in"),
    field("stageTimestamp", Type::Time, "When this stage was reached"),
    field(
        "annotations",
        Type::Map(ANNOTATIONS, &Type::Text),
        "What authorization and admission noted",
    ),
];

const USER: &[Field] = &[
    field("username", Type::User, "The name"),
    field("uid", Type::Text, "The unique id"),
    field("groups", Type::List(&Type::Group), "The groups"),
    field(
        "extra",
        Type::Map(EXTRA, &Type::List(&Type::Text)),
        "What the authenticator added",
    ),
];

/// The keys of `user.extra` that Kubernetes itself writes.
pub const EXTRA: &[Field] = &[
    field(
        "authentication.kubernetes.io/credential-id",
        Type::List(&Type::Text),
        "The id of the token or certificate",
    ),
    field(
        "authentication.kubernetes.io/pod-name",
        Type::List(&Type::Text),
        "The pod a service account token is bound to",
    ),
    field(
        "authentication.kubernetes.io/pod-uid",
        Type::List(&Type::Text),
        "The uid of that pod",
    ),
    field(
        "authentication.kubernetes.io/node-name",
        Type::List(&Type::Text),
        "The node that pod runs on",
    ),
    field(
        "authentication.kubernetes.io/node-uid",
        Type::List(&Type::Text),
        "The uid of that node",
    ),
];

const AUTHENTICATION: &[Field] = &[field(
    "impersonationConstraint",
    Type::Text,
    "The verb that allowed a constrained impersonation",
)];

const OBJECT: &[Field] = &[
    field("resource", Type::Resource, "Plural: pods, secrets"),
    field("namespace", Type::Text, "Absent for cluster-wide ones"),
    field("name", Type::Text, "Absent on list and on generated names"),
    field("uid", Type::Text, "The uid of the object"),
    field("apiGroup", Type::Text, "Absent for the core group"),
    field("apiVersion", Type::Text, "v1, v1beta1"),
    field("resourceVersion", Type::Text, "The version of the object"),
    field("subresource", Type::Text, "exec, status, token"),
];

const STATUS: &[Field] = &[
    field("metadata", Type::Open, "Always empty in practice"),
    field("status", Type::Enum(&["Success", "Failure"]), "On errors"),
    field("message", Type::Text, "For people"),
    field("reason", Type::Text, "NotFound, Forbidden, AlreadyExists"),
    field("details", Type::Object(DETAILS), "More about an error"),
    field("code", Type::Int, "The HTTP status code"),
];

const DETAILS: &[Field] = &[
    field("name", Type::Text, "The name of what the error is about"),
    field("group", Type::Text, "Its API group"),
    field("kind", Type::Text, "Its kind or resource"),
    field("uid", Type::Text, "Its uid"),
    field("causes", Type::List(&Type::Object(CAUSE)), "One per mistake"),
    field("retryAfterSeconds", Type::Int, "When to try again"),
];

const CAUSE: &[Field] = &[
    field("reason", Type::Text, "What kind of mistake"),
    field("message", Type::Text, "For people"),
    field("field", Type::Text, "Where in the object"),
];

/// Annotations that Kubernetes itself writes under one fixed key.
pub const ANNOTATIONS: &[Field] = &[
    field(
        "authorization.k8s.io/decision",
        Type::Enum(&["allow", "forbid"]),
        "What the authorizer said",
    ),
    field("authorization.k8s.io/reason", Type::Text, "Why it said so"),
    field(
        "pod-security.kubernetes.io/audit-violations",
        Type::Text,
        "What Pod Security would refuse",
    ),
    field(
        "pod-security.kubernetes.io/enforce-policy",
        Type::Text,
        "The Pod Security level that decided",
    ),
    field(
        "pod-security.kubernetes.io/exempt",
        Type::Enum(&["user", "namespace", "runtimeClass"]),
        "Why Pod Security did not look",
    ),
    field("pod-security.kubernetes.io/error", Type::Text, "Why it failed"),
    field(
        "validation.policy.admission.k8s.io/validation_failure",
        Type::Text,
        "What admission policies found, as JSON in text",
    ),
    field("k8s.io/deprecated", Type::Text, "`true`: an old API version"),
    field("k8s.io/removed-release", Type::Text, "When it goes away"),
    field("audit.k8s.io/truncated", Type::Text, "`true`: bodies were cut"),
];

/// The short names, in the order of `--fields`.
pub const ALIASES: &[Alias] = &[
    alias("code", "responseStatus.code", "The HTTP status code"),
    alias("status", "responseStatus.status", "Success or Failure"),
    alias("reason", "responseStatus.reason", "NotFound, Forbidden ..."),
    alias("message", "responseStatus.message", "The error, for people"),
    alias("id", "auditID", "The same for all stages of a request"),
    alias("user", "user.username", "Who asked; only when alone"),
    alias("uid", "user.uid", "The unique id of the user"),
    alias("groups", "user.groups", "The groups of the user"),
    alias(
        "credential",
        "user.extra[\"authentication.kubernetes.io/credential-id\"]",
        "The id of the token or certificate",
    ),
    alias(
        "caller-pod",
        "user.extra[\"authentication.kubernetes.io/pod-name\"]",
        "The pod the caller runs in",
    ),
    alias(
        "caller-node",
        "user.extra[\"authentication.kubernetes.io/node-name\"]",
        "The node the caller runs on",
    ),
    alias("impersonated", "impersonatedUser.username", "Acting as whom"),
    alias(
        "impersonated-groups",
        "impersonatedUser.groups",
        "Acting as a member of these",
    ),
    alias(
        "constraint",
        "authenticationMetadata.impersonationConstraint",
        "The verb that allowed the impersonation",
    ),
    alias("sourceip", "sourceIPs", "All addresses; most can be forged"),
    alias("peer", "sourceIPs[-1]", "The one address to trust"),
    alias("ua", "userAgent", "What the client calls itself"),
    alias("uri", "requestURI", "Path and query as sent"),
    alias("resource", "objectRef.resource", "Plural: pods, secrets"),
    alias("subresource", "objectRef.subresource", "exec, status, token"),
    alias("group", "objectRef.apiGroup", "The API group"),
    alias("version", "objectRef.apiVersion", "The API version"),
    alias("ns", "objectRef.namespace", "The namespace"),
    alias("name", "objectRef.name", "The name of the object"),
    alias(
        "decision",
        "annotations[\"authorization.k8s.io/decision\"]",
        "allow or forbid",
    ),
    alias(
        "authz-reason",
        "annotations[\"authorization.k8s.io/reason\"]",
        "Why it was allowed or forbidden",
    ),
    alias(
        "psa",
        "annotations[\"pod-security.kubernetes.io/audit-violations\"]",
        "What Pod Security would refuse",
    ),
    alias("time", "stageTimestamp", "When this stage was reached"),
    alias("received", "requestReceivedTimestamp", "When it came in"),
    alias("request", "requestObject", "The body of the request"),
    alias("response", "responseObject", "The body of the response"),
];
