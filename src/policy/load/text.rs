//! Turns the bytes of a policy file into text, as go-yaml does: a mark at the
//! begin says that they are UTF-16, else they are UTF-8.

/// Returns the text of a policy file, with the mark that it begins with.
///
/// ```
/// use kaudit_filter::policy::decode;
/// assert_eq!(decode(b"\xfe\xff\0a".to_vec()).unwrap(), "\u{feff}a");
/// assert_eq!(decode(b"a".to_vec()).unwrap(), "a");
/// assert_eq!(decode(b"\xff".to_vec()).unwrap_err(), "is not UTF-8");
/// ```
///
/// # Errors
///
/// What the bytes are not, to be said behind the name of the file.
pub fn decode(bytes: Vec<u8>) -> Result<String, &'static str> {
    let unit = match bytes.get(..2) {
        Some(b"\xff\xfe") => u16::from_le_bytes,
        Some(b"\xfe\xff") => u16::from_be_bytes,
        Some(_) | None => {
            return String::from_utf8(bytes).map_err(|_utf8| "is not UTF-8");
        }
    };
    let (units, rest) = bytes.as_chunks::<2>();
    let units = units.iter().map(|pair| unit(*pair));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.ok().filter(|_| rest.is_empty()).ok_or("is not UTF-16")
}
