//! Turns objects into deployments and replica sets, and patches of them.

use super::{Pen, object};

/// Writes the deployment a release asks for.
pub(crate) fn asked(pen: &mut Pen) {
    pen.write(
        r#"{"kind":"Deployment","apiVersion":"apps/v1","metadata":{
        "name":"~n","namespace":"~s","creationTimestamp":null,"labels":{
        "app.kubernetes.io/managed-by":"Helm",
        "app.kubernetes.io/name":"~a"}},"#,
    );
    spec(pen);
    pen.write(r#","status":{}}"#);
}

/// Writes a deployment.
pub(crate) fn deployment(pen: &mut Pen) {
    object(pen, rest);
}

/// Writes the deployment a controller sends: its cache has no managedFields.
pub(crate) fn observed(pen: &mut Pen) {
    object(pen, |pen| {
        metadata(pen);
        pen.write("},");
        spec(pen);
        pen.write(STATUS);
    });
}

/// Writes a list of deployments.
pub(crate) fn list(pen: &mut Pen) {
    super::list(pen, 5, rest);
}

/// Writes the replica set a controller scales.
pub(crate) fn replicaset(pen: &mut Pen) {
    object(pen, |pen| {
        metadata(pen);
        pen.managed(&[REPLICAS]);
        pen.write("},");
        spec(pen);
        pen.write(
            r#","status":{"replicas":3,"fullyLabeledReplicas":3,
            "readyReplicas":3,"availableReplicas":3,
            "observedGeneration":~d}}"#,
        );
    });
}

/// Writes the strategic merge patch of a roll-out.
pub(crate) fn image_patch(pen: &mut Pen) {
    pen.write(
        r#"{"spec":{"template":{"metadata":{"annotations":{
        "kubectl.kubernetes.io/restartedAt":"~t"}},"spec":{
        "$setElementOrder/containers":[{"name":"~a"}],"containers":[{
        "image":"registry.example.com/shop/~a:1.~f","name":"~a"}]}}}}"#,
    );
}

/// Writes the merge patch of a scaling.
pub(crate) fn scale_patch(pen: &mut Pen) {
    pen.write(
        r#"{"metadata":{"annotations":{
        "scaled-by":"Jürgen \u003cops@example.com\u003e",
        "obsolete":null}},"spec":{"replicas":~d}}"#,
    );
}

/// Writes a deployment from its metadata on.
fn rest(pen: &mut Pen) {
    metadata(pen);
    pen.managed(&[BY_HELM, BY_CONTROLLER]);
    pen.write("},");
    spec(pen);
    pen.write(STATUS);
}

/// Writes the metadata, open for managedFields.
fn metadata(pen: &mut Pen) {
    pen.write(
        r#""metadata":{"name":"~n","namespace":"~s","uid":"~u",
        "resourceVersion":"~v","generation":~d,"creationTimestamp":"~c",
        "labels":{"app.kubernetes.io/managed-by":"Helm",
        "app.kubernetes.io/name":"~a"},"annotations":{
        "deployment.kubernetes.io/revision":"~d",
        "description":"検索と注文 – größer \u0026 schneller",
        "meta.helm.sh/release-name":"~a",
        "meta.helm.sh/release-namespace":"~s"}"#,
    );
}

/// Writes the spec.
fn spec(pen: &mut Pen) {
    pen.write(
        r#""spec":{"replicas":3,"selector":{"matchLabels":{
        "app.kubernetes.io/name":"~a"}},"template":{"metadata":{
        "labels":{"app.kubernetes.io/name":"~a"},"annotations":{
        "checksum/config":"~z"}},"spec":{"containers":[{"name":"~a",
        "image":"registry.example.com/shop/~a:1.~f","args":[
        "--listen=:8080","--greeting=\"hello\"",
        "--when=a\u003cb \u0026\u0026 c\u003ed"],"ports":[{"name":"http",
        "containerPort":8080,"protocol":"TCP"}],"env":[{
        "name":"FEATURES","value":"cart,search,\u0026beta"}],
        "resources":{"limits":{"cpu":"500m","memory":"512Mi"},
        "requests":{"cpu":"100m","memory":"256Mi"}},
        "terminationMessagePath":"/dev/termination-log",
        "terminationMessagePolicy":"File",
        "imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Always",
        "terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst",
        "serviceAccountName":"~a","serviceAccount":"~a",
        "securityContext":{},"schedulerName":"default-scheduler"}},
        "strategy":{"type":"RollingUpdate","rollingUpdate":{
        "maxUnavailable":"25%","maxSurge":"25%"}},
        "revisionHistoryLimit":10,"progressDeadlineSeconds":600}"#,
    );
}

/// The status, and the end of the object.
const STATUS: &str = r#","status":{"observedGeneration":~d,"replicas":3,
    "updatedReplicas":3,"readyReplicas":3,"availableReplicas":3,
    "conditions":[{"type":"Available","status":"True",
    "lastUpdateTime":"~c","lastTransitionTime":"~c",
    "reason":"MinimumReplicasAvailable",
    "message":"Deployment has minimum availability."},{
    "type":"Progressing","status":"True","lastUpdateTime":"~t",
    "lastTransitionTime":"~c","reason":"NewReplicaSetAvailable",
    "message":"ReplicaSet \"~a-~h\" has successfully progressed."}]}}"#;

const BY_HELM: &str = r#"{"manager":"helm","operation":"Apply",
    "apiVersion":"apps/v1","time":"~c","fieldsType":"FieldsV1",
    "fieldsV1":{"f:metadata":{"f:annotations":{"f:description":{},
    "f:meta.helm.sh/release-name":{},
    "f:meta.helm.sh/release-namespace":{}},"f:labels":{
    "f:app.kubernetes.io/managed-by":{},"f:app.kubernetes.io/name":{}}},
    "f:spec":{"f:replicas":{},"f:selector":{},"f:template":{
    "f:metadata":{"f:annotations":{"f:checksum/config":{}},"f:labels":{
    "f:app.kubernetes.io/name":{}}},"f:spec":{"f:containers":{
    "k:{\"name\":\"~a\"}":{".":{},"f:args":{},"f:env":{
    "k:{\"name\":\"FEATURES\"}":{".":{},"f:name":{},"f:value":{}}},
    "f:image":{},"f:imagePullPolicy":{},"f:name":{},"f:ports":{
    "k:{\"containerPort\":8080,\"protocol\":\"TCP\"}":{".":{},
    "f:containerPort":{},"f:name":{}}},"f:resources":{"f:limits":{
    "f:cpu":{},"f:memory":{}},"f:requests":{"f:cpu":{},
    "f:memory":{}}}}},"f:serviceAccountName":{}}}}}}"#;

const BY_CONTROLLER: &str = r#"{"manager":"kube-controller-manager",
    "operation":"Update","apiVersion":"apps/v1","time":"~t",
    "fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:annotations":{
    "f:deployment.kubernetes.io/revision":{}}},"f:status":{
    "f:availableReplicas":{},"f:conditions":{".":{},
    "k:{\"type\":\"Available\"}":{".":{},"f:lastTransitionTime":{},
    "f:lastUpdateTime":{},"f:message":{},"f:reason":{},"f:status":{},
    "f:type":{}},"k:{\"type\":\"Progressing\"}":{".":{},
    "f:lastTransitionTime":{},"f:lastUpdateTime":{},"f:message":{},
    "f:reason":{},"f:status":{},"f:type":{}}},
    "f:observedGeneration":{},"f:readyReplicas":{},"f:replicas":{},
    "f:updatedReplicas":{}}},"subresource":"status"}"#;

const REPLICAS: &str = r#"{"manager":"kube-controller-manager",
    "operation":"Update","apiVersion":"apps/v1","time":"~c",
    "fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:annotations":{
    ".":{},"f:deployment.kubernetes.io/revision":{}},"f:labels":{".":{},
    "f:app.kubernetes.io/name":{}},"f:ownerReferences":{".":{},
    "k:{\"uid\":\"~o\"}":{}}},"f:spec":{"f:replicas":{},"f:selector":{},
    "f:template":{"f:metadata":{"f:labels":{".":{},
    "f:app.kubernetes.io/name":{}}},"f:spec":{"f:containers":{
    "k:{\"name\":\"~a\"}":{".":{},"f:args":{},"f:image":{},
    "f:imagePullPolicy":{},"f:name":{},"f:resources":{},
    "f:terminationMessagePath":{},"f:terminationMessagePolicy":{}}},
    "f:dnsPolicy":{},"f:restartPolicy":{},"f:schedulerName":{},
    "f:securityContext":{},"f:terminationGracePeriodSeconds":{}}}}}},{
    "manager":"kube-controller-manager","operation":"Update",
    "apiVersion":"apps/v1","time":"~t","fieldsType":"FieldsV1",
    "fieldsV1":{"f:status":{"f:availableReplicas":{},
    "f:fullyLabeledReplicas":{},"f:observedGeneration":{},
    "f:readyReplicas":{},"f:replicas":{}}},"subresource":"status"}"#;
