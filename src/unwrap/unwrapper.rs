//! Takes the records of a batch apart.

use std::ops::ControlFlow;

use super::{
    choice::Choice,
    decode::Room,
    docker,
    document::{Documents, More},
    form::Form,
    layer::{Layers, Record, Take},
    piece::{Body, Piece},
    region::{Part, Region},
};
use crate::{
    frame::{Line, Lines},
    scan::Scanner,
};

/// Takes the records of batches apart, reusing its memory.
///
/// ```
/// use std::ops::ControlFlow;
/// use kaudit_filter::{scan::Scanner, unwrap::{Choice, Form, Unwrapper}};
///
/// let log = br#"{"log":"{\"verb\":\"get\",\"auditID\":\"\"}\n"}"#;
/// let form = Form::detect(Scanner::best(), log);
/// let mut unwrapper =
///     Unwrapper::new(Scanner::best(), &Choice::Auto, form, 1 << 20);
/// let mut found = Vec::new();
/// let _ = unwrapper.each(log, &mut |piece| {
///     found.push((piece.form, piece.bytes(log).to_vec()));
///     ControlFlow::Continue(())
/// });
/// let event = br#"{"verb":"get","auditID":""}"#;
/// assert_eq!(found, [(Form::Log, event.to_vec())]);
/// ```
#[derive(Debug)]
pub struct Unwrapper {
    scanner: Scanner,
    /// What the records are, as far as several lines can be one.
    form: Form,
    /// Whether nothing is to be unwrapped.
    is_idle: bool,
    /// The longest record, in bytes.
    most: usize,
    layers: Layers,
    /// What has arrived of a line of each stream.
    chains: [Chain; 2],
}

/// A line that comes in parts.
#[derive(Debug, Default)]
struct Chain {
    text: Room,
    /// From the first line to the last one so far.
    line: Option<Line>,
    lines: u64,
}

impl Unwrapper {
    /// Makes one for an input of this form. Records longer than `most` bytes
    /// are not unwrapped.
    pub fn new(
        scanner: Scanner,
        choice: &Choice,
        form: Form,
        most: usize,
    ) -> Unwrapper {
        Unwrapper {
            scanner,
            form,
            is_idle: *choice == Choice::None,
            most,
            layers: Layers::new(scanner, choice),
            chains: Default::default(),
        }
    }

    /// Calls `take` with each piece of the records in `bytes`, in order,
    /// until it breaks. Otherwise returns how many NUL bytes the batch ends
    /// with that are no line.
    pub fn each(
        &mut self,
        bytes: &[u8],
        take: &mut Take<'_>,
    ) -> ControlFlow<(), usize> {
        match self.form {
            _ if self.is_idle => {}
            Form::Documents => return self.documents(bytes, take),
            _ if self.form.is_joined() => return self.regions(bytes, take),
            _ => {}
        }
        let mut lines = Lines::new(bytes);
        for line in lines.by_ref() {
            self.line(bytes, line, take)?;
        }
        ControlFlow::Continue(lines.trailing_nuls())
    }

    /// Calls `take` with each piece of a line of `bytes`, whatever the form
    /// of the input, until it breaks.
    pub fn line(
        &mut self,
        bytes: &[u8],
        line: Line,
        take: &mut Take<'_>,
    ) -> ControlFlow<()> {
        if self.is_idle || line.len() > self.most {
            let body = Body::Slice(line.start..line.end);
            return take(Piece { line, lines: 1, body, form: Form::Event });
        }
        let record = Record { batch: bytes, line, lines: 1 };
        let range = line.start..line.end;
        self.layers.open(record, range, Form::Event, take)
    }

    /// Takes documents apart.
    fn documents(
        &mut self,
        bytes: &[u8],
        take: &mut Take<'_>,
    ) -> ControlFlow<(), usize> {
        let mut documents = Documents::new(self.most);
        while let Some((line, lines)) = documents.next(bytes, More::Never) {
            let record = Record { batch: bytes, line, lines };
            let range = line.start..line.end;
            self.layers.open(record, range, Form::Documents, take)?;
        }
        ControlFlow::Continue(documents.rest(bytes).len())
    }

    /// Takes lines apart of which several may be one.
    fn regions(
        &mut self,
        bytes: &[u8],
        take: &mut Take<'_>,
    ) -> ControlFlow<(), usize> {
        let mut region = Region::new(self.most);
        let mut lines = Lines::new(bytes);
        for line in lines.by_ref() {
            if !region.has_room(line.end) {
                self.end_chains(bytes, take)?;
                region.leave();
            }
            let text = &bytes[line.start..line.end];
            let part = self.form.part(self.scanner, text);
            region.enter(line.start, part);
            self.part(bytes, line, part, take)?;
        }
        self.end_chains(bytes, take)?;
        ControlFlow::Continue(lines.trailing_nuls())
    }

    /// Takes a line that may be a part of one.
    fn part(
        &mut self,
        bytes: &[u8],
        line: Line,
        part: Option<Part>,
        take: &mut Take<'_>,
    ) -> ControlFlow<()> {
        let Some(Part { stream, text, goes_on }) = part else {
            return self.line(bytes, line, take);
        };
        let chain = &mut self.chains[stream as usize];
        if chain.line.is_none() && !goes_on {
            return self.line(bytes, line, take);
        }
        let part = &bytes[line.start..line.end];
        match self.form {
            Form::Docker => {
                docker::append(self.scanner, part, &mut chain.text)
            }
            // What has carriage returns has them behind each part.
            _ => {
                let text = &part[text..];
                chain.text.push(text.strip_suffix(b"\r").unwrap_or(text));
            }
        }
        chain.add(line);
        match goes_on {
            true => ControlFlow::Continue(()),
            false => self.end_chain(stream as usize, bytes, take),
        }
    }

    /// Gives out what has arrived of lines that do not go on.
    fn end_chains(
        &mut self,
        bytes: &[u8],
        take: &mut Take<'_>,
    ) -> ControlFlow<()> {
        let start = |chain: &Chain| chain.line.map(|line| line.start);
        let first =
            usize::from(start(&self.chains[0]) > start(&self.chains[1]));
        self.end_chain(first, bytes, take)?;
        self.end_chain(1 - first, bytes, take)
    }

    fn end_chain(
        &mut self,
        n: usize,
        bytes: &[u8],
        take: &mut Take<'_>,
    ) -> ControlFlow<()> {
        let chain = &mut self.chains[n];
        let Some(line) = chain.line.take() else {
            return ControlFlow::Continue(());
        };
        let lines = std::mem::take(&mut chain.lines);
        std::mem::swap(self.layers.joined(), &mut chain.text);
        chain.text.clear();
        let record = Record { batch: bytes, line, lines };
        self.layers.open_joined(record, self.form, take)
    }
}

impl Chain {
    fn add(&mut self, line: Line) {
        self.lines += 1;
        let begun = self.line.get_or_insert(line);
        (begun.end, begun.next) = (line.end, line.next);
    }
}
