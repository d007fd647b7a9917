//! Reads the files that expressions name: `list tor = from "tor.txt"`.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use crate::diag::Excerpt;
use crate::expr::{Purpose, Read, Remark, Source};
use crate::policy::{self, Problem, Version};

/// How much is read of one file; the compiler takes a byte less.
const MOST: u64 = (16 << 20) + 1;

/// Returns what reads the files that `sources` name. A relative name counts
/// from the folder of the source; of one that is no file, from `folder`, and
/// if there is none, from the current one.
pub(super) fn loader<'s>(
    sources: &'s [Source<'_>],
    folder: Option<&'s Path>,
) -> impl FnMut(&str, usize, Purpose) -> Result<Read, Remark> + 's {
    move |file, at, purpose| {
        let source = sources.get(at).and_then(|source| source.name);
        let path = beside(source, folder, file);
        let wrong =
            |why: String| Remark::from(format!("`{}`: {why}", path.display()));
        let bytes = read(&path).map_err(|error| wrong(error.to_string()))?;
        let text = String::from_utf8(bytes)
            .map_err(|_utf8| wrong("is not UTF-8".to_owned()))?;
        match purpose {
            Purpose::List => Ok(text.into()),
            Purpose::Policy => policy(text, &path),
        }
    }
}

fn beside(source: Option<&str>, folder: Option<&Path>, file: &str) -> PathBuf {
    let own = source.and_then(|source| Path::new(source).parent());
    own.or(folder).map_or_else(|| file.into(), |folder| folder.join(file))
}

/// Reads an audit policy: one that no apiserver would start with is refused,
/// and what it would ignore is told.
fn policy(text: String, path: &Path) -> Result<Read, Remark> {
    let name = path.display().to_string();
    let excerpt = |found: &Problem| Excerpt::new(&name, &text, &found.span);
    let remark = |found: &Problem| Remark {
        message: found.message.clone(),
        cause: Some(Box::new(excerpt(found))),
        help: found.help.clone(),
    };
    match policy::load(&text, Version::NEWEST) {
        Ok(loaded) => {
            let remarks = loaded.warnings.iter().map(remark).collect();
            Ok(Read { remarks, text })
        }
        Err(problems) => {
            let first = problems.first().map(remark).unwrap_or_default();
            Err(refusal(first, problems.len().saturating_sub(1)))
        }
    }
}

/// Returns why a policy is refused, and that there is more.
fn refusal(first: Remark, more: usize) -> Remark {
    let message = format!("no audit policy: {}", first.message);
    match more {
        0 => Remark { message, ..first },
        more => {
            let mut help = first.help;
            help.push("`kaudit-filter policy check` shows all".to_owned());
            let message = format!("{message}, and {more} more");
            Remark { message, help, ..first }
        }
    }
}

/// Reads a file, of a very long one more than any of us takes.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    all(File::open(path)?)
}

/// Reads to the end, as [`read`] does.
pub(super) fn all(from: impl io::Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(MOST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_from_the_folder_of_its_source() {
        for (source, file, expected) in [
            (None, "a", "a"),
            (None, "/a", "/a"),
            (Some("x.kaf"), "a", "a"),
            (Some("rules/x.kaf"), "a", "rules/a"),
            (Some("rules/x.kaf"), "../a", "rules/../a"),
            (Some("/etc/x.kaf"), "/a", "/a"),
        ] {
            assert_eq!(beside(source, None, file), Path::new(expected));
        }
        let folder = Some(Path::new("/etc"));
        assert_eq!(beside(None, folder, "a"), Path::new("/etc/a"));
        assert_eq!(beside(Some("x/y"), folder, "a"), Path::new("x/a"));
    }
}
