//! A parsed Dockerfile: instructions with spans, stages, and what reaches the final image.

/// A parsed Dockerfile.
#[derive(Debug)]
pub struct Dockerfile<'a> {
    /// The whole text; spans count in it.
    pub text: &'a str,
}
