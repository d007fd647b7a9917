//! The output rotates itself, and its follower is killed.

use std::{fs, io::Read, path::Path, thread, time::Duration};

use flate2::read::GzDecoder;

use super::{
    follower::Follower,
    oracle::check,
    site::{Site, no_gap},
    times,
};
use crate::{
    dice::Dice,
    tool::{command, run},
};

/// What is in each backup of a file and in it, oldest first. Where there is
/// a plain file, the compressed one is not finished.
fn found(output: &str) -> Vec<Vec<u8>> {
    let (stem, _) = output.rsplit_once('.').unwrap();
    let backup = format!("{stem}-");
    let folder = fs::read_dir(Path::new(output).parent().unwrap()).unwrap();
    let mut paths: Vec<_> = folder
        .map(|entry| entry.unwrap().path().to_str().unwrap().to_owned())
        .filter(|path| path.starts_with(&backup))
        .collect();
    paths.sort();
    paths.push(output.to_owned());
    let mut all = Vec::new();
    for path in &paths {
        let bytes = fs::read(path).unwrap();
        match path.strip_suffix(".gz") {
            None => all.push(bytes),
            Some(plain) if paths.iter().any(|path| path == plain) => {}
            Some(_) => {
                let mut plain = Vec::new();
                GzDecoder::new(&bytes[..]).read_to_end(&mut plain).unwrap();
                all.push(plain);
            }
        }
    }
    all
}

/// What is in the files of values with commas, whose first line names them.
fn records(output: &str, header: &[u8]) -> Vec<u8> {
    let behind = |file: Vec<u8>| match file.strip_prefix(header) {
        Some(rest) => rest.to_vec(),
        None => panic!("no header: {}", file.escape_ascii()),
    };
    found(output).into_iter().flat_map(behind).collect()
}

#[test]
fn killed_at_any_moment_its_files_are_what_one_would_be() {
    let mut dice = Dice::new(31);
    let mut site = Site::new();
    let output = site.place.output();
    let csv = site.place.folder.path("table.csv");
    let size = "max-size=20K,compress";
    let to = [
        format!("--to=file:{output},{size}"),
        format!("--to=file:{csv},format=csv,{size}"),
    ];
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
    let expected = site.expected();
    check(&found(&output).concat(), &expected, &ran.err);
    let table = run(&["-o", "csv", "true"], expected).out;
    let end = table.iter().position(|byte| *byte == b'\n').unwrap();
    let (header, rows) = table.split_at(end + 1);
    check(&records(&csv, header), rows, &ran.err);
    let files = found(&csv).len();
    assert!(files > 2, "{files}");
    no_gap(&ran);
    assert!(site.place.length() <= 20 << 10);
}

fn start(site: &Site, [raw, csv]: &[String; 2], way: &str) -> Follower {
    Follower::start(command(&site.place.args(&[raw, csv, way])))
}
