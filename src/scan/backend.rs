//! Chooses the classifier once, and runs the driver with it.

use std::fmt;
use std::str::FromStr;

use super::block::Classify;
use super::scalar::Scalar;
#[cfg(target_arch = "x86_64")]
use super::x86::{Avx2, Avx512, Sse2};

/// The instruction sets that lines can be scanned with, slowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Backend {
    /// Eight bytes at a time, on any machine.
    Scalar,
    /// 16 bytes at a time.
    Sse2,
    /// 32 bytes at a time.
    Avx2,
    /// 64 bytes at a time.
    Avx512,
}

impl Backend {
    /// Every backend, slowest first.
    pub const ALL: [Backend; 4] =
        [Backend::Scalar, Backend::Sse2, Backend::Avx2, Backend::Avx512];

    /// Returns the name that `--explain` prints and users write.
    pub fn name(self) -> &'static str {
        match self {
            Backend::Scalar => "scalar",
            Backend::Sse2 => "sse2",
            Backend::Avx2 => "avx2",
            Backend::Avx512 => "avx512",
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl FromStr for Backend {
    type Err = String;

    fn from_str(name: &str) -> Result<Backend, String> {
        Backend::ALL
            .into_iter()
            .find(|backend| backend.name() == name)
            .ok_or_else(|| "one of scalar, sse2, avx2, avx512".into())
    }
}

/// Scans lines with the best instructions that this CPU has.
///
/// ```
/// use kaudit_filter::scan::{Scanner, Value, value_at, value_end};
///
/// let line = br#"{"user":{"groups":["a"]},"verb":"get"}"#;
/// let end = value_end(Scanner::best(), line, 8)?;
/// assert_eq!(&line[8..end], br#"{"groups":["a"]}"#);
/// # Ok::<(), kaudit_filter::scan::Defect>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scanner(Choice);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Scalar(Scalar),
    #[cfg(target_arch = "x86_64")]
    Sse2(Sse2),
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
}

/// A computation that wants a classifier, inlined where the CPU's features
/// are known to be there.
pub(super) trait Kernel {
    type Output;
    fn run<C: Classify>(self, classifier: C) -> Self::Output;
}

impl Scanner {
    /// Returns the fastest scanner for this CPU.
    pub fn best() -> Scanner {
        Scanner::at_most(Backend::Avx512)
    }

    /// Returns the fastest scanner for this CPU that is not above `limit`: a
    /// limit can lower the choice, never raise it over what the CPU has.
    pub fn at_most(limit: Backend) -> Scanner {
        Backend::ALL
            .into_iter()
            .rev()
            .filter(|backend| *backend <= limit)
            .find_map(Scanner::exactly)
            .unwrap_or(Scanner(Choice::Scalar(Scalar)))
    }

    /// Returns the scanner of this backend, if the CPU has it.
    fn exactly(backend: Backend) -> Option<Scanner> {
        #[cfg(target_arch = "x86_64")]
        let choice = match backend {
            Backend::Scalar => Some(Choice::Scalar(Scalar)),
            Backend::Sse2 => Sse2::detect().map(Choice::Sse2),
            Backend::Avx2 => Avx2::detect().map(Choice::Avx2),
            Backend::Avx512 => Avx512::detect().map(Choice::Avx512),
        };
        #[cfg(not(target_arch = "x86_64"))]
        let choice =
            (backend == Backend::Scalar).then_some(Choice::Scalar(Scalar));
        choice.map(Scanner)
    }

    /// Returns which backend this is.
    pub fn backend(self) -> Backend {
        match self.0 {
            Choice::Scalar(_) => Backend::Scalar,
            #[cfg(target_arch = "x86_64")]
            Choice::Sse2(_) => Backend::Sse2,
            #[cfg(target_arch = "x86_64")]
            Choice::Avx2(_) => Backend::Avx2,
            #[cfg(target_arch = "x86_64")]
            Choice::Avx512(_) => Backend::Avx512,
        }
    }

    /// Runs `kernel` with the classifier of this backend.
    #[inline]
    pub(super) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self.0 {
            Choice::Scalar(scalar) => kernel.run(scalar),
            #[cfg(target_arch = "x86_64")]
            Choice::Sse2(sse2) => sse2.run(kernel),
            #[cfg(target_arch = "x86_64")]
            Choice::Avx2(avx2) => avx2.run(kernel),
            #[cfg(target_arch = "x86_64")]
            Choice::Avx512(avx512) => avx512.run(kernel),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_lowers_and_never_raises() {
        let best = Scanner::best().backend();
        for limit in Backend::ALL {
            assert_eq!(Scanner::at_most(limit).backend(), best.min(limit));
        }
    }

    #[test]
    fn names_read_back() {
        for backend in Backend::ALL {
            assert_eq!(backend.name().parse(), Ok(backend));
        }
        assert!("mmx".parse::<Backend>().is_err());
    }
}
