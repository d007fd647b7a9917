//! What is found in manifests.

use super::*;

const GOOD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
spec:
  containers:
  - name: kube-apiserver
    command:
    - kube-apiserver
    - --audit-policy-file=/etc/kubernetes/audit/policy.yaml
    - --audit-log-path=/var/log/kubernetes/audit/audit.log
    - --audit-log-maxage=30
    - --audit-log-maxbackup=10
    - --audit-log-maxsize=100
    volumeMounts:
    - mountPath: /etc/kubernetes/audit
      name: audit
      readOnly: true
    - mountPath: /var/log/kubernetes/audit/
      name: audit-log
      readOnly: false
  volumes:
  - name: audit
    hostPath:
      path: /etc/kubernetes/audit
      type: Directory
  - name: audit-log
    hostPath:
      path: /var/log/kubernetes/audit
      type: DirectoryOrCreate
";

fn found(text: &str, minor: Option<u32>) -> Vec<Finding> {
    let version = minor.map(|minor| Version { minor });
    lint_manifest(text, version, Some("audit/policy.yaml")).unwrap()
}

/// Checks what is found if one text stands in place of another, and where.
#[track_caller]
fn check(from: &str, to: &str, lint: Lint, place: &str) {
    assert!(GOOD.contains(from), "{from}");
    let text = GOOD.replacen(from, to, 1);
    let found = found(&text, Some(36));
    let is_it =
        |it: &Finding| it.lint == lint && &text[it.span.clone()] == place;
    assert!(found.iter().any(is_it), "{to}\n{found:#?}");
}

#[test]
fn a_good_manifest_is_clean() {
    assert_eq!(found(GOOD, None), []);
}

#[test]
fn flags_are_checked() {
    let maxsize = "--audit-log-maxsize=100";
    for (to, lint) in [
        ("--audit-log-maxsize=0", Lint::Rotation),
        ("--audit-log-maxsize=100M", Lint::BadFlag),
        ("--audit-log-max-size=100", Lint::BadFlag),
        ("--audit-log-mode=batch", Lint::LogMode),
        ("--audit-log-mode=fast", Lint::BadFlag),
        ("--audit-log-format=legacy", Lint::LogFormat),
        ("--audit-webhook-mode=quick", Lint::BadFlag),
        (
            "--audit-webhook-config-file=/etc/kubernetes/audit/w",
            Lint::Untruncated,
        ),
        ("--audit-webhook-config-file=/w", Lint::NotMounted),
    ] {
        check(maxsize, to, lint, to);
    }
    let twice = "--audit-log-maxage=30";
    check("--audit-log-maxsize=100", twice, Lint::RepeatedFlag, twice);
    let policy = "--audit-policy-file=/etc/kubernetes/audit/policy.yaml";
    let place = "name: kube-apiserver";
    check(policy, "--v=2", Lint::NoPolicyFlag, place);
    let log = "--audit-log-path=/var/log/kubernetes/audit/audit.log";
    check(log, "--v=2", Lint::NoBackend, place);
}

#[test]
fn values_of_flags_are_of_their_type() {
    for (flag, bad, good) in [
        ("log-truncate-enabled", "yes", "True"),
        ("log-compress", "on", "f"),
        ("webhook-batch-throttle-enable", "2", "0"),
        ("log-batch-max-wait", "30", "1m30s"),
        ("log-batch-max-wait", "s", "1.5h"),
        ("webhook-initial-backoff", "10 s", "500ms"),
        ("webhook-batch-throttle-qps", "ten", "2.5"),
    ] {
        let from = "--audit-log-maxsize=100";
        let to = format!("--audit-{flag}={bad}");
        check(from, &to, Lint::BadFlag, &to);
        let good = format!("--audit-{flag}={good}");
        assert_eq!(found(&GOOD.replacen(from, &good, 1), None), []);
    }
}

#[test]
fn an_empty_path_is_none() {
    let from = "=/etc/kubernetes/audit/policy.yaml";
    let found = found(&GOOD.replacen(from, "=", 1), None);
    let lints: Vec<_> = found.iter().map(|it| it.lint).collect();
    assert_eq!(lints, [Lint::NoPolicyFlag]);
}

#[test]
fn a_folder_of_which_one_file_is_mounted_is_of_the_right_type() {
    let mount = "mountPath: /etc/kubernetes/audit\n";
    let part = "mountPath: /etc/kubernetes/audit/policy.yaml\n      \
                subPath: policy.yaml\n";
    let text = GOOD.replacen(mount, part, 1);
    assert_eq!(found(&text, None), []);
    let whole = text.replacen("      subPath: policy.yaml\n", "", 1);
    let lints: Vec<_> = found(&whole, None).iter().map(|it| it.lint).collect();
    assert!(lints.contains(&Lint::HostPathType), "{lints:?}");
}

#[test]
fn a_path_that_is_mounted_under_another_name_is_found() {
    let from = "--audit-policy-file=/etc/kubernetes/audit/policy.yaml";
    let to = "--audit-policy-file=/etc/audit/policy.yaml";
    check(from, to, Lint::NotMounted, to);
    let text =
        GOOD.replace("mountPath: /etc/kubernetes/audit", "mountPath: /audit");
    let found = found(&text, Some(36));
    let first = &found[0];
    assert_eq!(first.lint, Lint::NotMounted);
    let help = "`audit` is mounted as `/audit`: write \
                --audit-policy-file=/audit/policy.yaml";
    assert_eq!(first.help, [help]);
    let log = "--audit-log-path=/var/log/kubernetes/audit/audit.log";
    check(
        log,
        "--audit-log-path=/tmp/a",
        Lint::NotMounted,
        "--audit-log-path=/tmp/a",
    );
}

#[test]
fn a_file_that_is_mounted_under_another_name_is_found() {
    let mount = "mountPath: /etc/kubernetes/audit\n";
    let text = GOOD.replace(mount, "mountPath: /etc/policy.yaml\n");
    let host = "path: /etc/kubernetes/audit\n      type: Directory";
    let file = "path: /etc/kubernetes/audit/policy.yaml\n      type: File";
    let text = text.replace(host, file);
    let first = &found(&text, Some(36))[0];
    assert_eq!(first.lint, Lint::NotMounted);
    let help = "`audit` is mounted as `/etc/policy.yaml`: write \
                --audit-policy-file=/etc/policy.yaml";
    assert_eq!(first.help, [help]);
    let path = "/etc/kubernetes/audit/policy.yaml\n    - --audit-log-path";
    let right = "/etc/policy.yaml\n    - --audit-log-path";
    assert_eq!(found(&text.replace(path, right), Some(36)), []);
}

#[test]
fn mounts_and_volumes_are_checked() {
    let log = "/var/log/kubernetes/audit/";
    check("readOnly: false", "readOnly: true", Lint::ReadOnlyLog, log);
    check(
        "name: audit-log\n      readOnly",
        "name: none\n      readOnly",
        Lint::NotMounted,
        log,
    );
    check(
        "readOnly: true",
        "readOnly: false",
        Lint::WritablePolicy,
        "/etc/kubernetes/audit",
    );
    check("type: Directory\n", "type: File\n", Lint::HostPathType, "File");
    check(
        "type: Directory\n",
        "type: DirectoryOrCreate\n",
        Lint::HostPathType,
        "DirectoryOrCreate",
    );
    check("type: DirectoryOrCreate", "type: File", Lint::HostPathType, "File");
    let one = "/var/log/kubernetes/audit/\n";
    check(
        one,
        "/var/log/kubernetes/audit/audit.log\n",
        Lint::HostPathType,
        "DirectoryOrCreate",
    );
    let host = "path: /etc/kubernetes/audit\n";
    let other = "path: /etc/kubernetes/audit\n      # \n";
    assert_eq!(found(&GOOD.replace(host, other), None), []);
    let from = "audit/policy.yaml";
    let flag = "--audit-policy-file=/etc/kubernetes/audit/p.yaml";
    check(from, "audit/p.yaml", Lint::OtherFile, flag);
}

#[test]
fn rotation_depends_on_the_version() {
    let text = GOOD.replace("    - --audit-log-maxage=30\n", "");
    let text = text.replace("    - --audit-log-maxbackup=10\n", "");
    let rotation = |minor| {
        let found = found(&text, minor);
        found.iter().filter(|it| it.lint == Lint::Rotation).count()
    };
    assert_eq!(rotation(Some(36)), 0);
    assert_eq!(rotation(Some(35)), 1);
    assert_eq!(rotation(None), 1);
}

#[test]
fn what_is_no_manifest_is_said() {
    let found = found("kind: Pod\nspec: {}\n", None);
    assert_eq!(found[0].lint, Lint::NoApiserver);
    assert!(lint_manifest("a: [", None, None).is_err());
    for text in ["", "[]", "a", "spec: 1", "spec: {containers: [1]}"] {
        assert_eq!(
            lint_manifest(text, None, None).unwrap().len(),
            1,
            "{text}"
        );
    }
}
