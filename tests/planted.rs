//! What another user has put where everybody may write is not written to.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, lchown, symlink},
};

use crate::tool::{Folder, event, run, skip};

/// A user that is not us.
const NOBODY: u32 = 65_534;

#[test]
fn a_link_that_another_user_has_planted_is_not_followed() {
    let folder = Folder::new();
    let log = folder.file("audit.log", event(403));
    let target = folder.file("target", "precious\n");
    let open = folder.path("open");
    fs::create_dir(&open).unwrap();
    let link = format!("{open}/out.log");
    symlink(&target, &link).unwrap();
    if lchown(&link, Some(NOBODY), None).is_err() {
        return skip("root, who can give a link to another user");
    }
    let to = format!("--to=file:{link}");
    for mode in [0o777, 0o1777] {
        fs::set_permissions(&open, Permissions::from_mode(mode)).unwrap();
        for args in [
            &[&*to, "true", &log],
            &["report", "--to", &link, &log] as &[&str],
        ] {
            let ran = run(args, "");
            assert_eq!(ran.code, Some(74), "{}", ran.err);
            assert!(ran.err.contains("another user"), "{}", ran.err);
        }
        assert_eq!(fs::read(&target).unwrap(), b"precious\n");
    }
    // One that we have made ourselves is.
    lchown(&link, Some(rustix::process::geteuid().as_raw()), None).unwrap();
    run(&[&*to, "true", &log], "").check(0, "");
    let kept = fs::read_to_string(&target).unwrap();
    assert_eq!(kept, format!("precious\n{}", event(403)));
}
