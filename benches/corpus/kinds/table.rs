//! The table the corpus is drawn from: kinds of requests by weight.

use super::{
    super::{
        actors::{
            self, APISERVER, CONTROLLERS, KUBELETS, OPERATORS, PEOPLE,
            Profile, SCHEDULER, STRANGERS,
        },
        bodies::{self, cluster, pods, small, workloads},
        objects::*,
    },
    Create, Delete, DeleteCollection, Get, Kind, Level, List, Notes, Outcome,
    Patch, Reach, Run, Update,
};

const PODS_OF_SETS: &[Profile] = actors::the(0);
const ROLLOUTS: &[Profile] = actors::the(1);
const ENDPOINTS: &[Profile] = actors::the(2);
const COLLECTOR: &[Profile] = actors::the(3);
const SCALING: &[Profile] = actors::the(5);

const ENFORCED: Notes = &[(
    Level::Metadata,
    r#","pod-security.kubernetes.io/enforce-policy":"baseline:latest""#,
)];
const MUTATED: Notes = &[
    (
        Level::Metadata,
        r#","mutation.webhook.admission.k8s.io/round_0_index_1":"{
        \"configuration\":\"sidecar-injector\",
        \"webhook\":\"inject.sidecar.example.com\",
        \"mutated\":true}""#,
    ),
    (
        Level::Request,
        r#","patch.webhook.admission.k8s.io/round_0_index_1":"{
        \"configuration\":\"sidecar-injector\",
        \"webhook\":\"inject.sidecar.example.com\",\"patch\":[{
        \"op\":\"add\",\"path\":\"/metadata/labels/sidecar\",
        \"value\":\"on\"}],\"patchType\":\"JSONPatch\"}""#,
    ),
    ENFORCED[0],
];
const VIOLATES: Notes = &[(
    Level::Metadata,
    r#","pod-security.kubernetes.io/audit-violations":
    "would violate PodSecurity \"restricted:latest\": host namespaces
    ~ (hostNetwork=true, hostPID=true), privileged (container \"shell\"
    ~ must not set securityContext.privileged=true)",
    "pod-security.kubernetes.io/enforce-policy":"privileged:latest""#,
)];
const DEPRECATED: Notes = &[(
    Level::Metadata,
    r#","k8s.io/deprecated":"true","k8s.io/removed-release":"1.26""#,
)];
const LIMIT: &str = r"?limit=500\u0026resourceVersion=0";
const ONE: &str = r"fieldSelector=metadata.name%3D~n\u0026";
const LABELLED: &str =
    r"?labelSelector=app.kubernetes.io%2Fname%3D~a\u0026limit=500";

/// The daily business of a cluster.
pub(crate) static KINDS: &[Kind] = &[
    // Heartbeats.
    Kind::new(70, Update, &NODELEASES, &KUBELETS)
        .reach(Reach::In("kube-node-lease"))
        .query("?timeout=10s"),
    Kind::new(40, Update, &LEASES, &OPERATORS),
    Kind::new(15, Update, &LEASES, &CONTROLLERS)
        .both(cluster::lease, cluster::lease),
    Kind::new(40, Get, &NODES, &KUBELETS)
        .query(r"?resourceVersion=0\u0026timeout=10s"),
    Kind::new(10, Get, &LEASES, &OPERATORS),
    Kind::new(12, Patch, &NODES, &KUBELETS)
        .of("status")
        .query("?timeout=10s")
        .both(cluster::heartbeat, cluster::node),
    // Watches.
    Kind::watch(12, &PODS, &KUBELETS)
        .query(r"fieldSelector=spec.nodeName%3D~w\u0026"),
    Kind::watch(12, &CONFIGMAPS, &KUBELETS).reach(Reach::One).query(ONE),
    Kind::watch(12, &SECRETS, &KUBELETS).reach(Reach::One).query(ONE),
    Kind::watch(5, &SECRETS, &OPERATORS),
    Kind::watch(5, &NODES, &OPERATORS),
    Kind::watch(5, &SLICES, &OPERATORS),
    Kind::watch(5, &CERTIFICATES, &OPERATORS),
    // Reads.
    Kind::new(30, Get, &CONFIGMAPS, &OPERATORS),
    Kind::new(25, Get, &SECRETS, &OPERATORS),
    Kind::new(15, Get, &PODS, &OPERATORS),
    Kind::new(25, Get, &PODS, &KUBELETS),
    Kind::new(10, Get, &SERVICES, &OPERATORS),
    Kind::new(20, Get, &DEPLOYMENTS, &PEOPLE),
    Kind::new(10, Get, &NAMESPACES, &OPERATORS),
    Kind::new(10, Get, &CLUSTERROLES, &OPERATORS).response(cluster::role),
    Kind::new(12, Get, &PODS, &KUBELETS).response(pods::running),
    Kind::new(15, List, &PODS, &OPERATORS).reach(Reach::All).query(LIMIT),
    Kind::new(10, List, &NODES, &OPERATORS).query(LIMIT),
    Kind::new(8, List, &SECRETS, &OPERATORS).query(LIMIT),
    Kind::new(8, Get, &AUTOSCALERS, SCALING).notes(DEPRECATED),
    Kind::new(7, List, &PODS, &OPERATORS).query(LABELLED).response(pods::list),
    Kind::new(4, List, &PODS, &PEOPLE)
        .query("?limit=500")
        .response(pods::table),
    Kind::new(3, List, &DEPLOYMENTS, &OPERATORS)
        .query(LIMIT)
        .response(workloads::list),
    Kind::new(2, List, &NODES, &PEOPLE).response(cluster::nodes),
    // Writes of the control plane.
    Kind::new(30, Patch, &PODS, &KUBELETS)
        .of("status")
        .both(pods::status_patch, pods::running),
    Kind::new(16, Create, &EVENTS, &KUBELETS)
        .both(small::event_asked, small::event),
    Kind::new(10, Create, &PODS, PODS_OF_SETS)
        .both(pods::asked, pods::created)
        .notes(MUTATED),
    Kind::new(8, Create, &PODS, &SCHEDULER)
        .of("binding")
        .both(pods::binding, bodies::bound),
    Kind::new(8, Delete, &PODS, PODS_OF_SETS)
        .both(pods::delete_options, pods::running),
    Kind::new(8, Update, &DEPLOYMENTS, ROLLOUTS)
        .of("status")
        .both(workloads::observed, workloads::deployment),
    Kind::new(8, Update, &REPLICASETS, ROLLOUTS)
        .both(workloads::replicaset, workloads::replicaset),
    Kind::new(14, Update, &SLICES, ENDPOINTS).request(small::slice),
    Kind::new(2, DeleteCollection, &JOBS, COLLECTOR)
        .request(pods::delete_options),
    Kind::new(20, Create, &ACCOUNTS, &KUBELETS).of("token"),
    Kind::new(3, Create, &ACCOUNTS, &CONTROLLERS)
        .of("token")
        .request(small::token_asked),
    // Writes of operators and people.
    Kind::new(30, Create, &TOKENREVIEWS, &KUBELETS),
    Kind::new(10, Create, &REVIEWS, &OPERATORS)
        .both(small::review_asked, small::review_answered),
    Kind::new(3, Update, &SECRETS, &OPERATORS)
        .both(small::secret, small::secret),
    Kind::new(12, Update, &CONFIGMAPS, &OPERATORS).request(small::configmap),
    Kind::new(4, Update, &CERTIFICATES, &OPERATORS)
        .of("status")
        .both(small::certificate, small::certificate),
    Kind::new(6, Patch, &DEPLOYMENTS, &PEOPLE)
        .query("?fieldManager=kubectl-rollout")
        .both(workloads::image_patch, workloads::deployment),
    Kind::new(4, Patch, &DEPLOYMENTS, &OPERATORS)
        .both(workloads::scale_patch, workloads::deployment),
    Kind::new(4, Patch, &PODS, &OPERATORS)
        .both(pods::json_patch, pods::running),
    Kind::new(4, Create, &DEPLOYMENTS, &PEOPLE)
        .query("?fieldManager=helm")
        .both(workloads::asked, workloads::deployment),
    Kind::new(6, Delete, &SECRETS, &OPERATORS),
    Kind::new(2, Delete, &CONFIGMAPS, &PEOPLE)
        .both(pods::delete_options, bodies::deleted),
    // Paths that are no resource.
    Kind::probe(12, "/readyz"),
    Kind::probe(8, "/livez?verbose=1"),
    Kind::probe(4, "/version"),
    Kind {
        path: "/openapi/v3?hash=~e",
        ..Kind::new(8, Get, &NONE, &APISERVER)
    },
    // Sessions.
    Kind::session(8, Get, "log", r"?container=~a\u0026follow=true"),
    Kind::session(2, Create, "portforward", ""),
];

/// What an auditor looks for.
pub(crate) static SCENES: &[Kind] = &[
    Kind::new(2, List, &SECRETS, &STRANGERS)
        .reach(Reach::In("kube-system"))
        .always(Outcome::Denied),
    Kind::new(3, List, &PODS, &STRANGERS).always(Outcome::Unauthenticated),
    Kind::session(
        3,
        Get,
        "exec",
        concat!(
            r"?command=sh\u0026command=-c\u0026command=",
            r"id+%26%26+cat+%2Fetc%2Fpasswd\u0026container=~a\u0026",
            r"stdin=true\u0026stdout=true\u0026tty=true"
        ),
    ),
    Kind::session(
        2,
        Create,
        "exec",
        concat!(
            r"?command=%2Fbin%2Fbash\u0026container=~a\u0026",
            r"stderr=true\u0026stdin=true\u0026stdout=true"
        ),
    ),
    Kind::new(2, List, &SECRETS, &PEOPLE).reach(Reach::All).query(LIMIT),
    Kind::new(1, Create, &BINDINGS, &PEOPLE)
        .query("?fieldManager=kubectl-create")
        .both(cluster::admin_asked, cluster::admin),
    Kind::new(1, Create, &PODS, &PEOPLE)
        .named("debug-~x")
        .both(pods::privileged, pods::privileged_created)
        .notes(VIOLATES),
    Kind::new(1, Create, &PODS, &PEOPLE)
        .reach(Reach::In("kube-system"))
        .named("debug-~x")
        .both(pods::privileged, pods::privileged_created)
        .notes(ENFORCED)
        .always(Outcome::Rejected),
    Kind { run: Run::Session, ..Kind::new(1, Get, &NODES, &STRANGERS) }
        .of("proxy")
        .always(Outcome::Denied),
];
