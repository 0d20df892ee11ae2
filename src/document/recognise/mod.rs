//! Recognition: what format a text is in, and what a document is for. Content decides first, the name second.

mod format;
mod named;
mod role;
mod statement;

pub use format::{Flat, Format, format, format_by_path, is_code_name, is_format_name};
pub use named::role_by_name;
pub use role::{role, role_of_lines};
pub use statement::{is_sql, may_begin_statement};

/// The extension of a file name, or the empty string; `.env` has the extension `env`.
fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

#[cfg(test)]
pub(super) use role::tests::tree_of;
