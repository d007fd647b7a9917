use super::*;

/// Returns the shapes at a way written with dots; numbers are indexes.
fn at(origin: &Origin, way: &str) -> Shapes {
    let mut shapes = Shapes::at(origin).unwrap();
    for part in way.split('.').filter(|part| !part.is_empty()) {
        let segment = match (part, part.parse()) {
            ("*", _) => Segment::Every,
            (_, Ok(index)) => Segment::Index(index),
            (key, Err(_)) => Segment::Key(key.into()),
        };
        shapes = shapes.below(&segment);
    }
    shapes
}

#[track_caller]
fn check(origin: &Origin, way: &str, expected: &[Shape]) {
    assert_eq!(at(origin, way).all(), expected, "{origin} {way}");
}

#[test]
fn a_path_has_the_shape_that_the_api_gives_it() {
    let key = |key: &str| Origin::Key(key.into());
    for (origin, way, expected) in [
        (Origin::PodSpec, "hostNetwork", Shape::Bool),
        (Origin::PodSpec, "volumes.hostPath.path", Shape::Text),
        (Origin::PodSpec, "nodeSelector.disk", Shape::Text),
        (Origin::PodSpec, "containers.ports.hostPort", Shape::Int),
        (Origin::Container, "resources.limits.cpu", Shape::Either),
        (Origin::Container, "env.valueFrom.secretKeyRef.key", Shape::Text),
        (Origin::Patch, "value.spec.x", Shape::Any),
        (Origin::Object, "metadata.labels.app", Shape::Text),
        (Origin::Object, "metadata.creationTimestamp", Shape::Time),
        (Origin::Object, "roleRef.name", Shape::Text),
        (Origin::Object, "items.subjects.kind", Shape::Text),
        (Origin::Object, "rows.object.metadata.name", Shape::Text),
        (Origin::Object, "spec.template.spec.hostPID", Shape::Bool),
        (Origin::Object, "webhooks.failurePolicy", Shape::Text),
        (Origin::Object, "spec.expirationSeconds", Shape::Int),
        (key("requestObject"), "op", Shape::Text),
        (key("responseObject"), "status.token", Shape::Text),
    ] {
        check(&origin, way, &[expected]);
    }
}

#[test]
fn lists_have_the_shape_of_their_elements() {
    for way in ["ports.hostPort", "ports.0.hostPort", "ports.*.hostPort"] {
        check(&Origin::Container, way, &[Shape::Int]);
    }
    check(&Origin::Object, "metadata.labels.*", &[Shape::Text]);
}

#[test]
fn what_is_no_key_has_no_shape() {
    check(&Origin::PodSpec, "hostPid", &[]);
    check(&Origin::PodSpec, "hostPID.x", &[]);
    check(&Origin::Object, "spec.myOwnField", &[]);
    check(&Origin::PodSpec, "containers.$patch", &[Shape::Any]);
    assert_eq!(Shapes::at(&Origin::Key("user".into())), None);
}

#[test]
fn metadata_and_containers_are_the_same_everywhere() {
    for (origin, way, exact) in [
        (Origin::PodSpec, "", true),
        (Origin::PodSpec, "securityContext", true),
        (Origin::Object, "", false),
        (Origin::Object, "metadata", true),
        (Origin::Object, "metadata.labels", true),
        (Origin::Object, "spec", false),
        (Origin::Object, "spec.template.spec", false),
        (Origin::Object, "spec.containers.securityContext", true),
        (Origin::Object, "items.metadata", true),
        (Origin::Object, "rules", true),
        (Origin::Object, "subjects", true),
        (Origin::Object, "spec.rules", false),
    ] {
        assert_eq!(at(&origin, way).is_exact(), exact, "{origin} {way}");
    }
}

#[test]
fn custom_resources_have_keys_of_their_own_at_crossroads() {
    for (way, expected) in [
        ("", true),
        ("spec", true),
        ("status", true),
        ("spec.template", false),
        ("metadata", false),
    ] {
        let shapes = at(&Origin::Object, way);
        assert_eq!(shapes.is_crossroads(), expected, "{way}");
    }
}
