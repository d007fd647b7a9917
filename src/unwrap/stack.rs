//! The brackets that are open, a bit for each.

/// Open brackets.
#[derive(Clone, Debug, Default)]
pub(super) struct Stack {
    /// A bit is set for an object, clear for an array.
    bits: Vec<u64>,
    depth: usize,
}

impl Stack {
    pub(super) fn is_empty(&self) -> bool {
        self.depth == 0
    }

    /// Returns whether the innermost bracket is an array's.
    pub(super) fn is_in_array(&self) -> bool {
        self.depth > 0 && !self.is_object()
    }

    /// Opens `{` or `[`.
    pub(super) fn open(&mut self, bracket: u8) {
        let (word, bit) = (self.depth / 64, self.depth % 64);
        if word == self.bits.len() {
            self.bits.push(0);
        }
        let is_object = u64::from(bracket == b'{');
        self.bits[word] = self.bits[word] & !(1 << bit) | is_object << bit;
        self.depth += 1;
    }

    /// Closes with `}` or `]`; returns whether that fits.
    pub(super) fn close(&mut self, bracket: u8) -> bool {
        let fits = self.depth > 0 && self.is_object() == (bracket == b'}');
        self.depth = self.depth.saturating_sub(1);
        fits
    }

    fn is_object(&self) -> bool {
        let last = self.depth - 1;
        self.bits[last / 64] >> (last % 64) & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_close_as_they_opened() {
        let mut stack = Stack::default();
        let kinds: Vec<_> = (0..200).map(|n| n % 3 == 0).collect();
        for is_object in &kinds {
            stack.open(if *is_object { b'{' } else { b'[' });
        }
        for is_object in kinds.iter().rev() {
            assert_eq!(stack.is_in_array(), !is_object);
            assert!(stack.close(if *is_object { b'}' } else { b']' }));
        }
        assert!(stack.is_empty() && !stack.is_in_array());
        assert!(!stack.close(b'}'));
        stack.open(b'[');
        assert!(!stack.close(b'}'));
    }
}
