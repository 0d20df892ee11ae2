//! The document stage: bytes in, documents (trees, Dockerfiles, flat entries, plain text) with spans out.
