//! systemd takes our units, and they are as closed as they claim.

use std::{fs, os::unix::fs::MetadataExt, process::Command};

use rustix::process::geteuid;

use super::{PROGRAM, has, packaged, said};
use crate::tool::{self, Folder};

const NAMES: [&str; 4] = [
    "kaudit-filter@.service",
    "kaudit-filter-failed@.service",
    "kaudit-filter-report.service",
    "kaudit-filter-report.timer",
];

/// Drop-ins that a package installs for an instance, or an administrator.
const FORBIDDEN: &str = "kaudit-filter@forbidden.service";

/// A folder of our units as they would be installed, with the program under
/// test in place of the installed one.
struct Units(Folder);

impl Units {
    fn new(drop_ins: &[&str]) -> Units {
        let folder = Folder::new();
        for name in NAMES {
            let text = packaged(&format!("systemd/{name}"));
            let text = text.replace("/usr/bin/kaudit-filter", PROGRAM);
            folder.file(name, text);
        }
        let drop_in = format!("{FORBIDDEN}.d");
        fs::create_dir(folder.path(&drop_in)).unwrap();
        for name in drop_ins {
            let text = packaged(&format!("systemd/{name}"));
            folder.file(&format!("{drop_in}/{name}"), text);
        }
        Units(folder)
    }

    /// Asks systemd-analyze about a unit.
    fn analyze(&self, verb: &[&str], unit: &str) -> (bool, String) {
        let mut command = Command::new("systemd-analyze");
        command.args(verb).arg(unit);
        // The colon: beside the units of the system.
        let path = format!("{}:", self.0.path(""));
        said(command.env("SYSTEMD_UNIT_PATH", path))
    }

    /// Returns how exposed a unit is, from 0 to 10.
    #[track_caller]
    fn exposure(&self, unit: &str) -> f64 {
        let verb = ["security", "--offline=true", "--no-pager"];
        let (_, text) = self.analyze(&verb, unit);
        let score = text
            .lines()
            .find_map(|line| line.split_once("exposure level for "))
            .and_then(|(_, rest)| rest.split_once(": "))
            .and_then(|(_, rest)| rest.split_whitespace().next());
        let score = score.unwrap_or_else(|| panic!("no score in {text}"));
        score.parse().unwrap()
    }
}

#[test]
fn systemd_finds_nothing_wrong_with_our_units() {
    if !has("systemd-analyze", "verifying units") {
        return;
    }
    let units = Units::new(&["forbidden.conf", "network.conf"]);
    for unit in [
        FORBIDDEN,
        "kaudit-filter@denied.service",
        "kaudit-filter-failed@kaudit-filter@denied.service.service",
        "kaudit-filter-report.timer",
        "kaudit-filter-report.service",
    ] {
        let verb = ["verify", "--man=no", "--recursive-errors=no"];
        let found = units.analyze(&verb, unit);
        assert_eq!(found, (true, String::new()), "{unit}");
    }
}

#[test]
fn a_pipeline_runs_with_almost_nothing_open() {
    if !has("systemd-analyze", "how exposed units are") {
        return;
    }
    for (drop_ins, most) in [
        (&[][..], 1.0),
        (&["forbidden.conf"], 1.0),
        (&["network.conf"], 1.7),
        (&["forbidden.conf", "network.conf"], 1.7),
    ] {
        let score = Units::new(drop_ins).exposure(FORBIDDEN);
        // No score at all would be a way to fail to look.
        let is_closed = 0.0 < score && score <= most;
        assert!(is_closed, "{drop_ins:?}: {score}, not {most}");
    }
    let units = Units::new(&[]);
    let score = units.exposure("kaudit-filter-report.service");
    assert!(score <= 6.5, "the report: {score}");
}

/// What brings NoNewPrivileges along in a unit with User=, as systemd.exec
/// says: then a mailer's set-id bits mean nothing, and it cannot deliver.
const SEALS: [&str; 18] = [
    "DynamicUser",
    "LockPersonality",
    "MemoryDenyWriteExecute",
    "NoNewPrivileges",
    "PrivateDevices",
    "ProtectClock",
    "ProtectHostname",
    "ProtectKernelLogs",
    "ProtectKernelModules",
    "ProtectKernelTunables",
    "RestrictAddressFamilies",
    "RestrictNamespaces",
    "RestrictRealtime",
    "RestrictSUIDSGID",
    "SystemCallArchitectures",
    "SystemCallFilter",
    "SystemCallLog",
    "PrivateUsers",
];

#[test]
fn the_report_lets_a_mailer_be_another_user() {
    let unit = packaged("systemd/kaudit-filter-report.service");
    for line in unit.lines() {
        let key = line.split('=').next().unwrap();
        assert!(!SEALS.contains(&key), "{line}");
    }
    // The service itself has them nearly all: the list is not of words that
    // nobody writes.
    let unit = packaged("systemd/kaudit-filter@.service");
    let has = |seal: &&&str| unit.contains(&format!("\n{seal}="));
    assert!(SEALS.iter().filter(has).count() >= 14);
}

#[test]
fn what_a_restart_cannot_mend_is_told_and_not_tried_again() {
    let unit = packaged("systemd/kaudit-filter@.service");
    for line in [
        "RestartPreventExitStatus=2 78",
        "Restart=always",
        "OnFailure=kaudit-filter-failed@%n.service",
        "ExecStartPre=/usr/bin/kaudit-filter check -p %i",
        "Type=notify",
        "WatchdogSec=30",
        "LogRateLimitIntervalSec=0",
    ] {
        assert!(unit.lines().any(|found| found == line), "{line}");
    }
}

#[test]
fn the_user_and_the_folder_are_made() {
    let makes = "making the user and the folder of services";
    if !has("systemd-sysusers", makes) || !has("systemd-tmpfiles", makes) {
        return;
    }
    if !geteuid().is_root() {
        return tool::skip("not root: making the user and the folder");
    }
    let folder = Folder::new();
    fs::create_dir(folder.path("etc")).unwrap();
    let root = format!("--root={}", folder.path(""));
    let users = packaged("sysusers.d/kaudit-filter.conf");
    let users = folder.file("users.conf", users);
    let folders = packaged("tmpfiles.d/kaudit-filter.conf");
    let folders = folder.file("folders.conf", folders);
    for (program, args) in [
        ("systemd-sysusers", vec![&root, &users]),
        ("systemd-tmpfiles", vec![&root, &"--create".into(), &folders]),
    ] {
        let (fine, text) = said(Command::new(program).args(args));
        assert!(fine, "{program}: {text}");
    }
    let users = fs::read_to_string(folder.path("etc/passwd")).unwrap();
    let user = users.lines().find(|user| user.starts_with("kaudit-filter:"));
    assert!(user.unwrap().ends_with("nologin"), "{users}");
    let state = fs::metadata(folder.path("var/lib/kaudit-filter")).unwrap();
    assert_eq!(state.mode() & 0o7777, 0o700);
    assert!(state.uid() > 0, "it is the user's");
}
