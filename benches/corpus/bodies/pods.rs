//! Turns objects into pods, lists and tables of pods, and patches of pods.

use super::{Pen, object};

/// Writes the pod a replica set asks for.
pub(crate) fn asked(pen: &mut Pen) {
    pen.write(
        r#"{"kind":"Pod","apiVersion":"v1","metadata":{
        "generateName":"~a-~h-","labels":{"app.kubernetes.io/name":"~a",
        "pod-template-hash":"~h"},"ownerReferences":[{
        "apiVersion":"apps/v1","kind":"ReplicaSet","name":"~a-~h",
        "uid":"~o","controller":true,"blockOwnerDeletion":true}]},"#,
    );
    pen.write(SPEC);
    pen.write(r#"},"status":{}}"#);
}

/// Writes the pod just created: no node, no status.
pub(crate) fn created(pen: &mut Pen) {
    object(pen, |pen| {
        metadata(pen, &[BY_CONTROLLER]);
        pen.write(",");
        pen.write(SPEC);
        pen.write(r#"},"status":{"phase":"Pending","#);
        pen.write(r#""qosClass":"Burstable"}}"#);
    });
}

/// Writes a running pod.
pub(crate) fn running(pen: &mut Pen) {
    object(pen, rest);
}

/// Writes the pods of a namespace.
pub(crate) fn list(pen: &mut Pen) {
    super::list(pen, 8, rest);
}

/// Writes the pods of a namespace as a table.
pub(crate) fn table(pen: &mut Pen) {
    super::table(pen, COLUMNS, |pen| {
        pen.write(
            r#"{"cells":["~n","1/1","Running","~d (~dh ago)","~dd","~i",
            "~w","\u003cnone\u003e","\u003cnone\u003e"],"object":{
            "kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","#,
        );
        metadata(pen, &[BY_CONTROLLER, BY_KUBELET]);
        pen.write("}}");
    });
}

/// Writes a pod that may do everything to its node.
pub(crate) fn privileged(pen: &mut Pen) {
    pen.write(
        r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"~n",
        "namespace":"~s","annotations":{
        "note":"только \"для\" отладки: C:\\temp \u003c\u003e"}},"#,
    );
    pen.write(PRIVILEGED);
    pen.write(r#""status":{}}"#);
}

/// Writes what the apiserver makes of the privileged pod.
pub(crate) fn privileged_created(pen: &mut Pen) {
    object(pen, |pen| {
        pen.write(
            r#""metadata":{"name":"~n","namespace":"~s","uid":"~u",
            "resourceVersion":"~v","generation":1,
            "creationTimestamp":"~t","annotations":{
            "note":"только \"для\" отладки: C:\\temp \u003c\u003e"}"#,
        );
        pen.managed(BY_KUBECTL);
        pen.write("},");
        pen.write(PRIVILEGED);
        pen.write(r#""status":{"phase":"Pending","#);
        pen.write(r#""qosClass":"BestEffort"}}"#);
    });
}

/// Writes the strategic merge patch of a kubelet.
pub(crate) fn status_patch(pen: &mut Pen) {
    pen.write(
        r#"{"metadata":{"uid":"~u"},"status":{
        "$setElementOrder/conditions":[
        {"type":"PodReadyToStartContainers"},{"type":"Initialized"},
        {"type":"Ready"},{"type":"ContainersReady"},
        {"type":"PodScheduled"}],"conditions":[
        {"lastTransitionTime":"~t","status":"True","type":"Ready"},
        {"lastTransitionTime":"~t","status":"True",
        "type":"ContainersReady"}],"containerStatuses":[{
        "containerID":"containerd://~z",
        "image":"registry.example.com/shop/~a:1.~f",
        "imageID":"registry.example.com/shop/~a@sha256:~z",
        "lastState":{},"name":"~a","ready":true,"restartCount":0,
        "started":true,"state":{"running":{"startedAt":"~t"}}}],
        "phase":"Running","podIP":"~i","podIPs":[{"ip":"~i"}]}}"#,
    );
}

/// Writes a JSON patch, which is an array.
pub(crate) fn json_patch(pen: &mut Pen) {
    pen.write(
        r#"[{"op":"test","path":"/metadata/resourceVersion","value":"~v"},
        {"op":"add","path":"/metadata/labels/rollout.example.com~1phase",
        "value":"canary \u0026 verify"},{"op":"remove",
        "path":"/metadata/annotations/note"},{"op":"replace",
        "path":"/metadata/finalizers","value":["example.com/drain"]}]"#,
    );
}

/// Writes what a scheduler binds a pod with.
pub(crate) fn binding(pen: &mut Pen) {
    pen.write(
        r#"{"kind":"Binding","apiVersion":"v1","metadata":{"name":"~n",
        "namespace":"~s","uid":"~u"},"target":{"kind":"Node",
        "name":"~w"}}"#,
    );
}

/// Writes the body of a delete.
pub(crate) fn delete_options(pen: &mut Pen) {
    pen.write(
        r#"{"kind":"DeleteOptions","apiVersion":"meta.k8s.io/__internal",
        "gracePeriodSeconds":30,"preconditions":{"uid":"~u"},
        "propagationPolicy":"Background"}"#,
    );
}

/// Writes a running pod from its metadata on.
fn rest(pen: &mut Pen) {
    metadata(pen, &[BY_CONTROLLER, BY_KUBELET]);
    pen.write(",");
    pen.write(SPEC);
    pen.write(r#","nodeName":"~w"},"#);
    pen.write(STATUS);
}

/// Writes the metadata of a pod whose managers wrote `fields`.
fn metadata(pen: &mut Pen, fields: &[&str]) {
    pen.write(
        r#""metadata":{"name":"~n","generateName":"~a-~h-",
        "namespace":"~s","uid":"~u","resourceVersion":"~v",
        "generation":1,"creationTimestamp":"~c","labels":{
        "app.kubernetes.io/name":"~a","pod-template-hash":"~h"},
        "annotations":{"prometheus.io/scrape":"true",
        "owner":"Größe zählt – équipe paiements"},"ownerReferences":[{
        "apiVersion":"apps/v1","kind":"ReplicaSet","name":"~a-~h",
        "uid":"~o","controller":true,"blockOwnerDeletion":true}]"#,
    );
    pen.managed(fields);
    pen.write("}");
}

/// A spec, open for the name of a node.
const SPEC: &str = r#""spec":{"volumes":[{"name":"config","configMap":{
    "name":"~a-config","defaultMode":420}},{"name":"kube-api-access-~x",
    "projected":{"sources":[{"serviceAccountToken":{
    "expirationSeconds":3607,"path":"token"}},{"configMap":{
    "name":"kube-root-ca.crt","items":[{"key":"ca.crt",
    "path":"ca.crt"}]}},{"downwardAPI":{"items":[{"path":"namespace",
    "fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}],
    "defaultMode":420}}],"containers":[{"name":"~a",
    "image":"registry.example.com/shop/~a:1.~f","args":[
    "--listen=:8080","--log-format=json",
    "--match=^[a-z]+\\.svc$","--name=\"~a\""],"ports":[{"name":"http",
    "containerPort":8080,"protocol":"TCP"},{"name":"metrics",
    "containerPort":9090,"protocol":"TCP"}],"env":[{
    "name":"DATABASE_URL",
    "value":"postgres://~a@db.~s.svc/~a?sslmode=verify-full\u0026pool=8"
    },{"name":"GOMAXPROCS","value":"2"},{"name":"POD_IP","valueFrom":{
    "fieldRef":{"apiVersion":"v1","fieldPath":"status.podIP"}}},{
    "name":"API_KEY","valueFrom":{"secretKeyRef":{
    "name":"~a-credentials","key":"api-key"}}}],"resources":{"limits":{
    "cpu":"500m","memory":"512Mi"},"requests":{"cpu":"100m",
    "memory":"256Mi"}},"volumeMounts":[{"name":"config",
    "readOnly":true,"mountPath":"/etc/~a"},{"name":"kube-api-access-~x",
    "readOnly":true,
    "mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}],
    "livenessProbe":{"httpGet":{"path":"/healthz","port":"http",
    "scheme":"HTTP"},"initialDelaySeconds":10,"timeoutSeconds":1,
    "periodSeconds":10,"successThreshold":1,"failureThreshold":3},
    "readinessProbe":{"httpGet":{"path":"/ready?full=1\u0026v=2",
    "port":"http","scheme":"HTTP"},"timeoutSeconds":1,
    "periodSeconds":5,"successThreshold":1,"failureThreshold":3},
    "terminationMessagePath":"/dev/termination-log",
    "terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent",
    "securityContext":{"capabilities":{"drop":["ALL"]},
    "runAsNonRoot":true,"readOnlyRootFilesystem":true,
    "allowPrivilegeEscalation":false}}],"restartPolicy":"Always",
    "terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst",
    "serviceAccountName":"~a","serviceAccount":"~a","securityContext":{
    "seccompProfile":{"type":"RuntimeDefault"}},
    "schedulerName":"default-scheduler","tolerations":[{
    "key":"node.kubernetes.io/not-ready","operator":"Exists",
    "effect":"NoExecute","tolerationSeconds":300},{
    "key":"node.kubernetes.io/unreachable","operator":"Exists",
    "effect":"NoExecute","tolerationSeconds":300}],"priority":0,
    "enableServiceLinks":true,
    "preemptionPolicy":"PreemptLowerPriority""#;

/// The status of a running pod.
const STATUS: &str = r#""status":{"phase":"Running","conditions":[{
    "type":"PodReadyToStartContainers","status":"True",
    "lastProbeTime":null,"lastTransitionTime":"~c"},{
    "type":"Initialized","status":"True","lastProbeTime":null,
    "lastTransitionTime":"~c"},{"type":"Ready","status":"True",
    "lastProbeTime":null,"lastTransitionTime":"~t"},{
    "type":"ContainersReady","status":"True","lastProbeTime":null,
    "lastTransitionTime":"~t"},{"type":"PodScheduled","status":"True",
    "lastProbeTime":null,"lastTransitionTime":"~c"}],"hostIP":"~j",
    "hostIPs":[{"ip":"~j"}],"podIP":"~i","podIPs":[{"ip":"~i"}],
    "startTime":"~c","containerStatuses":[{"name":"~a","state":{
    "running":{"startedAt":"~t"}},"lastState":{},"ready":true,
    "restartCount":~d,"image":"registry.example.com/shop/~a:1.~f",
    "imageID":"registry.example.com/shop/~a@sha256:~z",
    "containerID":"containerd://~z","started":true}],
    "qosClass":"Burstable"}}"#;

/// A spec that takes over a node.
const PRIVILEGED: &str = r#""spec":{"volumes":[{"name":"host",
    "hostPath":{"path":"/","type":""}}],"containers":[{"name":"shell",
    "image":"docker.io/library/alpine:3.22","command":["nsenter",
    "--target","1","--mount","--","sh","-c",
    "id \u0026\u0026 cat /etc/shadow \u003e /host/tmp/out"],
    "resources":{},"volumeMounts":[{"name":"host","mountPath":"/host"}],
    "terminationMessagePath":"/dev/termination-log",
    "terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent",
    "securityContext":{"privileged":true}}],"restartPolicy":"Never",
    "terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst",
    "hostNetwork":true,"hostPID":true,"securityContext":{},
    "schedulerName":"default-scheduler","enableServiceLinks":true},"#;

const BY_CONTROLLER: &str = r#"{"manager":"kube-controller-manager",
    "operation":"Update","apiVersion":"v1","time":"~c",
    "fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:annotations":{
    ".":{},"f:owner":{},"f:prometheus.io/scrape":{}},
    "f:generateName":{},"f:labels":{".":{},
    "f:app.kubernetes.io/name":{},"f:pod-template-hash":{}},
    "f:ownerReferences":{".":{},"k:{\"uid\":\"~o\"}":{}}},"f:spec":{
    "f:containers":{"k:{\"name\":\"~a\"}":{".":{},"f:args":{},"f:env":{
    ".":{},"k:{\"name\":\"API_KEY\"}":{".":{},"f:name":{},
    "f:valueFrom":{".":{},"f:secretKeyRef":{}}},
    "k:{\"name\":\"DATABASE_URL\"}":{".":{},"f:name":{},"f:value":{}},
    "k:{\"name\":\"GOMAXPROCS\"}":{".":{},"f:name":{},"f:value":{}},
    "k:{\"name\":\"POD_IP\"}":{".":{},"f:name":{},"f:valueFrom":{".":{},
    "f:fieldRef":{}}}},"f:image":{},"f:imagePullPolicy":{},
    "f:livenessProbe":{".":{},"f:failureThreshold":{},"f:httpGet":{
    ".":{},"f:path":{},"f:port":{},"f:scheme":{}},
    "f:initialDelaySeconds":{},"f:periodSeconds":{},
    "f:successThreshold":{},"f:timeoutSeconds":{}},"f:name":{},
    "f:ports":{".":{},
    "k:{\"containerPort\":8080,\"protocol\":\"TCP\"}":{".":{},
    "f:containerPort":{},"f:name":{},"f:protocol":{}},
    "k:{\"containerPort\":9090,\"protocol\":\"TCP\"}":{".":{},
    "f:containerPort":{},"f:name":{},"f:protocol":{}}},
    "f:resources":{".":{},"f:limits":{".":{},"f:cpu":{},"f:memory":{}},
    "f:requests":{".":{},"f:cpu":{},"f:memory":{}}},
    "f:securityContext":{".":{},"f:allowPrivilegeEscalation":{},
    "f:capabilities":{".":{},"f:drop":{}},
    "f:readOnlyRootFilesystem":{},"f:runAsNonRoot":{}},
    "f:terminationMessagePath":{},"f:terminationMessagePolicy":{},
    "f:volumeMounts":{".":{},"k:{\"mountPath\":\"/etc/~a\"}":{".":{},
    "f:mountPath":{},"f:name":{},"f:readOnly":{}}}}},"f:dnsPolicy":{},
    "f:enableServiceLinks":{},"f:restartPolicy":{},
    "f:schedulerName":{},"f:securityContext":{},
    "f:terminationGracePeriodSeconds":{}}}}"#;

const BY_KUBELET: &str = r#"{"manager":"kubelet","operation":"Update",
    "apiVersion":"v1","time":"~t","fieldsType":"FieldsV1","fieldsV1":{
    "f:status":{"f:conditions":{
    "k:{\"type\":\"ContainersReady\"}":{".":{},"f:lastProbeTime":{},
    "f:lastTransitionTime":{},"f:status":{},"f:type":{}},
    "k:{\"type\":\"Ready\"}":{".":{},"f:lastProbeTime":{},
    "f:lastTransitionTime":{},"f:status":{},"f:type":{}}},
    "f:containerStatuses":{},"f:hostIP":{},"f:hostIPs":{},"f:phase":{},
    "f:podIP":{},"f:podIPs":{".":{},"k:{\"ip\":\"~i\"}":{".":{},
    "f:ip":{}}},"f:startTime":{}}},"subresource":"status"}"#;

const BY_KUBECTL: &[&str] = &[r#"{"manager":"kubectl-create",
    "operation":"Update","apiVersion":"v1","time":"~t",
    "fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:annotations":{
    ".":{},"f:note":{}}},"f:spec":{"f:containers":{
    "k:{\"name\":\"shell\"}":{".":{},"f:command":{},"f:image":{},
    "f:name":{},"f:securityContext":{".":{},"f:privileged":{}},
    "f:volumeMounts":{".":{},"k:{\"mountPath\":\"/host\"}":{".":{},
    "f:mountPath":{},"f:name":{}}}}},"f:hostNetwork":{},"f:hostPID":{},
    "f:restartPolicy":{},"f:volumes":{".":{},
    "k:{\"name\":\"host\"}":{".":{},"f:hostPath":{".":{},"f:path":{},
    "f:type":{}},"f:name":{}}}}}}"#];

/// The columns of `kubectl get pods -o wide`.
const COLUMNS: &str = r#"{"name":"Name","type":"string",
    "format":"name","description":"Name of the pod","priority":0},{
    "name":"Ready","type":"string","format":"",
    "description":"Ready containers / all containers","priority":0},{
    "name":"Status","type":"string","format":"",
    "description":"What the pod is doing","priority":0},{
    "name":"Restarts","type":"string","format":"",
    "description":"Restarts of its containers","priority":0},{
    "name":"Age","type":"string","format":"",
    "description":"Time since it was created","priority":0},{
    "name":"IP","type":"string","format":"",
    "description":"Address of the pod","priority":1},{"name":"Node",
    "type":"string","format":"","description":"Node it runs on",
    "priority":1},{"name":"Nominated Node","type":"string","format":"",
    "description":"Node it waits for","priority":1},{
    "name":"Readiness Gates","type":"string","format":"",
    "description":"Passed gates / all gates","priority":1}"#;
