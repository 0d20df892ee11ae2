//! Stages: what each starts from, what it copies, and how much of it the final image holds.

use std::collections::HashMap;

use crate::model::{Instruction, Keyword, Reach, Stage, Word};

/// Numbers the instructions by stage and gives the stages.
pub fn find<'a>(instructions: &mut [Instruction<'a>]) -> Vec<Stage<'a>> {
    let mut stages: Vec<Stage<'a>> = Vec::new();
    let mut names: HashMap<String, usize> = HashMap::new();
    let mut defaults: HashMap<String, String> = HashMap::new();
    for instruction in instructions.iter_mut() {
        if instruction.keyword == Keyword::From && !instruction.onbuild {
            let Some(stage) = stage(instruction, &names, &defaults) else { continue };
            if let Some(name) = &stage.name {
                names.insert(name.text.to_lowercase(), stages.len());
            }
            stages.push(stage);
        } else if instruction.keyword == Keyword::Arg && stages.is_empty() {
            let known = instruction.pairs().iter().filter_map(|pair| Some((&pair.name, pair.value.as_ref()?)));
            defaults.extend(known.map(|(name, value)| (name.text.to_string(), value.text.to_string())));
        }
        instruction.stage = stages.len().checked_sub(1);
    }
    mark(&mut stages, instructions, &names);
    stages
}

/// The stage that a `FROM` opens; `None` if it names no image.
fn stage<'a>(
    from: &Instruction<'a>,
    names: &HashMap<String, usize>,
    defaults: &HashMap<String, String>,
) -> Option<Stage<'a>> {
    let words = from.words();
    let image = words.first()?.clone();
    let name = words.get(1).filter(|word| word.text.eq_ignore_ascii_case("as")).and(words.get(2)).cloned();
    let parent = names.get(&expand(&image, defaults).to_lowercase()).copied();
    Some(Stage { from: from.span, image, name, parent, reach: Reach::Discarded })
}

/// The word with the global `ARG` defaults put in.
fn expand(word: &Word<'_>, defaults: &HashMap<String, String>) -> String {
    let mut out = String::new();
    let mut at = 0;
    for reference in &word.references {
        out.push_str(&word.text[at..reference.range.start]);
        let known = defaults.get(&word.text[reference.name.clone()]).map(String::as_str);
        let default = reference.default.clone().map(|range| &word.text[range]);
        out.push_str(known.or(default).unwrap_or_default());
        at = reference.range.end;
    }
    out.push_str(&word.text[at..]);
    out
}

/// Marks from the last stage backwards: what it inherits is final, what final or copied stages copy from is copied.
fn mark(stages: &mut [Stage<'_>], instructions: &[Instruction<'_>], names: &HashMap<String, usize>) {
    if let Some(last) = stages.last_mut() {
        last.reach = Reach::Final;
    }
    let mut sources: Vec<Vec<usize>> = vec![Vec::new(); stages.len()];
    for instruction in instructions.iter().filter(|i| matches!(i.keyword, Keyword::Copy | Keyword::Add)) {
        let (Some(stage), Some(from)) = (instruction.stage, instruction.flag("from")) else { continue };
        let source = names.get(&from.text.to_lowercase()).copied().or_else(|| from.text.parse().ok());
        sources[stage].extend(source.filter(|&source| source < stage));
    }
    for at in (0..stages.len()).rev() {
        let reach = stages[at].reach;
        if reach == Reach::Discarded {
            continue;
        }
        if let Some(parent) = stages[at].parent {
            stages[parent].reach = stages[parent].reach.max(reach);
        }
        for &source in &sources[at] {
            stages[source].reach = stages[source].reach.max(Reach::Copied);
        }
    }
}
