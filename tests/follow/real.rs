//! The log of a real cluster is rotated as it was.

use std::{env, fs, io::Read, path::Path};

use flate2::read::GzDecoder;

use super::{
    mill::{Form, Habits},
    place::BOTH,
    site::{Site, no_gap},
};
use crate::tool::skip;

/// Returns the generations of the real log, oldest first; none without the
/// data folder.
fn generations() -> Option<Vec<Vec<u8>>> {
    let folder = env::var_os("KAUDIT_FILTER_DATA")?;
    let folder = Path::new(&folder).join("events/cluster-rotated");
    let entries = fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = entries.map(|e| e.unwrap().path()).collect();
    // `audit-TIME.log.gz` sorts in front of `audit.log`.
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let bytes = fs::read(path).unwrap();
        let mut text = Vec::new();
        match path.extension().is_some_and(|form| form == "gz") {
            true => drop(GzDecoder::new(&bytes[..]).read_to_end(&mut text)),
            false => text = bytes,
        }
        text
    };
    Some(paths.iter().map(read).collect())
}

#[test]
fn the_log_of_a_real_cluster_is_followed_through_its_rotations() {
    let Some(generations) = generations() else {
        return skip("the log of a real cluster");
    };
    assert!(generations.len() > 1);
    for news in BOTH {
        let mut site = Site::with(news);
        site.writer.habits = Habits { backups: 3, form: Form::Gzip };
        let mut follower = site.place.follow();
        follower.until_open(&site.place.log());
        for (number, text) in generations.iter().enumerate() {
            if number > 0 {
                site.writer.rotate();
            }
            for line in text.split_inclusive(|&byte| byte == b'\n') {
                site.writer.put(line);
                site.writer.mill();
            }
            site.until_caught_up(&mut follower);
            if number % 3 == 2 {
                follower.kill();
                follower = site.place.follow();
            }
        }
        no_gap(&site.finish(follower));
    }
}
