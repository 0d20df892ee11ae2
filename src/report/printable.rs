//! Text of scanned files and their names, made fit for a terminal or a page.

/// Text from a scanned file or its name, fit for a terminal: control characters shown as escapes.
pub fn printable(text: &str) -> String {
    if !text.chars().any(is_control) {
        return text.to_owned();
    }
    text.chars().flat_map(|c| if is_control(c) { c.escape_default().collect::<Vec<_>>() } else { vec![c] }).collect()
}

/// Printable text without the end of it that no reader would read: a key of a scanned file may have megabytes. It is to
/// be masked before, as the half of a secret would not be known for one.
pub fn shown(text: &str) -> String {
    const LONGEST: usize = 1_000;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", printable(&text[..end])),
        None => printable(text),
    }
}

/// Whether the character could steer a terminal, or turn the direction of text.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}
