//! Values that are published as examples (`rules/credential/examples.yaml`, compiled in).

include!(concat!(env!("OUT_DIR"), "/examples.rs"));

/// Whether the value is one that a provider publishes: it opens nothing.
pub fn is_published_example(value: &str) -> bool {
    PUBLISHED.binary_search(&value).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{PUBLISHED, is_published_example};

    #[test]
    fn the_list_can_be_searched() {
        assert!(PUBLISHED.is_sorted() && PUBLISHED.iter().all(|value| value.len() >= 12));
        assert!(is_published_example("AKIAIOSFODNN7EXAMPLE"));
        assert!(!is_published_example("AKIAIOSFODNN7EXAMPL") && !is_published_example(""));
    }
}
