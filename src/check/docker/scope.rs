//! Which values and declarations a variable of the build has at a place in the Dockerfile.

use std::collections::HashMap;

use crate::model::{Dockerfile, Instruction, Word};

/// How many stages up a chain of `FROM` a variable is looked for.
const MAX_CHAIN: usize = 64;

/// The `ARG` and `ENV` of the instructions so far, by stage and name. A stage sees its own, those of the stages that
/// it starts from, and, where it declares the `ARG` again, those before the first `FROM`.
#[derive(Default)]
pub struct Scope<'d> {
    variables: HashMap<(Option<usize>, &'d str), Option<&'d Word<'d>>>,
}

impl<'d> Scope<'d> {
    /// Enters what `instruction` sets or declares.
    pub fn enter(&mut self, instruction: &'d Instruction<'d>) {
        for pair in instruction.pairs() {
            let own = pair.value.as_ref();
            self.variables.insert((instruction.stage, &pair.name.text), own.or(self.global(&pair.name.text)));
        }
    }

    /// The text that `name` stands for in `stage`, if it is a literal.
    pub fn literal(&self, file: &Dockerfile<'_>, stage: Option<usize>, name: &str) -> Option<&'d Word<'d>> {
        self.find(file, stage, name).flatten().filter(|word| word.references.is_empty())
    }

    /// Whether `name` is declared in `stage` without a value: who builds the image gives it one.
    pub fn is_open(&self, file: &Dockerfile<'_>, stage: Option<usize>, name: &str) -> bool {
        self.find(file, stage, name).is_some_and(|value| value.is_none_or(|word| word.text.is_empty()))
    }

    /// The value that `name` has before the first `FROM`.
    pub fn global(&self, name: &str) -> Option<&'d Word<'d>> {
        self.variables.get(&(None, name)).copied().flatten()
    }

    fn find(&self, file: &Dockerfile<'_>, stage: Option<usize>, name: &str) -> Option<Option<&'d Word<'d>>> {
        let mut stage = stage;
        for _ in 0..MAX_CHAIN {
            let at = stage?;
            if let Some(value) = self.variables.get(&(Some(at), name)) {
                return Some(*value);
            }
            stage = file.stages.get(at)?.parent;
        }
        None
    }
}
