//! Fields that are computed from others.

use serde_json::{Map, Value};

use super::super::read;
use super::time;
use super::{follow, take_apart};

/// Returns the values of a computed field, or nothing for another name.
pub(crate) fn values(event: &Value, name: Option<&str>) -> Option<Vec<Value>> {
    Some(match name? {
        "path" => path(event).map(Value::from).into_iter().collect(),
        "query" => query(event).map(Value::from).into_iter().collect(),
        "cmd" => command(event).map(Value::from).into_iter().collect(),
        "latency" => latency(event).into_iter().collect(),
        "object" => objects(event),
        "podspec" => podspecs(event),
        "containers" => containers(event),
        "images" => below(&containers(event), "image"),
        "image-repos" => {
            let images = images(event).into_iter();
            images.map(|image| repository(&image).into()).collect()
        }
        "caps" => {
            below(&containers(event), "securityContext.capabilities.add")
        }
        "hostpaths" => below(&podspecs(event), "volumes.hostPath.path"),
        "rbac" => below(&objects(event), "rules[*]"),
        "subjects" => below(&objects(event), "subjects[*]"),
        "role" => below(&objects(event), "roleRef.name"),
        "patch" => {
            event["requestObject"].as_array().cloned().unwrap_or_default()
        }
        "actor" => actor(event).map(Value::from).into_iter().collect(),
        "sa-ns" => account(event).map(Value::from).into_iter().collect(),
        "res" => resource(event).map(Value::from).into_iter().collect(),
        _ => return None,
    })
}

fn uri(event: &Value) -> Option<&str> {
    event["requestURI"].as_str()
}

fn path(event: &Value) -> Option<String> {
    let path = uri(event)?.split('?').next()?;
    Some(decoded(path.as_bytes()))
}

/// Returns the parameters as a form has them: each with all its values.
fn query(event: &Value) -> Option<Map<String, Value>> {
    let (_, query) = uri(event)?.split_once('?')?;
    let mut all: Map<String, Value> = Map::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let [key, value] = [key, value]
            .map(|text| decoded(text.replace('+', " ").as_bytes()));
        let values = all.entry(key).or_insert_with(|| Value::Array(vec![]));
        values.as_array_mut()?.push(value.into());
    }
    Some(all).filter(|all| !all.is_empty())
}

/// Decodes `%XX`; what is no UTF-8 then becomes U+FFFD.
fn decoded(text: &[u8]) -> String {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| str::from_utf8(hex).ok());
        let hex = hex.filter(|hex| hex.chars().all(|c| c.is_ascii_hexdigit()));
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match byte.filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    let chunks = bytes.utf8_chunks().map(|chunk| match chunk.invalid() {
        [] => chunk.valid().to_owned(),
        [..] => format!("{}\u{fffd}", chunk.valid()),
    });
    chunks.collect()
}

fn command(event: &Value) -> Option<String> {
    let query = query(event)?;
    let words = query.get("command")?.as_array()?.iter();
    let words: Vec<&str> = words.filter_map(Value::as_str).collect();
    Some(words.join(" "))
}

/// Returns the nanoseconds between both times.
fn latency(event: &Value) -> Option<Value> {
    let from = time::instant(event["requestReceivedTimestamp"].as_str()?)?;
    let to = time::instant(event["stageTimestamp"].as_str()?)?;
    Some(Value::from(i64::try_from(to - from).ok()?))
}

/// Returns the bodies that are objects, but no Status that was answered.
fn objects(event: &Value) -> Vec<Value> {
    let (sent, answered) = (&event["requestObject"], &event["responseObject"]);
    let is_status = answered["kind"].as_str() == Some("Status");
    let bodies = [(sent, true), (answered, !is_status)];
    let own =
        bodies.into_iter().filter(|(body, own)| *own && body.is_object());
    own.map(|(body, _)| body.clone()).collect()
}

fn podspecs(event: &Value) -> Vec<Value> {
    let ways = [
        &["spec", "jobTemplate", "spec", "template", "spec"][..],
        &["spec", "template", "spec"],
        &["template", "spec"],
        &["spec"],
    ];
    let all = |object: Value| -> Vec<Value> {
        let found = ways.iter().map(|way| {
            way.iter().fold(&object, |value, key| match value {
                Value::Object(object) => {
                    object.get(*key).unwrap_or(&Value::Null)
                }
                _ => &Value::Null,
            })
        });
        let filled = |v: &&Value| v.as_object().is_some_and(|o| !o.is_empty());
        let mut all: Vec<Value> = found.filter(filled).cloned().collect();
        // A spec around a template is that of a pod only if it has containers.
        let itself = all.pop_if(|last| *last == object["spec"]);
        let keys = ["containers", "initContainers", "ephemeralContainers"];
        let has =
            |spec: &Value| keys.iter().any(|key| spec.get(key).is_some());
        let alone = all.is_empty();
        all.extend(itself.filter(|spec| alone || has(spec)));
        all
    };
    objects(event).into_iter().flat_map(all).collect()
}

fn containers(event: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    for spec in podspecs(event) {
        for key in ["containers", "initContainers", "ephemeralContainers"] {
            let list = spec[key].as_array().into_iter().flatten();
            all.extend(list.filter(|one| one.is_object()).cloned());
        }
    }
    all
}

/// Returns the images that are text.
fn images(event: &Value) -> Vec<String> {
    let mut leaves = Vec::new();
    for image in below(&containers(event), "image") {
        take_apart(image, &mut leaves);
    }
    let texts =
        leaves.into_iter().map(|leaf| leaf.as_str().map(str::to_owned));
    texts.flatten().collect()
}

/// Returns an image without its digest and tag.
fn repository(image: &str) -> String {
    let image = image.split('@').next().unwrap_or_default();
    let last = image.rfind('/').map_or(0, |slash| slash + 1);
    let tag = image[last..].find(':').map_or(image.len(), |at| last + at);
    image[..tag].to_owned()
}

/// Returns what stands at a path from each of these values.
fn below(values: &[Value], path: &str) -> Vec<Value> {
    let path = read::path(path);
    let mut nodes = Vec::new();
    values.iter().for_each(|value| follow(value, &path.parts, &mut nodes));
    nodes
}

/// Returns the first value at a path, if it is text that is not empty.
fn text(event: &Value, path: &str) -> Option<String> {
    let values = below(std::slice::from_ref(event), path);
    let text = values.first()?.as_str()?;
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

fn actor(event: &Value) -> Option<String> {
    text(event, "impersonatedUser.username")
        .or_else(|| text(event, "user.username"))
}

fn account(event: &Value) -> Option<String> {
    let user = text(event, "user.username")?;
    let (namespace, _) =
        user.strip_prefix("system:serviceaccount:")?.split_once(':')?;
    Some(namespace.to_owned()).filter(|namespace| !namespace.is_empty())
}

fn resource(event: &Value) -> Option<String> {
    let resource = text(event, "objectRef.resource")?;
    Some(match text(event, "objectRef.subresource") {
        Some(below) => format!("{resource}/{below}"),
        None => resource,
    })
}
