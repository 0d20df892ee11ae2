//! Flat formats: texts that are names with values, line by line. Each reader gives entries with exact spans, takes any
//! text, passes over what it does not know, and is linear in the text.

mod line;
mod yaml_lines;

pub use yaml_lines::yaml_lines;
