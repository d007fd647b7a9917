//! Turns objects into what belongs to the cluster: nodes and their leases,
//! roles and their bindings.

use super::{Pen, object};

/// Writes a node, images and all.
pub(crate) fn node(pen: &mut Pen) {
    object(pen, node_rest);
}

/// Writes the nodes of the cluster.
pub(crate) fn nodes(pen: &mut Pen) {
    super::list(pen, 5, node_rest);
}

/// Writes the heartbeat of a kubelet, a strategic merge patch.
pub(crate) fn heartbeat(pen: &mut Pen) {
    pen.write(
        r#"{"status":{"$setElementOrder/conditions":[
        {"type":"MemoryPressure"},{"type":"DiskPressure"},
        {"type":"PIDPressure"},{"type":"Ready"}],"conditions":[
        {"lastHeartbeatTime":"~t","type":"MemoryPressure"},
        {"lastHeartbeatTime":"~t","type":"DiskPressure"},
        {"lastHeartbeatTime":"~t","type":"PIDPressure"},
        {"lastHeartbeatTime":"~t","type":"Ready"}]}}"#,
    );
}

/// Writes a lease, as both request and response have it.
pub(crate) fn lease(pen: &mut Pen) {
    object(pen, |pen| {
        pen.write(
            r#""metadata":{"name":"~n","namespace":"~s","uid":"~u",
            "resourceVersion":"~v","creationTimestamp":"~c""#,
        );
        pen.managed(&[r#"{"manager":"~a","operation":"Update",
            "apiVersion":"coordination.k8s.io/v1","time":"~t",
            "fieldsType":"FieldsV1","fieldsV1":{"f:spec":{
            "f:acquireTime":{},"f:holderIdentity":{},
            "f:leaseDurationSeconds":{},"f:leaseTransitions":{},
            "f:renewTime":{}}}}"#]);
        pen.write(
            r#"},"spec":{"holderIdentity":"~a-~h-~x_~o",
            "leaseDurationSeconds":15,"acquireTime":"~m",
            "renewTime":"~m","leaseTransitions":~d}}"#,
        );
    });
}

/// Writes a cluster role.
pub(crate) fn role(pen: &mut Pen) {
    object(pen, |pen| {
        pen.write(
            r#""metadata":{"name":"~n","uid":"~u",
            "resourceVersion":"~v","creationTimestamp":"~c","labels":{
            "rbac.example.com/aggregate-to-view":"true"}"#,
        );
        pen.managed(&[r#"{"manager":"argocd-controller",
            "operation":"Apply",
            "apiVersion":"rbac.authorization.k8s.io/v1","time":"~c",
            "fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{
            "f:labels":{"f:rbac.example.com/aggregate-to-view":{}}},
            "f:rules":{}}}"#]);
        pen.write(
            r#"},"rules":[{"verbs":["get","list","watch"],
            "apiGroups":["","apps"],"resources":["pods","pods/log",
            "deployments","services"]},{"verbs":["get"],
            "nonResourceURLs":["/metrics","/healthz/*"]}]}"#,
        );
    });
}

/// Writes a binding of someone to cluster-admin, as asked for.
pub(crate) fn admin_asked(pen: &mut Pen) {
    pen.write(
        r#"{"kind":"ClusterRoleBinding",
        "apiVersion":"rbac.authorization.k8s.io/v1","metadata":{
        "name":"~n","creationTimestamp":null},"#,
    );
    pen.write(ADMIN);
}

/// Writes the binding as stored.
pub(crate) fn admin(pen: &mut Pen) {
    object(pen, |pen| {
        pen.write(
            r#""metadata":{"name":"~n","uid":"~u",
            "resourceVersion":"~v","creationTimestamp":"~t""#,
        );
        pen.managed(&[r#"{"manager":"kubectl-create",
            "operation":"Update",
            "apiVersion":"rbac.authorization.k8s.io/v1","time":"~t",
            "fieldsType":"FieldsV1","fieldsV1":{"f:roleRef":{},
            "f:subjects":{}}}"#]);
        pen.write("},");
        pen.write(ADMIN);
    });
}

const ADMIN: &str = r#""subjects":[{"kind":"ServiceAccount","name":"~a",
    "namespace":"~s"}],"roleRef":{
    "apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole",
    "name":"cluster-admin"}}"#;

/// Writes a node from its metadata on.
fn node_rest(pen: &mut Pen) {
    pen.write(
        r#""metadata":{"name":"~w","uid":"~y","resourceVersion":"~v",
        "creationTimestamp":"~c","labels":{
        "beta.kubernetes.io/arch":"amd64","kubernetes.io/hostname":"~w",
        "kubernetes.io/os":"linux",
        "node.kubernetes.io/instance-type":"m6i.2xlarge",
        "topology.kubernetes.io/region":"eu-central-1",
        "topology.kubernetes.io/zone":"eu-central-1a"},"annotations":{
        "csi.volume.kubernetes.io/nodeid":
        "{\"ebs.csi.aws.com\":\"i-~e\"}",
        "volumes.kubernetes.io/controller-managed-attach-detach":"true"}"#,
    );
    pen.managed(&[BY_KUBELET]);
    pen.write(NODE);
    for i in 0..20 + pen.object.number % 24 {
        pen.write(if i == 0 { "" } else { "," });
        pen.write(
            r#"{"names":["registry.example.com/shop/image-~k@sha256:~z",
            "registry.example.com/shop/image-~k:1.~d.~k"],
            "sizeBytes":~d~k4~d~k}"#,
        );
    }
    pen.write("]}}");
}

const NODE: &str = r#"},"spec":{"podCIDR":"10.128.~d.0/24","podCIDRs":[
    "10.128.~d.0/24"],"providerID":"aws:///eu-central-1a/i-~e"},
    "status":{"capacity":{"cpu":"8","ephemeral-storage":"104845292Ki",
    "memory":"32386544Ki","pods":"110"},"allocatable":{"cpu":"7910m",
    "ephemeral-storage":"95551679124","memory":"31369712Ki",
    "pods":"110"},"conditions":[{"type":"MemoryPressure",
    "status":"False","lastHeartbeatTime":"~t",
    "lastTransitionTime":"~c","reason":"KubeletHasSufficientMemory",
    "message":"kubelet has sufficient memory available"},{
    "type":"Ready","status":"True","lastHeartbeatTime":"~t",
    "lastTransitionTime":"~c","reason":"KubeletReady",
    "message":"kubelet is posting ready status"}],"addresses":[{
    "type":"InternalIP","address":"~j"},{"type":"Hostname",
    "address":"~w"}],"daemonEndpoints":{"kubeletEndpoint":{
    "Port":10250}},"nodeInfo":{"machineID":"~e~e","systemUUID":"~u",
    "bootID":"~o","kernelVersion":"6.12.41-generic",
    "osImage":"Linux \u003cminimal\u003e",
    "containerRuntimeVersion":"containerd://2.1.4",
    "kubeletVersion":"v1.34.2","kubeProxyVersion":"",
    "operatingSystem":"linux","architecture":"amd64"},"images":["#;

const BY_KUBELET: &str = r#"{"manager":"kubelet","operation":"Update",
    "apiVersion":"v1","time":"~c","fieldsType":"FieldsV1","fieldsV1":{
    "f:metadata":{"f:annotations":{".":{},
    "f:volumes.kubernetes.io/controller-managed-attach-detach":{}},
    "f:labels":{".":{},"f:beta.kubernetes.io/arch":{},
    "f:kubernetes.io/hostname":{},"f:kubernetes.io/os":{},
    "f:node.kubernetes.io/instance-type":{},
    "f:topology.kubernetes.io/region":{},
    "f:topology.kubernetes.io/zone":{}}},"f:spec":{"f:providerID":{}}}},{
    "manager":"kubelet","operation":"Update","apiVersion":"v1",
    "time":"~t","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{
    "f:annotations":{"f:csi.volume.kubernetes.io/nodeid":{}}},
    "f:status":{"f:allocatable":{"f:ephemeral-storage":{}},
    "f:capacity":{"f:ephemeral-storage":{}},"f:conditions":{
    "k:{\"type\":\"DiskPressure\"}":{"f:lastHeartbeatTime":{}},
    "k:{\"type\":\"MemoryPressure\"}":{"f:lastHeartbeatTime":{}},
    "k:{\"type\":\"Ready\"}":{"f:lastHeartbeatTime":{},
    "f:lastTransitionTime":{},"f:message":{},"f:reason":{},
    "f:status":{}}},"f:images":{}}},"subresource":"status"}"#;
