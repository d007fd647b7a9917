//! The files that the flags name, and how they come into the container.

use super::line::Flag;
use super::pod::{Mount, Pod, Source, Volume, clean};
use crate::policy::lint::{Finding, Lint, Weight};

/// Looks at the policy, the log, and the configuration of the webhook.
pub(super) fn check(
    pod: &Pod,
    policy: Option<&str>,
    found: &mut Vec<Finding>,
) {
    // A flag with nothing behind it is as if it was not given.
    let is_path = |flag: &&Flag| !flag.value.is_empty() && !flag.is_open();
    let given = |name: &str| pod.flag(name).filter(is_path);
    if let Some(flag) = given("audit-policy-file") {
        read(pod, flag, policy, found);
    }
    if let Some(flag) = given("audit-webhook-config-file") {
        read(pod, flag, None, found);
    }
    let log = given("audit-log-path");
    if let Some(flag) = log.filter(|flag| flag.value != "-") {
        write(pod, flag, found);
    }
}

/// Returns the mount that a path is in: the innermost.
fn mount<'p>(pod: &'p Pod, path: &str) -> Option<&'p Mount> {
    let inside = pod.mounts.iter().filter(|mount| is_in(path, &mount.path));
    inside.max_by_key(|mount| mount.path.len())
}

fn is_in(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder);
    folder == "/"
        || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn volume<'p>(pod: &'p Pod, mount: &Mount) -> Option<&'p Volume> {
    pod.volumes.iter().find(|volume| volume.name == mount.volume)
}

fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Returns that a path is in no mount, and which one was meant.
fn missing(pod: &Pod, flag: &Flag, then: &str) -> Finding {
    let path = &*flag.value;
    let message = format!("`{path}` is in no mount: {then}");
    let finding = Finding::new(Lint::NotMounted, flag.span.clone(), message);
    let is_like = |mount: &&Mount| {
        let host = match volume(pod, mount).map(|volume| &volume.source) {
            Some(Source::Host(host, _)) => host,
            Some(Source::Empty | Source::Other) | None => "",
        };
        let is_same = !host.is_empty() && is_in(path, host);
        is_same || base(&mount.path) == base(path)
    };
    match pod.mounts.iter().find(is_like) {
        Some(mount) => {
            let mounted = &mount.path;
            let is_file = base(mounted).contains('.');
            let meant = match is_file {
                true => mounted.clone(),
                false => format!("{mounted}/{}", base(path)),
            };
            finding.help(format!(
                "`{}` is mounted as `{mounted}`: write --{}={meant}",
                mount.volume, flag.name
            ))
        }
        None => finding.help("add a hostPath volume and a volumeMount for it"),
    }
}

/// Looks at the mount of a file that the apiserver reads.
fn read(
    pod: &Pod,
    flag: &Flag,
    policy: Option<&str>,
    found: &mut Vec<Finding>,
) {
    let path = &*clean(&flag.value);
    let Some(mount) = mount(pod, path) else {
        let then = "the apiserver does not find it, and does not start";
        let finding = missing(pod, flag, then);
        return found.push(Finding { weight: Weight::Error, ..finding });
    };
    let Some(volume) = volume(pod, mount) else {
        return no_volume(mount, found);
    };
    if !mount.is_read_only && policy.is_some() {
        let message = "the mount of the policy is not read-only";
        let span = mount.span.clone();
        let finding = Finding::note(Lint::WritablePolicy, span, message);
        found.push(finding.help("write `readOnly: true` below it"));
    }
    let Source::Host(host, kind) = &volume.source else {
        let message = "a static pod can read files of its host only";
        let span = volume.span.clone();
        let finding = Finding::new(Lint::HostPathType, span, message);
        return found.push(finding.help("make it a hostPath"));
    };
    // Of a part of a volume, the volume is the folder.
    let is_file = mount.path == path && mount.part.is_empty();
    let what = match &*flag.name {
        "audit-policy-file" => "policy",
        _ => "configuration",
    };
    file_type(volume, (what, kind), is_file, found);
    let rest = path.strip_prefix(&*mount.path).unwrap_or_default();
    let part = match &*mount.part {
        "" => String::new(),
        part => format!("/{part}"),
    };
    let real = format!("{host}{part}{rest}");
    if let Some(policy) = policy
        && base(policy) != base(&real)
    {
        let message = format!("the apiserver reads `{real}` of its host");
        let span = flag.span.clone();
        let finding = Finding::note(Lint::OtherFile, span, message);
        found.push(finding.help(format!("`{policy}` was checked")));
    }
}

fn no_volume(mount: &Mount, found: &mut Vec<Finding>) {
    let message = format!("there is no volume `{}`", mount.volume);
    let span = mount.span.clone();
    let finding = Finding::error(Lint::NotMounted, span, message);
    found.push(finding.help("name it below `volumes`"));
}

/// Looks at the type of a volume that holds a file, or is one.
fn file_type(
    volume: &Volume,
    (what, kind): (&str, &str),
    is_file: bool,
    found: &mut Vec<Finding>,
) {
    let span = volume.span.clone();
    let wrong = |message: String, help: &str| {
        let span = span.clone();
        Finding::new(Lint::HostPathType, span, message).help(help)
    };
    match (kind, is_file) {
        ("DirectoryOrCreate" | "Directory", true) => found.push(wrong(
            format!("the {what} is mounted as a folder"),
            "write `type: File`",
        )),
        ("File" | "FileOrCreate", false) => found.push(wrong(
            format!("the folder of the {what} is mounted as a file"),
            "write `type: Directory`",
        )),
        ("FileOrCreate", true) => found.push(wrong(
            format!(
                "a missing {what} becomes an empty file, with which the \
                 apiserver does not start"
            ),
            "write `type: File`: then the pod says what is missing",
        )),
        ("DirectoryOrCreate", false) => found.push(wrong(
            format!("a missing folder is made, without the {what} in it"),
            "write `type: Directory`: then the pod says what is missing",
        )),
        ("", true) => {
            let message = "without a type, a missing file becomes a folder";
            let finding = Finding::note(Lint::HostPathType, span, message);
            found.push(finding.help("write `type: File`"));
        }
        (_, _) => (),
    }
}

/// Looks at the mount of the log.
fn write(pod: &Pod, flag: &Flag, found: &mut Vec<Finding>) {
    let path = &*clean(&flag.value);
    let Some(mount) = mount(pod, path) else {
        let then = "the log is lost with the container";
        return found.push(missing(pod, flag, then));
    };
    let Some(volume) = volume(pod, mount) else {
        return no_volume(mount, found);
    };
    if mount.is_read_only {
        let message = "the log cannot be written: its mount is read-only";
        let span = mount.span.clone();
        let finding = Finding::error(Lint::ReadOnlyLog, span, message);
        found.push(finding.help("write `readOnly: false` below it"));
    }
    let span = volume.span.clone();
    let wrong = |message: &str, help: &str| {
        let span = span.clone();
        Finding::new(Lint::HostPathType, span, message).help(help)
    };
    match &volume.source {
        Source::Empty => found.push(wrong(
            "the log is lost with the pod",
            "make it a hostPath of `type: DirectoryOrCreate`",
        )),
        Source::Host(_, _) if mount.path == path => found.push(wrong(
            "the log is mounted by itself, so that it cannot be rotated",
            "mount its folder, with `type: DirectoryOrCreate`",
        )),
        Source::Host(_, kind)
            if ["File", "FileOrCreate"].contains(&&**kind) =>
        {
            found.push(wrong(
                "the folder of the log is mounted as a file",
                "write `type: DirectoryOrCreate`",
            ));
        }
        Source::Host(..) | Source::Other => (),
    }
}
