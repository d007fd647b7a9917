//! `kaudit-filter policy explain`.

use std::{
    io::{self, BufRead},
    path::PathBuf,
};

use super::{
    super::{
        exit::{Complaint, Exit},
        show,
        voice::Voice,
    },
    file::{self, Policy},
    version,
};
use crate::{
    diag::{escape, visible},
    event::{Event, Identity, Roots},
    expr::plan::POLICY_READS,
    policy::{
        Answer, Asker, Attributes, Decision, Facts, Level, Mismatch, Reader,
        Request, Rule, Stage, Version, line_of,
    },
    scan::Scanner,
};

/// What was typed behind `policy explain`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The policy; `-` is standard input, if there is a REQUEST
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// A method and a URI [default: events on standard input]
    #[arg(value_name = "REQUEST")]
    request: Option<String>,

    /// Who asks [default: nobody, as where authentication fails]
    #[arg(long, value_name = "NAME", requires = "request")]
    user: Option<String>,

    /// A group of the user (repeatable), beside those that an apiserver adds
    #[arg(long, value_name = "NAME", requires = "user")]
    group: Vec<String>,

    /// The version of the apiserver [default: the newest that is known]
    #[arg(long, value_name = "1.N", value_parser = version)]
    kubernetes: Option<Version>,
}

/// Runs the command.
pub(super) fn run(args: &Args, voice: &mut Voice) -> Result<Exit, Complaint> {
    let version = args.kubernetes.unwrap_or_default();
    if args.request.is_none() && file::is_stdin(&args.file) {
        return Err(Complaint::usage(
            "standard input cannot have both the policy and the events: give \
             a REQUEST, or the policy as a file",
        ));
    }
    let policies = file::read(&[&args.file], version, voice)?;
    let Some(policy) = policies.first() else { return Ok(Exit::Usage) };
    let Some(request) = &args.request else { return events(policy, voice) };
    let Some((method, uri)) = request.split_once(' ') else {
        return Err(Complaint::usage(
            "REQUEST is a method and a URI: 'GET /api/v1/pods'",
        ));
    };
    if !uri.starts_with('/') {
        return Err(Complaint::usage("the URI of REQUEST begins with a /"));
    }
    let uri = uri.trim();
    if uri.contains(' ') {
        return Err(Complaint::usage(
            "the URI of REQUEST has no blanks: write %20",
        ));
    }
    let groups = groups(args.user.as_deref().unwrap_or_default(), &args.group);
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    let user = args.user.as_deref().map(|name| (name, &groups[..]));
    let method = method.to_ascii_uppercase();
    let facts = Facts::of_request(&method, uri, user);
    show::print(&explained(policy, &facts.attributes()))?;
    Ok(Exit::Ran)
}

/// Returns the groups of a user: those that are given, and those that an
/// apiserver puts each user into who authenticates.
fn groups(user: &str, given: &[String]) -> Vec<String> {
    let mut groups = given.to_vec();
    let mut add = |group: String| {
        if !groups.contains(&group) {
            groups.push(group);
        }
    };
    let account = user.strip_prefix("system:serviceaccount:");
    if let Some((namespace, _)) = account.and_then(|it| it.split_once(':')) {
        add("system:serviceaccounts".to_owned());
        add(format!("system:serviceaccounts:{namespace}"));
    }
    match user {
        "system:anonymous" => add("system:unauthenticated".to_owned()),
        _ => add("system:authenticated".to_owned()),
    }
    groups
}

/// Explains the events on standard input.
fn events(policy: &Policy, voice: &mut Voice) -> Result<Exit, Complaint> {
    let keys: Vec<Box<str>> = POLICY_READS.map(Into::into).into();
    let roots = Roots::new(&keys, None);
    let reader = Reader::new(&keys);
    let (mut exit, mut seen) = (Exit::Ran, 0_u64);
    let mut facts = Facts::default();
    for (number, line) in io::stdin().lock().split(b'\n').enumerate() {
        let line = line.map_err(Complaint::Start)?;
        let start = crate::event::start(&line);
        let Some(start) = start.filter(|_| line.len() < Event::MOST) else {
            continue;
        };
        let mut event = Event::new(Scanner::best(), &line, start, &roots);
        if event.identity() != Identity::Event {
            continue;
        }
        if seen > 0 {
            show::print("\n")?;
        }
        seen += 1;
        if reader.read(&mut event, &mut facts).is_err() {
            voice.say(format!("line {}: the event breaks", number + 1));
            exit = exit.worst(Exit::Data);
            continue;
        }
        show::print(&explained(policy, &facts.attributes()))?;
    }
    if seen == 0 {
        exit = Exit::Data;
        voice.say("no audit event on standard input");
    }
    Ok(exit)
}

/// Returns which rule decides, and why those before it do not.
fn explained(policy: &Policy, attributes: &Attributes<'_>) -> String {
    let mut text = asked(attributes);
    let rules = &policy.loaded.policy.rules;
    let why = policy.loaded.policy.why(attributes);
    for (at, (rule, answer)) in rules.iter().zip(&why).enumerate() {
        let line = line_of(&policy.text, rule.span.start);
        let place = format!("  rule {:<3} line {line:<4}", at + 1);
        match answer {
            Answer::Matches => {
                text.push_str(&format!("{place} decides\n"));
                let decision = policy.loaded.policy.decision(Some(at));
                return text + &decided(&decision, attributes);
            }
            Answer::Doubtful(doubt) => {
                text.push_str(&format!("{place} cannot be told: {doubt}\n"));
                return text;
            }
            Answer::Fails(mismatch) => {
                let why = mismatched(*mismatch, rule, attributes);
                let why = escape(why.as_bytes()).into_owned();
                text.push_str(&format!("{place} no: {why}\n"));
            }
        }
    }
    text.push_str("  no rule is for it\n");
    text + &decided(&policy.loaded.policy.decision(None), attributes)
}

/// Returns what an apiserver sees of a request.
fn asked(attributes: &Attributes<'_>) -> String {
    let user = match &attributes.user {
        Asker::Unknown => "an unknown user".to_owned(),
        Asker::Nobody => "nobody (not authenticated)".to_owned(),
        Asker::Somebody(user) if user.groups.is_empty() => {
            user.name.to_owned()
        }
        Asker::Somebody(user) => {
            format!("{} of {}", user.name, user.groups.join(", "))
        }
    };
    let what = match &attributes.request {
        Request::Unknown => "something unknown".to_owned(),
        Request::Path(path) => format!("the path {path}"),
        Request::Resource(target) => {
            let mut what = target.resource.to_owned();
            if !target.subresource.is_empty() {
                what.push_str(&format!("/{}", target.subresource));
            }
            what.push_str(match target.group {
                "" => " of the core group",
                _ => " of ",
            });
            what.push_str(target.group);
            for (value, word) in
                [(target.name, "name"), (target.namespace, "namespace")]
            {
                if !value.is_empty() {
                    what.push_str(&format!(", {word} {value}"));
                }
            }
            what
        }
    };
    let verb = match attributes.verb {
        None => "unknown verb",
        Some("") => "no verb",
        Some(verb) => verb,
    };
    let line = format!("{verb}: {what}; by {user}");
    format!("{}\n", escape(line.as_bytes()))
}

/// Returns why a rule does not match.
fn mismatched(
    mismatch: Mismatch,
    rule: &Rule,
    attributes: &Attributes<'_>,
) -> String {
    let list = |list: &crate::policy::List| {
        let shown: Vec<&str> = list.iter().take(6).map(visible).collect();
        let more = if list.items.len() > 6 { ", ..." } else { "" };
        format!("{}{more}", shown.join(", "))
    };
    let user = attributes.user.as_ref().known();
    let name = user.map_or("", |user| user.name);
    let verb = attributes.verb.unwrap_or_default();
    match mismatch {
        Mismatch::Nobody => "it asks for users, and there is none".to_owned(),
        Mismatch::User => {
            format!("the user {name} is none of {}", list(&rule.users))
        }
        Mismatch::UserGroup => {
            format!("the user is in none of {}", list(&rule.user_groups))
        }
        Mismatch::Verb => {
            format!("the verb {verb} is none of {}", list(&rule.verbs))
        }
        Mismatch::NoResource => "it is for resources only".to_owned(),
        Mismatch::NoPath => "it is for paths only".to_owned(),
        Mismatch::Namespace => {
            format!("the namespace is none of {}", list(&rule.namespaces))
        }
        Mismatch::Group => "the API group is none of its".to_owned(),
        Mismatch::Resource => "the resource is none of its".to_owned(),
        Mismatch::Name => "the name is none of its resourceNames".to_owned(),
        Mismatch::Path => {
            format!("the path is none of {}", list(&rule.non_resource_urls))
        }
    }
}

/// Returns what is recorded.
fn decided(decision: &Decision, attributes: &Attributes<'_>) -> String {
    let level = decision.level;
    let mut text = format!("  level     {}\n", level.word());
    if level == Level::None {
        return text + "  recorded  nothing\n";
    }
    let stages = Stage::ALL.into_iter();
    let kept = stages.filter(|it| !decision.omit_stages.contains(*it));
    let kept: Vec<&str> = kept.map(Stage::word).collect();
    let kept = match &kept[..] {
        [] => "none: nothing is recorded".to_owned(),
        kept => kept.join(", "),
    };
    text.push_str(&format!("  stages    {kept}\n"));
    let bodies = bodies(level, attributes);
    let fields = match decision.omit_managed_fields {
        true if bodies.starts_with("what") => ", without managedFields",
        true | false => "",
    };
    text + &format!("  bodies    {bodies}{fields}\n")
}

/// Subresources that are streams: no body of them is ever recorded.
const STREAMS: [&str; 5] = ["attach", "exec", "log", "portforward", "proxy"];

/// Verbs of requests that send something.
const WRITES: [&str; 5] =
    ["create", "update", "patch", "delete", "deletecollection"];

/// Returns which bodies a level records of a request.
fn bodies(level: Level, attributes: &Attributes<'_>) -> &'static str {
    let verb = attributes.verb.unwrap_or_default();
    let is_stream = match &attributes.request {
        Request::Resource(target) => STREAMS.contains(&target.subresource),
        Request::Unknown | Request::Path(_) => false,
    };
    let is_path = matches!(attributes.request, Request::Path(_));
    let sends = WRITES.contains(&verb) && !is_path;
    match level {
        Level::None | Level::Metadata => "none",
        _ if is_stream || ["watch", "proxy"].contains(&verb) => {
            "none, as it is a stream"
        }
        Level::Request if sends => "what is sent",
        Level::Request => "none, as nothing is sent",
        Level::RequestResponse if sends => "what is sent and what is answered",
        Level::RequestResponse => "what is answered",
    }
}
