//! The table of structural checks: one line a check.

use super::Check;

/// All structural checks.
pub static CHECKS: &[&dyn Check] = &[];
