//! Token rules: provider tokens, keys and connection strings, found by pattern.

pub mod validate;
