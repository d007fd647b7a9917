//! The output rotates itself, and its follower is killed.

use std::{fs, io::Read, path::Path, thread, time::Duration};

use flate2::read::GzDecoder;

use super::{
    follower::Follower,
    oracle::check,
    site::{Site, no_gap},
    times,
};
use crate::{dice::Dice, tool::command};

/// What is in all backups and in the file, oldest first. Where there is a
/// plain file, the compressed one is not finished.
fn found(site: &Site) -> Vec<u8> {
    let output = site.place.output();
    let folder = fs::read_dir(Path::new(&output).parent().unwrap()).unwrap();
    let mut paths: Vec<_> = folder
        .map(|entry| entry.unwrap().path().to_str().unwrap().to_owned())
        .filter(|path| path.contains("/out-"))
        .collect();
    paths.sort();
    paths.push(output);
    let mut all = Vec::new();
    for path in &paths {
        let bytes = fs::read(path).unwrap();
        match path.strip_suffix(".gz") {
            None => all.extend(bytes),
            Some(plain) if paths.iter().any(|path| path == plain) => {}
            Some(_) => {
                GzDecoder::new(&bytes[..]).read_to_end(&mut all).unwrap();
            }
        }
    }
    all
}

#[test]
fn killed_at_any_moment_its_files_are_what_one_would_be() {
    let mut dice = Dice::new(31);
    let mut site = Site::new();
    let output = site.place.output();
    let to = format!("--to=file:{output},max-size=20K,compress");
    for _ in 0..times(15, 1_000) {
        let follower = start(&site, &to, "-F");
        for _ in 0..dice.below(8) {
            site.writer.events(dice.below(60));
            thread::sleep(Duration::from_micros(dice.below(20_000) as u64));
        }
        follower.kill();
    }
    let ran = start(&site, &to, "--new").end();
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    check(&found(&site), &site.expected(), &ran.err);
    no_gap(&ran);
    assert!(site.place.length() <= 20 << 10);
}

fn start(site: &Site, to: &str, way: &str) -> Follower {
    Follower::start(command(&site.place.args(&[to, way])))
}
