//! Takes the records of a batch apart.

use std::{mem, ops::ControlFlow};

use super::{
    choice::Choice,
    decode::Room,
    docker,
    document::{Documents, More},
    form::Form,
    layer::{Layers, Record, Take},
    piece::{Body, Piece},
    region::{Part, Region, Role},
};
use crate::{
    frame::{Amid, Line, Lines},
    scan::{Scanner, behind_blanks, value_end},
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
    /// How the next bytes begin.
    amid: [Amid; 2],
    /// What has arrived of a line of each stream.
    chains: [Chain; 2],
}

/// A line that comes in parts.
#[derive(Debug, Default)]
struct Chain {
    text: Room,
    lines: Vec<Line>,
    /// What is known of its beginning.
    amid: Amid,
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
            amid: Default::default(),
            chains: Default::default(),
        }
    }

    /// Says how the bytes begin that come next.
    pub fn begin(&mut self, amid: [Amid; 2]) -> &mut Unwrapper {
        self.amid = amid;
        self
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
            return leave(line, take);
        }
        let record = Record { batch: bytes, line, lines: 1, parts: &[] };
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
            let record = Record { batch: bytes, line, lines, parts: &[] };
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
        let mut region = Region::new(self.most, mem::take(&mut self.amid));
        for chain in &mut self.chains {
            chain.lines.clear();
            chain.text.clear();
        }
        let mut lines = Lines::new(bytes);
        for line in lines.by_ref() {
            if !region.has_room(line.end) {
                region.leave();
                self.end_chains(&region, bytes, take)?;
            }
            let text = &bytes[line.start..line.end];
            let part = self.form.part(self.scanner, text);
            match (region.enter(line, part), part) {
                (Role::Begun(amid), Some(part)) => {
                    self.chains[part.stream as usize].amid = amid;
                    self.join(text, line, part);
                }
                (Role::Joined, Some(part)) => self.join(text, line, part),
                (Role::First, Some(part)) => {
                    self.first(bytes, line, part, take)?;
                }
                (Role::Past, _) => leave(line, take)?,
                (Role::Alone, _) | (_, None) => {
                    self.line(bytes, line, take)?;
                }
            }
            self.end_chains(&region, bytes, take)?;
        }
        region.leave();
        self.end_chains(&region, bytes, take)?;
        ControlFlow::Continue(lines.trailing_nuls())
    }

    /// Adds a line to those of its stream in front.
    fn join(&mut self, text: &[u8], line: Line, part: Part) {
        let chain = &mut self.chains[part.stream as usize];
        append(self.form, self.scanner, text, part, &mut chain.text);
        chain.lines.push(line);
    }

    /// Takes a line that may be the end of another.
    fn first(
        &mut self,
        bytes: &[u8],
        line: Line,
        part: Part,
        take: &mut Take<'_>,
    ) -> ControlFlow<()> {
        let room = self.layers.joined();
        room.clear();
        let text = &bytes[line.start..line.end];
        append(self.form, self.scanner, text, part, room);
        match is_torn(self.scanner, room.text()) {
            true => leave(line, take),
            false => self.line(bytes, line, take),
        }
    }

    /// Gives out the lines that do not go on.
    #[inline]
    fn end_chains(
        &mut self,
        region: &Region,
        bytes: &[u8],
        take: &mut Take<'_>,
    ) -> ControlFlow<()> {
        let start = |chain: &Chain| chain.lines.first().map(|it| it.start);
        let [one, two] = [0, 1].map(|n| start(&self.chains[n]));
        if one.is_none() && two.is_none() {
            return ControlFlow::Continue(());
        }
        let first = usize::from(one > two);
        for n in [first, 1 - first] {
            if !region.goes_on(n) {
                self.end_chain(n, bytes, take)?;
            }
        }
        ControlFlow::Continue(())
    }

    fn end_chain(
        &mut self,
        n: usize,
        bytes: &[u8],
        take: &mut Take<'_>,
    ) -> ControlFlow<()> {
        let chain = &mut self.chains[n];
        let (Some(first), Some(last)) =
            (chain.lines.first(), chain.lines.last())
        else {
            return ControlFlow::Continue(());
        };
        let line = Line { end: last.end, next: last.next, ..*first };
        let whole = *first;
        let parts = mem::take(&mut chain.lines);
        let lines = parts.len() as u64;
        let amid = chain.amid;
        mem::swap(self.layers.joined(), &mut chain.text);
        chain.text.clear();
        let text = self.layers.joined().text();
        let flow = match amid {
            Amid::Unknown if is_torn(self.scanner, text) => {
                let body = Body::Slice(whole.start..whole.end);
                let (form, parts) = (Form::Event, &parts[..]);
                take(Piece { line, lines, parts, body, form })
            }
            Amid::Unknown | Amid::No | Amid::Yes => {
                let parts = &parts[..];
                let record = Record { batch: bytes, line, lines, parts };
                self.layers.open_joined(record, self.form, take)
            }
        };
        self.chains[n].lines = parts;
        self.chains[n].lines.clear();
        flow
    }
}

/// Appends what a part says.
fn append(
    form: Form,
    scanner: Scanner,
    line: &[u8],
    part: Part,
    room: &mut Room,
) {
    if form == Form::Docker {
        return docker::append(scanner, line, room);
    }
    // What has carriage returns has them behind each part.
    let text = &line[part.text..];
    room.push(text.strip_suffix(b"\r").unwrap_or(text));
}

/// Returns whether a text is the end of another one that was cut where a
/// value begins: then a bracket closes, or a member follows, that belongs to
/// what is not there. It is a client that wrote such a value.
fn is_torn(scanner: Scanner, text: &[u8]) -> bool {
    let start = behind_blanks(text, 0);
    if !matches!(text.get(start), Some(b'{' | b'[')) {
        return false;
    }
    let Ok(end) = value_end(scanner, text, start) else { return false };
    let behind = text.get(behind_blanks(text, end));
    behind.is_some_and(|byte| !matches!(byte, b'{' | b'['))
}

/// Leaves a line as it came.
fn leave(line: Line, take: &mut Take<'_>) -> ControlFlow<()> {
    let body = Body::Slice(line.start..line.end);
    let (lines, parts, form) = (1, &[][..], Form::Event);
    take(Piece { line, lines, parts, body, form })
}
