//! Sizes on the command line.

use crate::expr;

/// Reads a size such as `64K`, of at least one byte.
pub(super) fn parse(text: &str) -> Result<usize, String> {
    let bytes = expr::size(&text.replace(' ', ""));
    let bytes = bytes.filter(|bytes| *bytes > 0);
    let bytes = bytes.and_then(|bytes| usize::try_from(bytes).ok());
    bytes
        .ok_or_else(|| format!("`{text}` is no size; write 512K, 64M or 1GiB"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_at_least_one_byte() {
        assert_eq!(parse("64K"), Ok(64 << 10));
        assert_eq!(parse("1.5 gib"), Ok(3 << 29));
        assert!(parse("0").is_err());
        assert!(parse("1T").is_err());
    }
}
