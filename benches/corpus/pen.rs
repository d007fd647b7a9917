//! Turns templates into JSON: texts with holes that an object fills.
//!
//! A hole is `~` and a letter (the table is in [`Pen::fill`]). Line breaks
//! of a template and the indentation after them are left out, so that a
//! body can be read here and is compact in the log; where the text needs a
//! space the line begins with `~` and a space.

use super::{
    objects::Object,
    random::Rng,
    text::{self, Micros},
};

/// Writes about one object.
pub(crate) struct Pen<'a> {
    /// Where the text goes.
    pub(crate) out: &'a mut Vec<u8>,
    /// What is not known of the object is made up.
    pub(crate) rng: &'a mut Rng,
    /// What the text is about.
    pub(crate) object: &'a Object,
    /// The time of writing.
    pub(crate) now: Micros,
    /// How many octaves heavy tails have at most.
    pub(crate) tail: u64,
    /// How many bytes of managedFields this pen has written.
    pub(crate) managed: u64,
}

impl<'a> Pen<'a> {
    /// Takes a pen that writes about `object` at `now`.
    pub(crate) fn new(
        out: &'a mut Vec<u8>,
        rng: &'a mut Rng,
        object: &'a Object,
        now: Micros,
    ) -> Pen<'a> {
        Pen { out, rng, object, now, tail: u64::MAX, managed: 0 }
    }

    /// Writes `template`, holes filled.
    pub(crate) fn write(&mut self, template: &str) {
        let mut rest = template.as_bytes();
        while let Some(at) =
            rest.iter().position(|&byte| byte == b'~' || byte == b'\n')
        {
            self.out.extend_from_slice(&rest[..at]);
            if rest[at] == b'~' {
                self.fill(rest[at + 1]);
                rest = &rest[at + 2..];
            } else {
                rest = rest[at..].trim_ascii_start();
            }
        }
        self.out.extend_from_slice(rest);
    }

    /// Writes the member `managedFields`, the comma before it included;
    /// `entries` are templates of its elements.
    pub(crate) fn managed(&mut self, entries: &[&str]) {
        let start = self.out.len();
        self.write(r#","managedFields":["#);
        for (i, entry) in entries.iter().enumerate() {
            self.write(if i == 0 { "" } else { "," });
            self.write(entry);
        }
        self.write("]");
        self.managed += (self.out.len() - start) as u64;
    }

    /// Returns how many items a body has: few, seldom many.
    pub(crate) fn many(&mut self, octaves: u64) -> u64 {
        self.rng.heavy(octaves.min(self.tail))
    }

    /// Writes about another object into the same text.
    pub(crate) fn about(
        &mut self,
        object: &Object,
        write: impl FnOnce(&mut Pen),
    ) {
        let Pen { now, tail, .. } = *self;
        let (out, rng) = (&mut *self.out, &mut *self.rng);
        let mut pen = Pen { out, rng, object, now, tail, managed: 0 };
        write(&mut pen);
        self.managed += pen.managed;
    }

    /// Writes `group/version`, or just the version of the core group.
    fn group_version(&mut self) {
        let resource = self.object.resource;
        self.write(resource.group);
        if !resource.group.is_empty() {
            self.out.push(b'/');
        }
        self.write(resource.version);
    }

    /// Fills one hole.
    fn fill(&mut self, hole: u8) {
        let Pen { object, now, .. } = *self;
        match hole {
            b'n' => self.out.extend_from_slice(&object.name),
            b's' => self.text(object.namespace),
            b'a' => self.text(object.app),
            b'h' => self.out.extend_from_slice(&object.hash),
            b'x' => self.out.extend_from_slice(&object.suffix),
            b'u' => self.out.extend_from_slice(&object.uid),
            b'o' => self.out.extend_from_slice(&object.owner),
            b'e' => self.out.extend(text::digits(object.number)),
            b'v' => text::decimal(self.out, object.version),
            b'f' => text::decimal(self.out, object.number / 64 % 100),
            b'K' => self.text(object.resource.kind),
            b'l' => self.text(object.resource.plural),
            b'g' => self.group_version(),
            b'w' | b'y' | b'j' => self.node(hole),
            b'i' => self.pod_address(),
            b'c' => text::seconds(self.out, object.created),
            b't' => text::seconds(self.out, now),
            b'm' => text::micros(self.out, now),
            _ => self.chance(hole),
        }
    }

    /// Fills a hole with something no one knew before.
    fn chance(&mut self, hole: u8) {
        match hole {
            b' ' => self.out.push(b' '),
            b'r' => self.out.extend(text::uuid(self.rng)),
            b'z' => text::hex(self.out, self.rng, 4),
            b'b' => text::base64(self.out, self.rng, 4),
            b'd' => text::decimal(self.out, 1 + self.rng.below(9)),
            b'k' => text::decimal(self.out, self.rng.below(1000)),
            // `~0` and `~1` are escapes of JSON pointers, not holes.
            _ => self.out.extend([b'~', hole]),
        }
    }

    /// Writes the name, the UID or the address of the object's node.
    fn node(&mut self, hole: u8) {
        let number = self.object.node();
        match hole {
            b'w' => {
                self.text("ip-10-0-");
                text::decimal(self.out, 16 + number / 8);
                self.out.push(b'-');
                text::decimal(self.out, 11 + number * 5);
                self.text(".eu-central-1.compute.internal");
            }
            b'j' => {
                self.text("10.0.");
                text::decimal(self.out, 16 + number / 8);
                self.out.push(b'.');
                text::decimal(self.out, 11 + number * 5);
            }
            _ => self.out.extend(text::uuid(&mut Rng::new(number))),
        }
    }

    /// Writes the address of the object's pod.
    fn pod_address(&mut self) {
        self.text("10.128.");
        text::decimal(self.out, self.object.node());
        self.out.push(b'.');
        text::decimal(self.out, 2 + self.object.number / 64 % 250);
    }

    /// Writes a text that has no holes.
    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }
}
