//! Sizes as people write them.

/// Reads a size in bytes: `100`, `64K`, `1.5GiB`, `10MB`.
///
/// * K, M, G and KiB, MiB, GiB are powers of 1024; KB, MB, GB of 1000.
/// * Letters may be small; a fraction is cut to whole bytes.
/// * What is no size, or more than 64 bits can hold, has no answer.
///
/// ```
/// use kaudit_filter::expr::bytes;
/// assert_eq!(bytes("64K"), Some(65536));
/// assert_eq!(bytes("10MB"), Some(10_000_000));
/// assert_eq!(bytes("1T"), None);
/// ```
pub fn bytes(text: &str) -> Option<u64> {
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
        _ => return None,
    };
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(u64::from(scale));
    }
    if !number.contains('.') {
        return None; // Too long for 64 bits.
    }
    let bytes = number.parse::<f64>().ok()? * f64::from(scale);
    (bytes < u64::MAX as f64).then_some(bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_binary_unless_they_say_otherwise() {
        for (text, expected) in [
            ("0", 0),
            ("100", 100),
            ("7b", 7),
            ("64K", 64 << 10),
            ("64kib", 64 << 10),
            ("10MB", 10_000_000),
            ("1.5 GiB", 3 << 29),
            ("0.5KB", 500),
        ] {
            assert_eq!(bytes(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_has_none() {
        let long = "9".repeat(400);
        let dotted = format!("{long}.0");
        for text in [
            "",
            "M",
            "-1",
            "1T",
            "1.2.3K",
            ".",
            "99999999999G",
            &long,
            &dotted,
        ] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }
}
