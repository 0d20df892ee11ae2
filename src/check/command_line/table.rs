//! What the flags and words of well-known programs hold, as tables.
//!
//! Only what the generic reading of long flags (`--password=…`, judged by the flag's name) can't know stands here:
//! short flags, positional secrets, and values with an inner form. From the programs' manuals.

/// What a flag's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A password or token, judged under this name.
    Credential(&'static str),
    /// `user:password`.
    UserPassword,
    /// `user%password` (Samba).
    UserPercentPassword,
    /// `name=value`, or several with commas between.
    Assignments,
    /// `Name: value`, an HTTP header.
    Header,
    /// OpenSSL's `pass:SECRET`.
    PassPhrase,
    /// `name:value:…` with the password named `password` (GNU parted forms); judged as text.
    Script,
}

/// A flag of some programs.
#[derive(Debug)]
pub struct Flag {
    /// The programs; empty: any.
    pub programs: &'static [&'static str],
    /// The flag as written, with its dashes.
    pub flag: &'static str,
    /// Whether the value may stand in the same word without `=` (`-pSECRET`).
    pub glued: bool,
    /// Whether the value may be the next word (`-p SECRET`).
    pub apart: bool,
    /// What it holds.
    pub holds: Holds,
}
