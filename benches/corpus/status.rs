//! Turns outcomes into codes and into the Status of a failure.

use super::{
    event::Request,
    kinds::{Outcome, Run, Verb},
    objects::Scope,
    pen::Pen,
};

/// Returns the code of a response.
pub(crate) fn code(request: &Request) -> u16 {
    match request.outcome {
        Outcome::Success => success(request),
        Outcome::Unauthenticated => 401,
        Outcome::Denied | Outcome::Rejected => 403,
        Outcome::Missing => 404,
        Outcome::Conflict | Outcome::Exists => 409,
        Outcome::Invalid => 422,
        Outcome::Broken => 500,
    }
}

/// Returns the code of a success.
fn success(request: &Request) -> u16 {
    let kind = request.kind;
    match (kind.run, kind.subresource, kind.verb) {
        (Run::Session, "log", _) => 200,
        (Run::Session, _, _) => 101,
        (_, _, Verb::Create) => 201,
        _ => 200,
    }
}

/// Returns how a failing request fails; `dice` is any number.
pub(crate) fn failure(verb: Verb, dice: u64) -> Outcome {
    use Outcome::*;
    let ways: &[Outcome] = match verb {
        Verb::Get => &[Missing, Missing, Missing, Denied, Unauthenticated],
        Verb::List | Verb::Watch => &[Denied, Denied, Unauthenticated],
        Verb::Create => &[Exists, Exists, Invalid, Denied, Broken],
        Verb::Update => &[Conflict, Conflict, Conflict, Denied, Broken],
        Verb::Patch => &[Missing, Conflict, Invalid, Broken],
        Verb::Delete | Verb::DeleteCollection => &[Missing, Denied],
    };
    ways[dice as usize % ways.len()]
}

/// Writes the members of a failure's Status after its metadata.
pub(crate) fn members(pen: &mut Pen, request: &Request) {
    pen.write(r#""status":"Failure","message":""#);
    message(pen, request);
    pen.write(r#"","reason":""#);
    pen.write(reason(request.outcome));
    pen.write(r#"","#);
    details(pen, request);
    pen.write(r#""code":"#);
    super::text::decimal(pen.out, u64::from(code(request)));
    pen.write("}");
}

/// Returns the machine-readable reason.
fn reason(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Success => "",
        Outcome::Unauthenticated => "Unauthorized",
        Outcome::Denied | Outcome::Rejected => "Forbidden",
        Outcome::Missing => "NotFound",
        Outcome::Conflict => "Conflict",
        Outcome::Exists => "AlreadyExists",
        Outcome::Invalid => "Invalid",
        Outcome::Broken => "InternalError",
    }
}

/// Writes the sentence for people.
fn message(pen: &mut Pen, request: &Request) {
    match request.outcome {
        Outcome::Success => {}
        Outcome::Unauthenticated => pen.write("Unauthorized"),
        Outcome::Denied => denied(pen, request),
        Outcome::Rejected => {
            qualified(pen);
            pen.write(
                r#" \"~n\" is forbidden: violates PodSecurity
                ~ \"baseline:latest\": privileged (container \"shell\"
                ~ must not set securityContext.privileged=true)"#,
            );
        }
        Outcome::Missing => {
            qualified(pen);
            pen.write(r#" \"~n\" not found"#);
        }
        Outcome::Conflict => {
            pen.write("Operation cannot be fulfilled on ");
            qualified(pen);
            pen.write(r#" \"~n\": the object has been modified; please "#);
            pen.write("apply your changes to the latest version and ");
            pen.write("try again");
        }
        Outcome::Exists => {
            qualified(pen);
            pen.write(r#" \"~n\" already exists"#);
        }
        Outcome::Invalid => {
            pen.write(r#"~K \"~n\" is invalid: metadata.labels: "#);
            pen.write(INVALID);
        }
        Outcome::Broken => pen.write(BROKEN),
    }
}

const INVALID: &str = r#"Invalid value: \"a b \u0026 c\": a valid label"#;
const BROKEN: &str = r#"Internal error occurred: failed calling webhook \"check.policy.example.com\": failed to call webhook: Post \"https://policy.policy-system.svc:443/validate?timeout=10s\": context deadline exceeded"#;

/// Writes `deployments.apps`, the name of a resource in messages.
fn qualified(pen: &mut Pen) {
    let group = pen.object.resource.group;
    pen.write(if group.is_empty() { "~l" } else { "~l." });
    pen.write(group);
}

/// Writes what the authorizer says.
fn denied(pen: &mut Pen, request: &Request) {
    let kind = request.kind;
    if kind.resource.plural.is_empty() {
        pen.write("forbidden");
    } else {
        qualified(pen);
        pen.write(if kind.is_about_one() { r#" \"~n\""# } else { "" });
        pen.write(" is forbidden");
    }
    pen.write(r#": User \""#);
    pen.out.extend_from_slice(&request.actor.username);
    pen.write(r#"\" cannot "#);
    pen.write(request.verb());
    if kind.resource.plural.is_empty() {
        pen.write(r#" path \""#);
        pen.write(kind.path);
        pen.write(r#"\""#);
        return;
    }
    pen.write(r#" resource \"~l"#);
    pen.write(if kind.subresource.is_empty() { "" } else { "/" });
    pen.write(kind.subresource);
    pen.write(r#"\" in API group \""#);
    pen.write(kind.resource.group);
    pen.write(match (request.spans_namespace(), kind.resource.scope) {
        (true, Scope::Namespaced) => r#"\" in the namespace \"~s\""#,
        _ => r#"\" at the cluster scope"#,
    });
}

/// Writes the member `details`, the comma after it included.
fn details(pen: &mut Pen, request: &Request) {
    let kind = request.kind;
    match request.outcome {
        Outcome::Unauthenticated => return,
        Outcome::Broken => {
            pen.write(r#""details":{"causes":[{"message":""#);
            pen.write(BROKEN.trim_start_matches("Internal error occurred: "));
            return pen.write(r#""}]},"#);
        }
        _ => pen.write(r#""details":{"#),
    }
    let denied = request.outcome == Outcome::Denied;
    if kind.is_about_one() || !denied {
        pen.write(r#""name":"~n","#);
    }
    if !kind.resource.group.is_empty() {
        pen.write(r#""group":""#);
        pen.write(kind.resource.group);
        pen.write(r#"","#);
    }
    match request.outcome {
        Outcome::Invalid => {
            pen.write(r#""kind":"~K","causes":[{"#);
            pen.write(r#""reason":"FieldValueInvalid","message":""#);
            pen.write(INVALID);
            pen.write(r#"","field":"metadata.labels"}]},"#);
        }
        _ => pen.write(r#""kind":"~l"},"#),
    }
}
