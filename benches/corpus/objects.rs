//! Turns chance into Kubernetes objects: what they are called and where they
//! live. What they contain is left to [`bodies`](super::bodies).

use super::{
    pen::Pen,
    random::Rng,
    text::{self, Micros, SECOND, Uuid},
};

/// A resource type as the API knows it.
pub(crate) struct Resource {
    /// The API group; "" is the core group.
    pub(crate) group: &'static str,
    /// The version, as `v1`.
    pub(crate) version: &'static str,
    /// The name in URLs; "" for requests that name no resource.
    pub(crate) plural: &'static str,
    /// The name in bodies.
    pub(crate) kind: &'static str,
    /// A template of object names.
    pub(crate) name: &'static str,
    /// Where its objects live.
    pub(crate) scope: Scope,
}

/// Where the objects of a resource live.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// In namespaces.
    Namespaced,
    /// In the cluster itself.
    Cluster,
}

impl Resource {
    /// Returns a namespaced resource.
    const fn inside(
        group: &'static str,
        version: &'static str,
        plural: &'static str,
        kind: &'static str,
        name: &'static str,
    ) -> Resource {
        let scope = Scope::Namespaced;
        Resource { group, version, plural, kind, name, scope }
    }

    /// Returns the same resource in the cluster scope.
    const fn global(self) -> Resource {
        Resource { scope: Scope::Cluster, ..self }
    }
}

const RBAC: &str = "rbac.authorization.k8s.io";

/// No resource: the request is for a path such as `/healthz`.
pub(crate) static NONE: Resource =
    Resource::inside("", "", "", "", "").global();
/// Pods, named by their replica set.
pub(crate) static PODS: Resource =
    Resource::inside("", "v1", "pods", "Pod", "~a-~h-~x");
/// Nodes.
pub(crate) static NODES: Resource =
    Resource::inside("", "v1", "nodes", "Node", "~w").global();
/// Secrets.
pub(crate) static SECRETS: Resource =
    Resource::inside("", "v1", "secrets", "Secret", "~a-credentials");
/// Config maps.
pub(crate) static CONFIGMAPS: Resource =
    Resource::inside("", "v1", "configmaps", "ConfigMap", "~a-config");
/// Services.
pub(crate) static SERVICES: Resource =
    Resource::inside("", "v1", "services", "Service", "~a");
/// Namespaces.
pub(crate) static NAMESPACES: Resource =
    Resource::inside("", "v1", "namespaces", "Namespace", "~s").global();
/// Events: the objects, not the lines of this log.
pub(crate) static EVENTS: Resource =
    Resource::inside("", "v1", "events", "Event", "~a-~h-~x.~e");
/// Service accounts.
pub(crate) static ACCOUNTS: Resource =
    Resource::inside("", "v1", "serviceaccounts", "ServiceAccount", "~a");
/// Deployments.
pub(crate) static DEPLOYMENTS: Resource =
    Resource::inside("apps", "v1", "deployments", "Deployment", "~a");
/// Replica sets.
pub(crate) static REPLICASETS: Resource =
    Resource::inside("apps", "v1", "replicasets", "ReplicaSet", "~a-~h");
/// Jobs.
pub(crate) static JOBS: Resource =
    Resource::inside("batch", "v1", "jobs", "Job", "~a-~x");
/// Autoscalers, in a version long deprecated.
pub(crate) static AUTOSCALERS: Resource = Resource::inside(
    "autoscaling",
    "v2beta2",
    "horizontalpodautoscalers",
    "HorizontalPodAutoscaler",
    "~a",
);
/// Leases.
pub(crate) static LEASES: Resource = Resource::inside(
    "coordination.k8s.io",
    "v1",
    "leases",
    "Lease",
    "~a-leader",
);
/// The leases of the nodes.
pub(crate) static NODELEASES: Resource =
    Resource::inside("coordination.k8s.io", "v1", "leases", "Lease", "~w");
/// Endpoint slices.
pub(crate) static SLICES: Resource = Resource::inside(
    "discovery.k8s.io",
    "v1",
    "endpointslices",
    "EndpointSlice",
    "~a-~x",
);
/// Cluster roles.
pub(crate) static CLUSTERROLES: Resource =
    Resource::inside(RBAC, "v1", "clusterroles", "ClusterRole", "~a-viewer")
        .global();
/// Cluster role bindings.
pub(crate) static BINDINGS: Resource = Resource::inside(
    RBAC,
    "v1",
    "clusterrolebindings",
    "ClusterRoleBinding",
    "~a-admin",
)
.global();
/// Token reviews: virtual, never stored.
pub(crate) static TOKENREVIEWS: Resource = Resource::inside(
    "authentication.k8s.io",
    "v1",
    "tokenreviews",
    "TokenReview",
    "",
)
.global();
/// Subject access reviews: virtual, never stored.
pub(crate) static REVIEWS: Resource = Resource::inside(
    "authorization.k8s.io",
    "v1",
    "subjectaccessreviews",
    "SubjectAccessReview",
    "",
)
.global();
/// A custom resource.
pub(crate) static CERTIFICATES: Resource = Resource::inside(
    "cert-manager.io",
    "v1",
    "certificates",
    "Certificate",
    "~a-tls",
);

const SPACES: [&str; 12] = [
    "shop",
    "shop",
    "payments",
    "payments",
    "search",
    "monitoring",
    "kube-system",
    "default",
    "ingress",
    "data-platform",
    "team-checkout-staging",
    "ci",
];

const APPS: [&str; 16] = [
    "cart",
    "catalog-api",
    "checkout",
    "frontend",
    "invoice-worker",
    "kafka-bridge",
    "ledger",
    "mailer",
    "orders-api",
    "payment-gateway",
    "postgres-exporter",
    "recommendation-engine",
    "redis-cache",
    "session-store",
    "thumbnailer",
    "warehouse-sync",
];

/// The nodes of the cluster.
const CLUSTER: u64 = 48;

/// One object: all that its bodies, its URL and its `objectRef` agree on.
pub(crate) struct Object {
    /// What it is.
    pub(crate) resource: &'static Resource,
    /// Its namespace, or that of what it is about.
    pub(crate) namespace: &'static str,
    /// The application it belongs to.
    pub(crate) app: &'static str,
    /// Its name.
    pub(crate) name: Vec<u8>,
    /// Its UID.
    pub(crate) uid: Uuid,
    /// The UID of its owner.
    pub(crate) owner: Uuid,
    /// The hash of its pod template.
    pub(crate) hash: [u8; 10],
    /// The random end of its name.
    pub(crate) suffix: [u8; 5],
    /// What its node and its addresses derive from.
    pub(crate) number: u64,
    /// Its resource version.
    pub(crate) version: u64,
    /// When it was created.
    pub(crate) created: Micros,
}

impl Object {
    /// Makes up an object that exists at `now`.
    pub(crate) fn new(
        resource: &'static Resource,
        rng: &mut Rng,
        now: Micros,
    ) -> Object {
        let mut object = Object {
            resource,
            namespace: rng.pick(&SPACES),
            app: rng.pick(&APPS),
            name: Vec::new(),
            uid: text::uuid(rng),
            owner: text::uuid(rng),
            hash: text::suffix(rng),
            suffix: text::suffix(rng),
            number: rng.bits(),
            version: now / 20_000 % 1_000_000_000 + rng.below(500),
            created: now - rng.heavy(23) * SECOND,
        };
        object.rename(resource.name, rng);
        object
    }

    /// Gives the object the name that `template` makes.
    pub(crate) fn rename(&mut self, template: &str, rng: &mut Rng) {
        let mut name = std::mem::take(&mut self.name);
        name.clear();
        Pen::new(&mut name, rng, self, 0).write(template);
        self.name = name;
    }

    /// Returns the number of its node.
    pub(crate) fn node(&self) -> u64 {
        self.number % CLUSTER
    }
}
