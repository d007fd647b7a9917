//! Reads the files that expressions name: `list tor = from "tor.txt"`.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use crate::expr::Source;

/// How much is read of one file; the compiler takes a byte less.
const MOST: u64 = (16 << 20) + 1;

/// Returns what reads the files that `sources` name. A relative name counts
/// from the folder of the source; from the current one, if that is no file.
pub(super) fn loader<'s>(
    sources: &'s [Source<'_>],
) -> impl FnMut(&str, usize) -> Result<String, String> + 's {
    |file, at| {
        let source = sources.get(at).and_then(|source| source.name);
        let path = beside(source, file);
        let wrong = |why: String| format!("`{}`: {why}", path.display());
        let bytes = read(&path).map_err(|error| wrong(error.to_string()))?;
        String::from_utf8(bytes)
            .map_err(|_utf8| wrong("is not UTF-8".to_owned()))
    }
}

fn beside(source: Option<&str>, file: &str) -> PathBuf {
    let folder = source.and_then(|source| Path::new(source).parent());
    folder.map_or_else(|| file.into(), |folder| folder.join(file))
}

/// Reads a file, of a very long one more than any of us takes.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST).read_to_end(&mut bytes)?;
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
            assert_eq!(beside(source, file), Path::new(expected));
        }
    }
}
