//! Says where records end in an input that is read bit by bit.

use super::{
    document::{Documents, More},
    form::Form,
    region::Region,
};
use crate::{
    frame::{Amid, Line, Lines, whole_lines},
    scan::Scanner,
};

/// Where records end, asked from front to back.
///
/// * Records that are longer than `most` bytes end at a line in front of
///   that.
///
/// ```
/// use kaudit_filter::{scan::Scanner, unwrap::{Cutter, Form}};
/// let mut cutter = Cutter::new(Scanner::best(), Form::Cri, 1000);
/// let part = b"2024-01-02T03:04:05Z stdout P {\"verb\":\n";
/// assert_eq!(cutter.whole(part), 0);
/// let whole = [part, &b"2024-01-02T03:04:05Z stdout F \"get\"}\n"[..]].concat();
/// assert_eq!(cutter.whole(&whole), whole.len());
/// cutter.take(whole.len());
/// assert_eq!(cutter.whole(b""), 0);
/// ```
#[derive(Clone, Debug)]
pub struct Cutter {
    scanner: Scanner,
    form: Form,
    /// How many bytes are whole records.
    whole: usize,
    /// Just past the last line looked at. `whole <= at`.
    at: usize,
    /// Bytes behind `at` in which there is no newline.
    bare: usize,
    /// How what follows the whole records begins.
    amid: [Amid; 2],
    region: Region,
    documents: Documents,
}

impl Cutter {
    /// Makes one for the beginning of an input, or for the line behind one
    /// that was too long.
    pub fn new(scanner: Scanner, form: Form, most: usize) -> Cutter {
        let amid = Default::default();
        let region = Region::new(most, amid);
        let documents = Documents::new(most);
        let (whole, at, bare) = (0, 0, 0);
        Cutter { scanner, form, whole, at, bare, amid, region, documents }
    }

    /// Has the bytes begin like this, which are asked for first.
    pub fn amid(mut self, amid: [Amid; 2]) -> Cutter {
        self.amid = amid;
        self.region = self.region.anew(amid);
        self
    }

    /// Returns how the bytes begin behind those that are whole records.
    pub fn behind(&self) -> [Amid; 2] {
        self.amid
    }

    /// Returns how many of `bytes` are whole records. Those are all bytes of
    /// the input, save those that were [taken](Cutter::take).
    pub fn whole(&mut self, bytes: &[u8]) -> usize {
        match self.form {
            Form::Documents => return self.documents(bytes),
            _ if self.form.is_joined() => {}
            _ => return self.lines(bytes),
        }
        let fresh = self.at + self.bare;
        let Some(end) = memchr::memrchr(b'\n', &bytes[fresh..]) else {
            self.bare = bytes.len() - self.at;
            return self.too_long(bytes);
        };
        let end = fresh + end + 1;
        let start = self.at;
        for line in Lines::new(&bytes[start..end]) {
            self.line(bytes, line.moved(start));
        }
        (self.at, self.bare) = (end, bytes.len() - end);
        self.too_long(bytes)
    }

    /// Forgets the first bytes, at most as many as are whole records.
    pub fn take(&mut self, length: usize) {
        let length = length.min(self.whole);
        self.whole -= length;
        self.at = self.at.saturating_sub(length);
        self.region.take(length);
        if self.form == Form::Documents {
            self.documents.take(length);
        }
    }

    fn line(&mut self, bytes: &[u8], line: Line) {
        if !self.region.has_room(line.end) {
            self.leave(line.start - line.nuls);
        }
        let text = &bytes[line.start..line.end];
        self.region.enter(line, self.form.part(self.scanner, text));
        if self.region.is_at_rest() {
            self.whole = line.next;
            self.amid = self.region.amid();
        }
    }

    /// Lets go of a record that has become too long with the line that is
    /// arriving.
    fn too_long(&mut self, bytes: &[u8]) -> usize {
        if !self.region.has_room(bytes.len()) {
            self.leave(self.at);
        }
        self.whole
    }

    /// Gives up the records that are arriving; what is in front of `end` is
    /// whole.
    fn leave(&mut self, end: usize) {
        self.whole = end;
        self.region.leave();
        self.amid = self.region.amid();
    }

    /// Returns how many of `bytes` are whole documents.
    fn documents(&mut self, bytes: &[u8]) -> usize {
        while self.documents.next(bytes, More::Later).is_some() {}
        self.whole = self.documents.whole();
        self.whole
    }

    /// Returns how many of `bytes` are whole lines.
    fn lines(&mut self, bytes: &[u8]) -> usize {
        let fresh = self.at.min(bytes.len());
        if let Some(lines) = whole_lines(&bytes[fresh..]) {
            self.whole = fresh + lines;
        }
        self.at = bytes.len();
        self.whole
    }
}
