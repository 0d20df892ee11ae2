//! Checks of texts without a structure of their own: source code, logs, notes.

mod assignment;
mod call;
mod comment;
mod connection;
mod credential;
mod form;
mod insert;
mod url;
mod wrapped;

pub use assignment::LONGEST_VALUE;
pub use credential::{Credential, is_sample};

/// Bytes before and behind a name or a mark that decide what is found there: the name, and what is given to it.
pub const REACH: (usize, usize) = (256, 2048);

/// Whether no more than [`REACH`] decides about a keyword in the text of a file. Statements of SQL are longer, and its quotes pair
/// across lines.
pub fn is_local(path: &str) -> bool {
    !is_sql(path)
}

/// Whether the file holds statements of SQL.
fn is_sql(path: &str) -> bool {
    path.ends_with(".sql")
}

/// No name and no value that is read reaches further.
const _: () =
    assert!(REACH.0 > assignment::LONGEST_NAME && REACH.1 > 2 * (assignment::LONGEST_NAME + assignment::LONGEST_VALUE));
