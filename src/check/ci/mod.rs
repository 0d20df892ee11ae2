//! Checks of Compose files and of the configuration of CI systems.

mod compose;
mod pipeline;

pub use compose::Compose;
pub use pipeline::Pipeline;
