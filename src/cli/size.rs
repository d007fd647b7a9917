//! Sizes as people write them.

/// Reads a size: `100`, `64K`, `1.5GiB`, `10MB`.
///
/// * K, M, G and KiB, MiB, GiB are powers of 1024; KB, MB, GB of 1000.
/// * Letters may be small; a fraction is cut to whole bytes.
pub(super) fn parse(text: &str) -> Result<usize, String> {
    let wrong = || format!("`{text}` is no size; write 512K, 64M or 1GiB");
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (number, unit) = text.split_at(digits.unwrap_or(text.len()));
    let scale: u32 = match unit.trim_start().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        _ => return Err(wrong()),
    };
    let bytes = match number.parse::<u64>() {
        Ok(whole) => whole.checked_mul(u64::from(scale)).ok_or_else(wrong)?,
        Err(_) => {
            let parts: f64 = number.parse().ok().ok_or_else(wrong)?;
            (parts * f64::from(scale)) as u64
        }
    };
    usize::try_from(bytes).ok().filter(|&bytes| bytes > 0).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_binary_unless_they_say_otherwise() {
        assert_eq!(parse("100"), Ok(100));
        assert_eq!(parse("64K"), Ok(64 << 10));
        assert_eq!(parse("64kib"), Ok(64 << 10));
        assert_eq!(parse("10MB"), Ok(10_000_000));
        assert_eq!(parse("1.5 GiB"), Ok(3 << 29));
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in ["", "0", "M", "-1", "1T", "1.2.3K", "99999999999G"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
