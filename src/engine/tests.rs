//! Any cut of the input, any number of threads: the same lines, the same
//! numbers. The model is a loop over lines.

use std::{
    cell::RefCell,
    fs::{self, File},
    io::{self, IoSlice, Write},
    os::fd::AsRawFd,
    path::PathBuf,
    rc::Rc,
    sync::{Arc, atomic},
    thread,
    time::Duration,
};

use proptest::prelude::*;

use super::*;
use crate::{
    frame::leading_nuls,
    pipeline::{Pipeline, Reading, Verdict},
    sink::Sink,
    source::{Name, Stop, Watch},
    unwrap::Choice,
};

const MAX_LINE: usize = 300;

/// What a run wrote and counted.
#[derive(Debug, Default, PartialEq)]
struct Came {
    kept: Vec<u8>,
    aside: Vec<u8>,
    tally: Tally,
    /// Line numbers and offsets of the flaws that were told.
    flaws: Vec<(u64, u64)>,
}

#[derive(Clone, Default)]
struct Memory(Rc<RefCell<Vec<u8>>>);

impl Sink for Memory {
    fn write(&mut self, parts: &mut [IoSlice<'_>]) -> io::Result<()> {
        for part in parts {
            self.0.borrow_mut().extend_from_slice(part);
        }
        Ok(())
    }
}

fn rules(threads: usize) -> Rules {
    Rules {
        reading: Reading::default(),
        glued: Glued::Leave,
        on_invalid: OnInvalid::SetAside,
        max_line: MAX_LINE,
        wanted: Wanted::Lines,
        threads: Threads::Exactly(threads),
        max_groups: 1000,
    }
}

fn come(inputs: &[Name], threads: usize) -> Came {
    come_by(inputs, None, threads)
}

/// The same, of streams that are merged.
fn come_by(
    inputs: &[Name],
    streams: Option<&[Vec<usize>]>,
    threads: usize,
) -> Came {
    let pipeline = Pipeline::compile("code>=400").unwrap();
    let (kept, aside) = (Memory::default(), Memory::default());
    let mut outlets = vec![
        Outlet::only("kept", Box::new(kept.clone())),
        Outlet::new("aside", Flow::Aside, Box::new(aside.clone())),
    ];
    let stop = Arc::new(Stop::new().unwrap());
    let job = Job {
        routes: &[Route::only(pipeline)],
        forms: &[Form::Verbatim],
        rules: rules(threads),
        choice: &Choice::Auto,
        inputs,
        streams,
        watch: Watch { stop, output: None },
    };
    let mut flaws = Vec::new();
    let summary = run(&job, &mut outlets, &mut |note| match note {
        Note::Flawed { line, offset, .. } => flaws.push((line, offset)),
        Note::Went { .. } => {}
        other => panic!("{other:?}"),
    });
    assert!(summary.failure.is_none() && summary.not_opened == 0);
    let (kept, aside) = (kept.0.take(), aside.0.take());
    // A line that is cut may be the begin of a document, if it is the only
    // one: the model knows lines, and no wrappings.
    let tally = Tally { forms: Forms::default(), ..summary.tally };
    Came { kept, aside, tally, flaws }
}

/// The definition of what shall come.
fn model(text: &[u8]) -> Came {
    let pipeline = Pipeline::compile("code>=400").unwrap();
    let mut judge = pipeline.judge(Reading::default());
    let mut came = Came::default();
    let mut told = [0; 3];
    let mut offset = 0;
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let nuls = leading_nuls(line);
        let start = offset + nuls;
        offset += line.len();
        came.tally.bytes += line.len() as u64;
        came.tally.nuls += nuls as u64;
        let body = line[nuls..].strip_suffix(b"\n").unwrap_or(&line[nuls..]);
        if nuls == line.len() {
            continue;
        }
        came.tally.read += 1;
        let mut whole = body.to_vec();
        whole.push(b'\n');
        if body.len() > MAX_LINE {
            came.tally.oversize += 1;
            came.tally.set_aside += 1;
            came.aside.extend(whole);
            came.tell(&mut told[2], start);
            continue;
        }
        let mut edited = Vec::new();
        let judgement = judge.judge(body, &mut edited);
        came.tally.events += u64::from(judgement.event);
        if let Some(defect) = judgement.defect {
            came.tally.defective += 1;
            came.tell(&mut told[0], start + defect.at);
        }
        match judgement.verdict {
            Verdict::Keep => {
                came.tally.kept += 1;
                came.kept.extend(whole);
            }
            Verdict::Changed => panic!("nothing is edited here"),
            Verdict::Skip => came.tally.skipped += 1,
            Verdict::Unknown => {
                came.tally.unknown += 1;
                came.tally.set_aside += 1;
                came.aside.extend(whole);
            }
            Verdict::Foreign => {
                came.tally.foreign += 1;
                came.tally.set_aside += 1;
                came.aside.extend(whole);
                came.tell(&mut told[1], start);
            }
        }
    }
    came
}

impl Came {
    fn tell(&mut self, told: &mut u64, offset: usize) {
        *told += 1;
        if *told <= note::TOLD {
            self.flaws.push((self.tally.read, offset as u64));
        }
    }
}

/// A file that is removed when it is done with.
struct Scratch(PathBuf);

impl Scratch {
    fn new(text: &[u8]) -> Scratch {
        static NEXT: atomic::AtomicU64 = atomic::AtomicU64::new(0);
        let number = NEXT.fetch_add(1, atomic::Ordering::Relaxed);
        let name = format!("kaudit-filter-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::write(&path, text).unwrap();
        Scratch(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_file(&self.0).unwrap();
    }
}

fn from_file(text: &[u8], threads: usize) -> Came {
    let file = Scratch::new(text);
    come(&[Name::Path(file.0.clone())], threads)
}

/// Writes `text` into a pipe, cut at `cuts`, while a run reads it.
fn from_pipe(text: &[u8], cuts: &[usize], threads: usize) -> Came {
    let (read, write) = rustix::pipe::pipe().unwrap();
    let path = format!("/proc/self/fd/{}", read.as_raw_fd());
    let mut cuts: Vec<_> =
        cuts.iter().map(|cut| cut % (text.len() + 1)).collect();
    cuts.extend([0, text.len()]);
    cuts.sort_unstable();
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut write = File::from(write);
            for cut in cuts.windows(2) {
                write.write_all(&text[cut[0]..cut[1]]).unwrap();
                thread::sleep(Duration::from_micros((cut[0] % 3) as u64 * 50));
            }
        });
        come(&[Name::Path(path.into())], threads)
    })
}

fn event(code: usize, pad: usize) -> Vec<u8> {
    format!(
        r#"{{"kind":"Event","level":"Metadata","verb":"get","responseStatus":{{"code":{code}}},"pad":"{}"}}"#,
        "x".repeat(pad)
    )
    .into_bytes()
}

fn line() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => (0..60usize).prop_map(|pad| event(403, pad)),
        4 => (0..60usize).prop_map(|pad| event(200, pad)),
        1 => (150..230usize).prop_map(|pad| event(404, pad)),
        1 => (0..85usize).prop_map(|cut| event(500, 0)[..cut].to_vec()),
        1 => (0..40usize).prop_map(|nuls| {
            [vec![0; nuls * nuls], event(409, 3)].concat()
        }),
        1 => (MAX_LINE - 2..2 * MAX_LINE).prop_map(|size| vec![b'y'; size]),
        1 => Just(b"I1121 10:00:00 klog\r".to_vec()),
        1 => Just(Vec::new()),
        1 => Just(b"[1,2]".to_vec()),
    ]
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let lines = proptest::collection::vec(line(), 0..40);
    (lines, any::<bool>()).prop_map(|(lines, is_ended)| {
        let mut text = lines.join(&b'\n');
        if is_ended && !text.is_empty() {
            text.push(b'\n');
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_file_gives_what_the_model_says(
        text in text(),
        threads in 1..9usize,
    ) {
        let expected = model(&text);
        prop_assert!(expected.tally.is_balanced());
        prop_assert_eq!(from_file(&text, threads), expected);
    }

    #[test]
    fn a_pipe_gives_what_the_model_says(
        text in text(),
        cuts in proptest::collection::vec(0..9999usize, 0..30),
        threads in 1..9usize,
    ) {
        prop_assert_eq!(from_pipe(&text, &cuts, threads), model(&text));
    }
}

/// Gives each event a time, mostly a later one than the event before has.
fn timed(text: &[u8]) -> Vec<u8> {
    let head = br#"{"kind":"Event","level":"Metadata","#;
    let lines = text.split(|&byte| byte == b'\n').enumerate();
    let lines = lines.map(|(n, line)| {
        let Some(rest) = line.strip_prefix(head) else { return line.to_vec() };
        let time = format!("1970-01-01T00:00:{:02}Z", (n + n % 5 * 3) % 60);
        let start = format!(r#"{{"kind":"Event","stageTimestamp":"{time}","#);
        [start.as_bytes(), rest].concat()
    });
    lines.collect::<Vec<_>>().join(&b'\n')
}

/// Returns what the model says of two texts, one after the other, without
/// their order.
fn sum_of_models(texts: [&[u8]; 2]) -> Came {
    let [mut one, two] = texts.map(model);
    one.kept.extend(two.kept);
    one.aside.extend(two.aside);
    one.tally += two.tally;
    one.flaws.extend(two.flaws);
    one.without_order()
}

impl Came {
    fn without_order(mut self) -> Came {
        for lines in [&mut self.kept, &mut self.aside] {
            let mut all: Vec<_> =
                lines.split_inclusive(|&byte| byte == b'\n').collect();
            all.sort_unstable();
            *lines = all.concat();
        }
        self.flaws.sort_unstable();
        self
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_merge_leaves_the_lines_of_each_stream_as_the_model_says(
        texts in (text(), text()),
    ) {
        let texts = [timed(&texts.0), timed(&texts.1)];
        let files = texts.each_ref().map(|text| Scratch::new(text));
        let names = files.each_ref().map(|file| Name::Path(file.0.clone()));
        for (number, text) in texts.iter().enumerate() {
            let came = come_by(&names, Some(&[vec![number]]), 1);
            prop_assert_eq!(came, model(text));
        }
        let expected = sum_of_models(texts.each_ref().map(|text| &text[..]));
        let both = come_by(&names, Some(&[vec![0], vec![1]]), 1);
        // Only so many are told, of both.
        let most = note::TOLD as usize;
        if expected.flaws.len() <= most {
            prop_assert_eq!(both.without_order(), expected);
        } else {
            let flaws = Vec::new();
            let both = Came { flaws: flaws.clone(), ..both.without_order() };
            prop_assert_eq!(both, Came { flaws, ..expected });
        }
    }
}

#[test]
fn several_inputs_are_read_in_order() {
    let texts = [event(403, 1), event(404, 100), event(409, 2)];
    let files = texts.clone().map(|text| Scratch::new(&text));
    let names = files.each_ref().map(|file| Name::Path(file.0.clone()));
    let mut expected = texts.join(&b'\n');
    expected.push(b'\n');
    assert_eq!(come(&names, 2).kept, expected);
}

#[test]
fn lines_at_the_ends_of_chunks_are_neither_lost_nor_doubled() {
    for first in 200..330 {
        let mut text = vec![b'z'; first];
        text.push(b'\n');
        for _ in 0..5 {
            text.extend(event(403, first % 7));
            text.push(b'\n');
        }
        for threads in [1, 2] {
            assert_eq!(from_file(&text, threads), model(&text), "{first}");
        }
    }
}
