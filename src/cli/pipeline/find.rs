//! Turns the NAME of a pipeline, or its FILE, into its text.

use std::{
    env,
    path::{Path, PathBuf},
};

use super::super::{exit::Complaint, load};
use crate::diag;

/// Where administrators keep theirs.
const SYSTEM: &str = "/etc/kaudit-filter/pipelines";

/// Those that are always there.
const BUILTIN: [(&str, &str); 8] = [
    ("anonymous", include_str!("../../../pipelines/anonymous.toml")),
    ("denied", include_str!("../../../pipelines/denied.toml")),
    ("detect", include_str!("../../../pipelines/detect.toml")),
    ("exec", include_str!("../../../pipelines/exec.toml")),
    ("forbidden", include_str!("../../../pipelines/forbidden.toml")),
    ("rbac-changes", include_str!("../../../pipelines/rbac-changes.toml")),
    ("secrets", include_str!("../../../pipelines/secrets.toml")),
    ("slim", include_str!("../../../pipelines/slim.toml")),
];

/// The names of those that are always there.
pub(in crate::cli) fn names() -> impl Iterator<Item = &'static str> {
    BUILTIN.iter().map(|(name, _)| *name)
}

/// The text of a pipeline.
#[derive(Debug)]
pub(in crate::cli) struct Found {
    /// What to call it.
    pub origin: String,
    pub text: String,
    /// Where names of files count from, if it is in a folder.
    pub folder: Option<PathBuf>,
}

/// Returns whether `name` is that of a file, and none to look up.
fn is_file(name: &Path) -> bool {
    let has_folder = name.as_os_str().as_encoded_bytes().contains(&b'/');
    has_folder || name.extension().is_some_and(|end| end == "toml")
}

/// Looks for a pipeline: a file, or a name in the user's folder, that of the
/// administrator, and among the built-in ones.
pub(in crate::cli) fn find(name: &Path) -> Result<Found, Complaint> {
    if is_file(name) {
        return read(name.to_owned());
    }
    let folders = user().into_iter().chain([PathBuf::from(SYSTEM)]);
    for folder in folders {
        let mut file = name.as_os_str().to_owned();
        file.push(".toml");
        let path = folder.join(file);
        if path.exists() {
            return read(path);
        }
    }
    let built_in = BUILTIN.iter().find(|(known, _)| name == Path::new(known));
    match built_in {
        Some((known, text)) => Ok(Found {
            origin: format!("built-in {known}.toml"),
            text: (*text).to_owned(),
            folder: None,
        }),
        None => Err(unknown(name)),
    }
}

/// The folder of a user's own pipelines.
fn user() -> Option<PathBuf> {
    let set = |name| {
        let path = PathBuf::from(env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let config = set("XDG_CONFIG_HOME")
        .or_else(|| Some(set("HOME")?.join(".config")))?;
    Some(config.join("kaudit-filter/pipelines"))
}

fn read(path: PathBuf) -> Result<Found, Complaint> {
    let bytes = load::read(&path)
        .map_err(|error| Complaint::NoPipeline(path.clone(), error))?;
    let origin = path.to_string_lossy().into_owned();
    let Ok(text) = String::from_utf8(bytes) else {
        let shown = path.display();
        return Err(Complaint::config(format!("{shown}: is not UTF-8")));
    };
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    };
    let folder = path.parent().map(Path::to_owned);
    Ok(Found { origin, text, folder })
}

fn unknown(name: &Path) -> Complaint {
    let name = name.to_string_lossy();
    let help = match diag::nearest(&name, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let known: Vec<_> = names().collect();
            format!("built in are {}; a file is ./{name}", known.join(", "))
        }
    };
    Complaint::config(format!("no pipeline `{name}`; {help}"))
}
