//! Turns numbers into the texts of audit logs: hex, UUIDs, times, durations.

use super::random::Rng;

/// Microseconds since 1970-01-01T00:00:00Z.
pub(crate) type Micros = u64;

/// One second.
pub(crate) const SECOND: Micros = 1_000_000;

/// A UUID as text.
pub(crate) type Uuid = [u8; 36];

const HEX: &[u8; 16] = b"0123456789abcdef";
const BASE64: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// What the apiserver makes generated names of: no vowels, no words.
const SAFE: &[u8; 32] = b"bcdfghjklmnpqrstvwxz2456789bcdfg";

/// Appends `number` in decimal.
pub(crate) fn decimal(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends the last `width` digits of `number`, zeros included.
fn padded(out: &mut Vec<u8>, number: u64, width: u32) {
    for place in (0..width).rev() {
        out.push(b'0' + (number / 10u64.pow(place) % 10) as u8);
    }
}

/// Appends `words` times 16 random hex digits.
pub(crate) fn hex(out: &mut Vec<u8>, rng: &mut Rng, words: usize) {
    for _ in 0..words {
        out.extend_from_slice(&digits(rng.bits()));
    }
}

/// Appends `words` times 16 random characters of base64.
pub(crate) fn base64(out: &mut Vec<u8>, rng: &mut Rng, words: usize) {
    for _ in 0..words {
        out.extend_from_slice(&spell::<16>(rng.bits() >> 32, BASE64, 2));
    }
}

/// Spells `bits` with an alphabet, `step` bits further each character.
fn spell<const N: usize>(bits: u64, with: &[u8], step: usize) -> [u8; N] {
    let mut text = [0; N];
    for (i, byte) in text.iter_mut().enumerate() {
        *byte = with[(bits >> (i * step)) as usize & (with.len() - 1)];
    }
    text
}

/// Returns the random part of a generated name.
pub(crate) fn suffix<const N: usize>(rng: &mut Rng) -> [u8; N] {
    spell(rng.bits(), SAFE, 5)
}

/// Returns the 16 hex digits of `bits`.
pub(crate) fn digits(bits: u64) -> [u8; 16] {
    spell(bits, HEX, 4)
}

/// Returns a random UUID, version 4.
pub(crate) fn uuid(rng: &mut Rng) -> Uuid {
    let (high, low) = (digits(rng.bits()), digits(rng.bits()));
    let mut text = [b'-'; 36];
    text[..8].copy_from_slice(&high[..8]);
    text[9..13].copy_from_slice(&high[8..12]);
    text[14..18].copy_from_slice(&high[12..]);
    text[19..23].copy_from_slice(&low[..4]);
    text[24..].copy_from_slice(&low[4..]);
    text[14] = b'4';
    text[19] = b"89ab"[usize::from(low[0]) % 4];
    text
}

/// Appends a time as a body has it: `2026-03-02T06:00:00Z`.
pub(crate) fn seconds(out: &mut Vec<u8>, at: Micros) {
    let second = at / SECOND;
    let (year, month, day) = civil(second / 86_400);
    for (part, width, end) in [
        (year, 4, b'-'),
        (month, 2, b'-'),
        (day, 2, b'T'),
        (second / 3600 % 24, 2, b':'),
        (second / 60 % 60, 2, b':'),
        (second % 60, 2, b'Z'),
    ] {
        padded(out, part, width);
        out.push(end);
    }
}

/// Appends a time as the envelope has it: `2026-03-02T06:00:00.000000Z`.
pub(crate) fn micros(out: &mut Vec<u8>, at: Micros) {
    seconds(out, at);
    out.pop();
    out.push(b'.');
    padded(out, at % SECOND, 6);
    out.push(b'Z');
}

/// Appends a duration as Go prints it: `87.5µs`, `512.25ms`, `1.2s`.
pub(crate) fn duration(out: &mut Vec<u8>, nanos: u64) {
    let (unit, places, name) = match nanos {
        0..1_000_000 => (1_000, 3, "µs"),
        1_000_000..1_000_000_000 => (1_000_000, 6, "ms"),
        _ => (1_000_000_000, 9, "s"),
    };
    decimal(out, nanos / unit);
    if !nanos.is_multiple_of(unit) {
        out.push(b'.');
        padded(out, nanos % unit, places);
        while out.last() == Some(&b'0') {
            out.pop();
        }
    }
    out.extend_from_slice(name.as_bytes());
}

/// Returns year, month and day of a day counted from 1970-01-01; inside,
/// years begin in March, so that the leap day is the last of its year.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524
        - day_of_era / 146_096)
        / 365;
    let day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let year = era * 400 + year_of_era + month / 10;
    (year, if month < 10 { month + 3 } else { month - 9 }, day)
}
