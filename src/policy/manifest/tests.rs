//! What is found in manifests.

use super::*;
use crate::policy::lint::Weight;

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

/// Checks the weight of what is found at a flag in place of another one.
#[track_caller]
fn weighs(flag: &str, more: &str, weight: Option<Weight>, minor: u32) {
    let from = "    - --audit-log-maxsize=100\n";
    let to = format!("    - {flag}\n{more}");
    let found = found(&GOOD.replacen(from, &to, 1), Some(minor));
    let mut bad = found.iter().filter(|it| it.lint == Lint::BadFlag);
    let heaviest = bad.by_ref().map(|it| it.weight).max();
    assert_eq!(heaviest, weight, "{flag} {more}\n{found:#?}");
}

#[test]
fn what_an_apiserver_checks_before_it_starts_is_an_error() {
    let (error, warning) = (Some(Weight::Error), Some(Weight::Warning));
    let batch = "    - --audit-log-mode=batch\n";
    let throttle = "    - --audit-log-mode=batch\n    \
                    - --audit-log-batch-throttle-enable\n";
    let large = "    - --audit-log-truncate-max-batch-size=20000000\n";
    for (flag, more, weight) in [
        ("--audit-log-maxage=-1", "", error),
        ("--audit-log-maxbackup=-1", "", error),
        ("--audit-log-maxsize=-1", "", error),
        ("--audit-log-version=v1", "", error),
        ("--audit-log-version=audit.k8s.io/v1beta1", "", error),
        ("--audit-log-version=audit.k8s.io/v1", "", None),
        ("--audit-log-truncate-max-event-size=0", "", error),
        ("--audit-log-truncate-max-event-size=20000000", "", error),
        ("--audit-log-truncate-max-event-size=20000000", large, None),
        ("--audit-log-truncate-max-batch-size=1000", "", error),
        ("--audit-log-batch-max-size=0", "", None),
        ("--audit-log-batch-max-size=0", batch, error),
        ("--audit-log-batch-max-size=20000", batch, None),
        ("--audit-log-batch-buffer-size=-5", batch, error),
        ("--audit-log-batch-throttle-qps=0", batch, None),
        ("--audit-log-batch-throttle-qps=0", throttle, error),
        ("--audit-log-batch-throttle-qps=0.5", throttle, None),
        ("--audit-log-batch-throttle-burst=0", throttle, error),
        // Without a webhook it does not look.
        ("--audit-webhook-mode=quick", "", warning),
        ("--audit-webhook-batch-buffer-size=0", "", warning),
        ("--audit-webhook-batch-buffer-size=x", "", error),
    ] {
        weighs(flag, more, weight, 36);
    }
    weighs("--audit-log-version=audit.k8s.io/v1beta1", "", None, 23);
    let webhook =
        "    - --audit-webhook-config-file=/etc/kubernetes/audit/w\n";
    weighs("--audit-webhook-batch-buffer-size=0", webhook, error, 36);
}

#[test]
fn words_are_flags_as_an_apiserver_reads_them() {
    let (error, none) = (Some(Weight::Error), None);
    for (flag, more, weight) in [
        ("--audit_log_maxsize=100", "", none),
        ("--audit_log_maxsise=100", "", error),
        ("--audit-log-maxsize", "    - '0x10'\n", none),
        ("--audit-log-maxsize", "    - --v=2\n", error),
        ("--audit-log-maxsize 100", "", error),
        ("--audit-log-maxsize=1_000", "", none),
        ("--audit-log-maxsize=", "", error),
        ("--audit-log-maxsize", "", error),
        ("--audit-log-compress", "", none),
        ("--audit-log-compress=", "", error),
        ("--audit-log-compress", "    - --v=2\n", none),
        ("--audit-log-compress", "    - 'true'\n", error),
        ("--audit-log-truncate-enabled", "    - 'true'\n", error),
        ("--v 2 --audit-x", "", none),
    ] {
        weighs(flag, more, weight, 36);
    }
    let path = "audit-policy-file=/etc/kubernetes/audit/policy.yaml";
    let under = GOOD.replacen(path, &path.replacen('-', "_", 2), 1);
    assert_eq!(found(&under, None), []);
    let apart = "--audit-log-truncate-enabled true";
    let line = format!(
        "    command: [sh, -c, 'exec kube-apiserver \\ \
         --{path} --audit-log-path=\"-\" {apart}']\n    volumeMounts:"
    );
    let begin = GOOD.find("    command:").unwrap();
    let end = GOOD.find("    volumeMounts:").unwrap() + 17;
    let text = format!("{}{line}{}", &GOOD[..begin], &GOOD[end..]);
    let found = found(&text, Some(36));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].help, ["write --audit-log-truncate-enabled=true"]);
}

#[test]
fn a_file_that_is_not_found_is_an_error_and_a_lost_log_is_not() {
    for (path, weight) in [
        ("--audit-policy-file=/etc/kubernetes/audit", Weight::Error),
        ("--audit-log-path=/var/log/kubernetes/audit", Weight::Warning),
    ] {
        let gone = path.replacen("kubernetes", "kube", 1);
        let found = found(&GOOD.replacen(path, &gone, 1), Some(36));
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(found[0].lint, Lint::NotMounted);
        assert_eq!(found[0].weight, weight);
    }
    let from = "--audit-log-maxsize=100";
    let config = "--audit-webhook-config-file=/w";
    let found = found(&GOOD.replacen(from, config, 1), Some(36));
    let is_it = |it: &Finding| {
        it.lint == Lint::NotMounted && it.weight == Weight::Error
    };
    assert!(found.iter().any(is_it), "{found:#?}");
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
fn the_container_is_found_by_its_name_first() {
    let other = "  - name: tail\n    args: [tail, -F, /log/kube-apiserver]\n";
    let container = "  - name: kube-apiserver\n";
    let text = GOOD.replace(container, &format!("{other}{container}"));
    assert_eq!(found(&text, None), []);
    let text = GOOD.replace("- name: kube-apiserver\n", "- name: api\n");
    assert_eq!(found(&text, None), []);
    let line = "- sh\n    - -c\n    - exec /bin/kube-apiserver\n";
    assert_eq!(found(&text.replace("- kube-apiserver\n", line), None), []);
    let line = "- |\n      kube-apiserver \\\n        -v=2 # --audit-x\n";
    assert_eq!(found(&text.replace("- kube-apiserver\n", line), None), []);
}

#[test]
fn paths_are_those_that_they_mean() {
    let path = "--audit-policy-file=/etc/kubernetes/audit/policy.yaml";
    for other in ["//etc/kubernetes//", "/etc/./kubernetes/x/../"] {
        let other = format!("--audit-policy-file={other}audit/policy.yaml");
        assert_eq!(found(&GOOD.replace(path, &other), None), [], "{other}");
    }
}

#[test]
fn what_stands_elsewhere_is_not_judged() {
    for (flag, value) in [
        ("policy-file", "$(POLICY)"),
        ("log-path", "${LOGS}/audit.log"),
        ("log-maxage", "$(AGE)"),
        ("log-mode", "$MODE"),
    ] {
        let flag = format!("--audit-{flag}={value}");
        let last = "    - --audit-log-maxsize=100\n";
        let text = GOOD.replace(last, &format!("{last}    - {flag}\n"));
        let found = found(&text, Some(36));
        let found = found.iter().filter(|it| it.lint != Lint::RepeatedFlag);
        let found: Vec<&Finding> = found.collect();
        assert_eq!(found.len(), 1, "{flag}: {found:?}");
        let Finding { lint, weight, .. } = found[0];
        assert_eq!((*lint, *weight), (Lint::NotLookedAt, Weight::Note));
    }
    let path = "--audit-policy-file=/etc/kubernetes/audit/policy.yaml";
    let text = GOOD.replace(path, "--openshift-config=/etc/config.yaml");
    let found = found(&text, Some(36));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].lint, Lint::NotLookedAt);
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
    let size = "--audit-log-maxsize=100";
    let hook = "--audit-webhook-config-file=/etc/kubernetes/audit/hook";
    let text = GOOD.replace(size, hook).replace("Directory\n", "File\n");
    let said = found(&text, Some(36));
    let told = |what| {
        let text = format!("the folder of the {what} is mounted as a file");
        said.iter().any(|finding| finding.message == text)
    };
    assert!(told("policy") && told("configuration"), "{said:?}");
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
