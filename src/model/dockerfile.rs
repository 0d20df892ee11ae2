//! A parsed Dockerfile: instructions with spans, stages, and what reaches the final image.
//!
//! Every text that the parser changed (joined continuation lines, quotes taken off, JSON escapes decoded) keeps a map
//! to the bytes of the Dockerfile. Facts about the format are BuildKit's: `frontend/dockerfile/docs/reference.md` in
//! <https://github.com/moby/buildkit>.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::{Span, SpanMap};

/// A parsed Dockerfile.
#[derive(Debug)]
pub struct Dockerfile<'a> {
    /// The whole text; spans count in it.
    pub text: &'a str,
    /// The escape character: a backslash, or a backtick after `# escape=` `` ` ``.
    pub escape: char,
    /// The instructions in the order of the file; an `ONBUILD` stands as the instruction that it triggers.
    pub instructions: Vec<Instruction<'a>>,
    /// The build stages in the order of their `FROM`.
    pub stages: Vec<Stage<'a>>,
    /// What is wrong with the text (it ends in a heredoc), each a sentence without a full stop that quotes nothing.
    pub problems: Vec<String>,
}

impl Dockerfile<'_> {
    /// How far what `instruction` leaves behind comes; before the first `FROM`, nowhere.
    pub fn reach(&self, instruction: &Instruction<'_>) -> Reach {
        instruction.stage.and_then(|at| self.stages.get(at)).map_or(Reach::Discarded, |stage| stage.reach)
    }
}

/// A build stage: `FROM image AS name` and what follows.
#[derive(Debug)]
pub struct Stage<'a> {
    /// The bytes of its `FROM` line, from the keyword to the last argument.
    pub from: Span,
    /// The image or stage that it starts from.
    pub image: Word<'a>,
    /// The name after `AS`.
    pub name: Option<Word<'a>>,
    /// The earlier stage that `FROM` names, counted from 0.
    pub parent: Option<usize>,
    /// How far the stage's content comes.
    pub reach: Reach,
}

/// How far the content of a stage comes when the last stage is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Nothing of it is in the final image.
    Discarded,
    /// Files of it are copied on (`COPY --from=`); its configuration and history are not in the final image.
    Copied,
    /// Its layers, configuration and history are the final image's.
    Final,
}

/// The instructions that BuildKit knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Keyword {
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    Stopsignal,
    User,
    Volume,
    Workdir,
}

impl Keyword {
    /// All keywords with their canonical spelling.
    pub const ALL: [(&'static str, Keyword); 18] = [
        ("ADD", Keyword::Add),
        ("ARG", Keyword::Arg),
        ("CMD", Keyword::Cmd),
        ("COPY", Keyword::Copy),
        ("ENTRYPOINT", Keyword::Entrypoint),
        ("ENV", Keyword::Env),
        ("EXPOSE", Keyword::Expose),
        ("FROM", Keyword::From),
        ("HEALTHCHECK", Keyword::Healthcheck),
        ("LABEL", Keyword::Label),
        ("MAINTAINER", Keyword::Maintainer),
        ("ONBUILD", Keyword::Onbuild),
        ("RUN", Keyword::Run),
        ("SHELL", Keyword::Shell),
        ("STOPSIGNAL", Keyword::Stopsignal),
        ("USER", Keyword::User),
        ("VOLUME", Keyword::Volume),
        ("WORKDIR", Keyword::Workdir),
    ];

    /// The keyword that `word` spells, in whatever case.
    pub fn parse(word: &str) -> Option<Keyword> {
        Self::ALL.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|&(_, keyword)| keyword)
    }

    /// The canonical spelling.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|&&(_, keyword)| keyword == self).map_or("", |&(name, _)| name)
    }
}

/// An instruction.
#[derive(Debug)]
pub struct Instruction<'a> {
    /// What it does; never [`Keyword::Onbuild`] unless nothing follows.
    pub keyword: Keyword,
    /// The keyword's bytes.
    pub keyword_span: Span,
    /// Whether it stands behind `ONBUILD`: it runs when another build starts from the image.
    pub onbuild: bool,
    /// The instruction's bytes without its heredocs.
    pub span: Span,
    /// The stage that it stands in, counted from 0; `None` before the first `FROM`.
    pub stage: Option<usize>,
    /// `--name=value` before the arguments.
    pub flags: Vec<Flag<'a>>,
    /// The logical line, continuation lines joined and comments between them left out.
    pub line: Joined<'a>,
    /// Where the arguments (behind keyword and flags) start in `line`.
    pub args_at: usize,
    /// The arguments.
    pub args: Args<'a>,
    /// The heredocs that follow the line.
    pub heredocs: Vec<Heredoc>,
}

impl<'a> Instruction<'a> {
    /// The arguments as one text: what a shell gets in the shell form.
    pub fn arguments(&self) -> &str {
        self.line.text.get(self.args_at..).unwrap_or_default()
    }

    /// The bytes that the stretch `range` of [`Instruction::arguments`] stands for.
    pub fn argument_span(&self, range: Range<usize>) -> Span {
        self.line.span(range.start + self.args_at..range.end + self.args_at)
    }

    /// The value of the flag `--name=`.
    pub fn flag(&self, name: &str) -> Option<&Word<'a>> {
        self.flags.iter().find(|flag| flag.name == name).and_then(|flag| flag.value.as_ref())
    }

    /// The pairs of `ENV`, `ARG` and `LABEL`; of anything else, nothing.
    pub fn pairs(&self) -> &[Assignment<'a>] {
        match &self.args {
            Args::Pairs(pairs) => pairs,
            _ => &[],
        }
    }

    /// The words of the JSON form and of instructions that take words; of anything else, nothing.
    pub fn words(&self) -> &[Word<'a>] {
        match &self.args {
            Args::Words(words) | Args::Json(words) => words,
            _ => &[],
        }
    }
}

/// The arguments of an instruction.
#[derive(Debug)]
pub enum Args<'a> {
    /// `ENV`, `ARG`, `LABEL`.
    Pairs(Vec<Assignment<'a>>),
    /// `FROM`, `COPY`, `ADD`, `USER` and the like.
    Words(Vec<Word<'a>>),
    /// The JSON form (`["a", "b"]`) of an instruction.
    Json(Vec<Word<'a>>),
    /// Shell text: [`Instruction::arguments`].
    Shell,
}

/// A name with its value, if it has one.
#[derive(Debug)]
pub struct Assignment<'a> {
    /// The name.
    pub name: Word<'a>,
    /// The value: `None` only for `ARG NAME`.
    pub value: Option<Word<'a>>,
}

/// A flag of an instruction: `--from=build`.
#[derive(Debug)]
pub struct Flag<'a> {
    /// The name, without the dashes.
    pub name: String,
    /// The value, unless the flag has none.
    pub value: Option<Word<'a>>,
}

/// A word of an instruction, quotes and escapes taken off, substitutions left as they are.
#[derive(Clone, Debug)]
pub struct Word<'a> {
    /// The word's bytes, its quotes included.
    pub span: Span,
    /// Its text.
    pub text: Cow<'a, str>,
    /// From `text` to the Dockerfile.
    pub map: SpanMap,
    /// The substitutions that the build makes in it, in order.
    pub references: Vec<Reference>,
}

impl Word<'_> {
    /// The bytes that the stretch `range` of `text` stands for.
    pub fn span_of(&self, range: Range<usize>) -> Span {
        self.map.to_file(Span::new(range.start, range.end))
    }

    /// The substitution that the word consists of wholly.
    pub fn only_reference(&self) -> Option<&Reference> {
        self.references.first().filter(|reference| reference.range == (0..self.text.len()))
    }
}

/// A substitution: `$NAME`, `${NAME}`, `${NAME:-default}`. Ranges count in the word's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The whole of it.
    pub range: Range<usize>,
    /// The variable's name.
    pub name: Range<usize>,
    /// The text behind `:-`, `-`, `:+` or `+`.
    pub default: Option<Range<usize>>,
}

/// A text put together from several stretches of the Dockerfile.
#[derive(Clone, Debug)]
pub struct Joined<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// From the text to the Dockerfile.
    pub map: Arc<SpanMap>,
}

impl Joined<'_> {
    /// The bytes that the stretch `range` of the text stands for.
    pub fn span(&self, range: Range<usize>) -> Span {
        self.map.to_file(Span::new(range.start, range.end))
    }
}

/// A heredoc: lines after an instruction up to the one that holds the delimiter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heredoc {
    /// The delimiter, as it ends the heredoc.
    pub name: String,
    /// The word `<<EOF` in the instruction.
    pub word: Span,
    /// The lines, the last line end included, the delimiter left out.
    pub body: Span,
    /// `<<-`: leading tabs do not count.
    pub strip_tabs: bool,
    /// Whether the delimiter is unquoted, so that variables are substituted.
    pub expand: bool,
}
