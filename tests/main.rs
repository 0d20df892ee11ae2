//! Behaviour of the built program, one file a subject.
