//! Records through TLS: who is believed, and what is said otherwise.

use std::fs;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName,
    DnType, IsCa, KeyPair, date_time_ymd,
};

use super::{
    drive::{deliver, numbered, numbers, open, refusal, settle, write},
    rsyslog::Rsyslog,
};
use crate::tool::{self, Folder};

/// Somebody who signs certificates.
struct Authority {
    folder: Folder,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// When a certificate is good.
#[derive(Clone, Copy)]
enum Good {
    Now,
    Formerly,
}

impl Authority {
    fn new(name: &str) -> Authority {
        let folder = Folder::new();
        let mut params = CertificateParams::new([]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let issuer = CertifiedIssuer::self_signed(params, key).unwrap();
        folder.file("ca.pem", issuer.pem());
        Authority { folder, issuer }
    }

    fn ca(&self) -> String {
        self.folder.path("ca.pem")
    }

    /// Signs a certificate; returns the options that name it and its key.
    fn sign(&self, name: &str, good: Good) -> [String; 2] {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        if let Good::Formerly = good {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        [
            self.folder.file(&format!("{name}.pem"), certificate.pem()),
            self.folder.file(&format!("{name}.key"), key.serialize_pem()),
        ]
    }

    /// Starts a daemon that has such a certificate.
    fn rsyslog(&self, name: &str, good: Good, mode: &str) -> Option<Rsyslog> {
        if !has_tls() {
            return None;
        }
        let [cert, key] = self.sign(name, good);
        let global = format!(
            "defaultNetstreamDriver=\"ossl\"
             defaultNetstreamDriverCAFile=\"{}\"
             defaultNetstreamDriverCertFile=\"{cert}\"
             defaultNetstreamDriverKeyFile=\"{key}\"",
            self.ca()
        );
        let tcp = format!(
            "streamDriver.name=\"ossl\" streamDriver.mode=\"1\"
             streamDriver.authMode=\"{mode}\""
        );
        Rsyslog::with(&global, &tcp)
    }
}

/// Returns whether rsyslogd speaks TLS here.
fn has_tls() -> bool {
    let folders = fs::read_dir("/usr/lib").unwrap();
    let has_driver = folders
        .flatten()
        .any(|folder| folder.path().join("rsyslog/lmnsd_ossl.so").exists());
    let required = tool::wants("KAUDIT_FILTER_REQUIRE_ALL", "1");
    assert!(has_driver || !required, "rsyslog-openssl is missing");
    if !has_driver {
        tool::skip("syslog through TLS; rsyslog-openssl is missing");
    }
    has_driver
}

#[test]
fn messages_arrive_through_tls_also_after_a_restart() {
    let ours = Authority::new("ours");
    let server = ours.rsyslog("localhost", Good::Now, "x509/certvalid");
    let Some(mut rsyslog) = server else { return };
    let [cert, key] = ours.sign("client", Good::Now);
    let mut sink = open(&format!(
        "syslog+tls://localhost:{},ca={},cert={cert},key={key},\
         commit-lag=300ms",
        rsyslog.tcp,
        ours.ca()
    ));
    write(&mut sink, &numbered(0..2000));
    deliver(&mut sink);
    rsyslog.restart();
    settle(&mut sink);
    write(&mut sink, &numbered(2000..2010));
    deliver(&mut sink);
    settle(&mut sink);
    rsyslog.end();
    let found = numbers(&rsyslog.text());
    super::drive::check_order(&found, 2010);
}

#[test]
fn whom_we_do_not_believe_gets_nothing() {
    let (ours, others) = (Authority::new("ours"), Authority::new("others"));
    for (name, good, ca, expected) in [
        ("localhost", Good::Now, others.ca(), "is ca=FILE that of this"),
        ("elsewhere.example", Good::Now, ours.ca(), "not valid for name"),
        ("localhost", Good::Formerly, ours.ca(), "expired"),
    ] {
        let Some(mut rsyslog) = ours.rsyslog(name, good, "anon") else {
            return;
        };
        let mut sink =
            open(&format!("syslog+tls://localhost:{},ca={ca}", rsyslog.tcp));
        write(&mut sink, "secret text\n");
        let mut told = refusal(&mut sink);
        while told.contains("refused (os error") {
            told = refusal(&mut sink); // It has not begun to listen.
        }
        assert!(told.starts_with("localhost:"), "{told}");
        assert!(told.contains(expected), "{told}");
        rsyslog.end();
        assert!(!rsyslog.text().contains("secret text"));
    }
}

#[test]
fn who_is_not_believed_hears_why() {
    let ours = Authority::new("ours");
    let server = ours.rsyslog("localhost", Good::Now, "x509/certvalid");
    let Some(rsyslog) = server else { return };
    let mut sink = open(&format!(
        "syslog+tls://localhost:{},ca={}",
        rsyslog.tcp,
        ours.ca()
    ));
    write(&mut sink, "text\n");
    let mut told = refusal(&mut sink);
    while told.contains("refused (os error") {
        told = refusal(&mut sink);
    }
    assert!(told.contains("cert=FILE"), "{told}");
}
