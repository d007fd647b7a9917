//! Turns objects into the small bodies: events, config maps, endpoint
//! slices, certificates, reviews, tokens.

use super::{Pen, object};

/// Writes an event, as asked for.
pub(crate) fn event_asked(pen: &mut Pen) {
    object(pen, |pen| {
        pen.write(r#""metadata":{"name":"~n","namespace":"~s"},"#);
        pen.write(EVENT);
    });
}

/// Writes an event as stored.
pub(crate) fn event(pen: &mut Pen) {
    object(pen, |pen| {
        named(pen);
        pen.managed(&[r#"{"manager":"kubelet","operation":"Update",
            "apiVersion":"v1","time":"~t","fieldsType":"FieldsV1",
            "fieldsV1":{"f:count":{},"f:firstTimestamp":{},
            "f:involvedObject":{},"f:lastTimestamp":{},"f:message":{},
            "f:reason":{},"f:reportingComponent":{},
            "f:reportingInstance":{},"f:source":{"f:component":{},
            "f:host":{}},"f:type":{}}}"#]);
        pen.write("},");
        pen.write(EVENT);
    });
}

/// Writes a config map whose data has a heavy-tailed size.
pub(crate) fn configmap(pen: &mut Pen) {
    object(pen, |pen| {
        named(pen);
        pen.managed(&[r#"{"manager":"argocd-controller",
            "operation":"Apply","apiVersion":"v1","time":"~t",
            "fieldsType":"FieldsV1","fieldsV1":{"f:data":{
            "f:app.yaml":{},"f:rules.txt":{}},"f:metadata":{"f:labels":{
            "f:app.kubernetes.io/name":{}}}}}"#]);
        pen.write(
            r##"},"data":{"app.yaml":"# Größe in µs, ключ: значение\n"##,
        );
        for _ in 0..pen.many(6) {
            pen.write(
                r#"\"~a-~k\":\n  url: https://~a.~s.svc/?a=~d\u0026b=~k\n
                ~   when: size \u003e ~k\n  path: C:\\data\\~k\n"#,
            );
        }
        pen.write(r#"","rules.txt":"deny all\n"}}"#);
    });
}

/// Writes a secret, the policy's mistake.
pub(crate) fn secret(pen: &mut Pen) {
    object(pen, |pen| {
        named(pen);
        pen.managed(&[r#"{"manager":"external-secrets",
            "operation":"Update","apiVersion":"v1","time":"~t",
            "fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},
            "f:api-key":{},"f:password":{}},"f:type":{}}}"#]);
        pen.write(
            r#"},"data":{"api-key":"~b~b","password":"~b=="},
            "type":"Opaque"}"#,
        );
    });
}

/// Writes an endpoint slice.
pub(crate) fn slice(pen: &mut Pen) {
    object(pen, |pen| {
        named(pen);
        pen.managed(&[r#"{"manager":"kube-controller-manager",
            "operation":"Update","apiVersion":"discovery.k8s.io/v1",
            "time":"~t","fieldsType":"FieldsV1","fieldsV1":{
            "f:addressType":{},"f:endpoints":{},"f:metadata":{
            "f:generateName":{},"f:labels":{".":{},
            "f:kubernetes.io/service-name":{}},"f:ownerReferences":{
            ".":{},"k:{\"uid\":\"~o\"}":{}}},"f:ports":{}}}"#]);
        pen.write(r#"},"addressType":"IPv4","endpoints":["#);
        for i in 0..pen.many(5) {
            pen.write(if i == 0 { "" } else { "," });
            pen.write(
                r#"{"addresses":["10.128.~k.~d"],"conditions":{
                "ready":true,"serving":true,"terminating":false},
                "targetRef":{"kind":"Pod","namespace":"~s",
                "name":"~a-~h-~k","uid":"~r"},"nodeName":"~w",
                "zone":"eu-central-1a"}"#,
            );
        }
        pen.write(
            r#"],"ports":[{"name":"http","protocol":"TCP","port":8080}]}"#,
        );
    });
}

/// Writes a certificate: a custom resource with a status.
pub(crate) fn certificate(pen: &mut Pen) {
    pen.write(
        r#"{"apiVersion":"~g","kind":"~K","metadata":{
        "creationTimestamp":"~c","generation":~d,"labels":{
        "app.kubernetes.io/name":"~a"}"#,
    );
    pen.managed(&[r#"{"apiVersion":"cert-manager.io/v1",
        "fieldsType":"FieldsV1","fieldsV1":{"f:status":{
        "f:conditions":{"k:{\"type\":\"Ready\"}":{".":{},
        "f:lastTransitionTime":{},"f:message":{},
        "f:observedGeneration":{},"f:reason":{},"f:status":{},
        "f:type":{}}},"f:notAfter":{},"f:notBefore":{},
        "f:renewalTime":{}}},"manager":"cert-manager",
        "operation":"Apply","subresource":"status","time":"~t"}"#]);
    pen.write(
        r#","name":"~n","namespace":"~s","resourceVersion":"~v",
        "uid":"~u"},"spec":{"dnsNames":["~a.example.com",
        "*.~a.example.com"],"issuerRef":{"kind":"ClusterIssuer",
        "name":"letsencrypt"},"secretName":"~n"},"status":{
        "conditions":[{"lastTransitionTime":"~c",
        "message":"Certificate is up to date \u0026 has not expired",
        "observedGeneration":~d,"reason":"Ready","status":"True",
        "type":"Ready"}],"notAfter":"~t","notBefore":"~c"}}"#,
    );
}

/// Writes a question to the authorizer.
pub(crate) fn review_asked(pen: &mut Pen) {
    review(pen, r#"false}}"#);
}

/// Writes the authorizer's answer.
pub(crate) fn review_answered(pen: &mut Pen) {
    review(
        pen,
        r#"true,"reason":"RBAC: allowed by ClusterRoleBinding \"~a\""}}"#,
    );
}

/// Writes a subject access review that ends in `answer`.
fn review(pen: &mut Pen, answer: &str) {
    pen.write(
        r#"{"kind":"~K","apiVersion":"~g","metadata":{},"spec":{
        "resourceAttributes":{"namespace":"~s","verb":"get",
        "resource":"pods","name":"~a"},
        "user":"system:serviceaccount:~s:~a","groups":[
        "system:serviceaccounts","system:authenticated"]},"status":{
        "allowed":"#,
    );
    pen.write(answer);
}

/// Writes the request for a token.
pub(crate) fn token_asked(pen: &mut Pen) {
    pen.write(
        r#"{"kind":"TokenRequest","apiVersion":"authentication.k8s.io/v1",
        "metadata":{},"spec":{"audiences":null,
        "expirationSeconds":3607,"boundObjectRef":{"kind":"Pod",
        "apiVersion":"v1","name":"~a-~h-~x","uid":"~o"}},"status":{
        "token":"","expirationTimestamp":null}}"#,
    );
}

/// Writes the `details` of a status about the object.
pub(crate) fn details(pen: &mut Pen) {
    pen.write(r#"{"name":"~n","#);
    let group = pen.object.resource.group;
    if !group.is_empty() {
        pen.write(r#""group":""#);
        pen.write(group);
        pen.write(r#"","#);
    }
    pen.write(r#""kind":"~l","uid":"~u"}"#);
}

/// Writes the metadata of a small object, open for managedFields.
fn named(pen: &mut Pen) {
    pen.write(
        r#""metadata":{"name":"~n","namespace":"~s","uid":"~u",
        "resourceVersion":"~v","creationTimestamp":"~c","labels":{
        "app.kubernetes.io/name":"~a",
        "kubernetes.io/service-name":"~a"}"#,
    );
}

const EVENT: &str = r#""involvedObject":{"kind":"Pod","namespace":"~s",
    "name":"~a-~h-~x","uid":"~o","apiVersion":"v1",
    "resourceVersion":"~v","fieldPath":"spec.containers{~a}"},
    "reason":"Unhealthy","message":"Probe failed: Get \"http://~i:8080/ready?full=1\u0026v=2\": EOF",
    "source":{"component":"kubelet","host":"~w"},
    "firstTimestamp":"~c","lastTimestamp":"~t","count":~d,
    "type":"Warning","eventTime":null,"reportingComponent":"kubelet",
    "reportingInstance":"~w"}"#;
