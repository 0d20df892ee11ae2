//! The names and values in a command line that could be a credential's, found by the tables and by form.

use std::ops::Range;

use super::table::{
    DECLARATIONS, FLAGS, Flag, Holds, POSITIONALS, READERS, RUNNERS, SHELLS, SWITCHES, Value, WRAPPERS, WRITERS,
};
use super::value;
use crate::check::credential::Setting;
use crate::model::Span;
use crate::shell::{self, Command, Word};

/// A name and a value that the classifier is to judge together.
pub(super) struct Candidate<'c> {
    /// The name: a flag without dashes, a variable, or what the table calls the value.
    pub name: &'c str,
    /// The value.
    pub value: &'c str,
    /// What kind of place it is.
    pub setting: Setting,
    /// Bytes of the outermost text that give it meaning.
    pub label: Option<Range<usize>>,
    /// The word that holds the value.
    word: &'c Word<'c>,
    /// Where the value starts in the word's value.
    offset: usize,
    /// From the text of the word to the outermost text.
    map: Map<'c>,
}

/// From the text that a word stands in to the outermost text.
pub(super) type Map<'c> = &'c dyn Fn(Span) -> Range<usize>;

/// Takes the candidates.
pub(super) type Sink<'c> = &'c mut dyn FnMut(Candidate<'_>);

impl Candidate<'_> {
    /// The bytes of the outermost text that hold the stretch `range` of the value.
    pub fn locate(&self, range: Range<usize>) -> Range<usize> {
        (self.map)(self.word.span_of(range.start + self.offset..range.end + self.offset))
    }

    /// Whether an expansion takes part in the stretch `range` of the value.
    pub fn is_dynamic(&self, range: Range<usize>) -> bool {
        self.word.is_dynamic(range.start + self.offset..range.end + self.offset)
    }
}

/// How deep `sh -c 'sh -c …'` is followed.
const MAX_DEPTH: u8 = 3;

/// Gives the candidates of shell text.
pub(super) fn in_script(text: &str, sink: Sink<'_>) {
    script_at(text, 0, &|span| span.start..span.end, sink);
}

/// Gives the candidates of a list of words, of which word N starts at `starts[N]` of the text that offsets count in.
pub(super) fn in_argv(words: &[&str], starts: &[usize], sink: Sink<'_>) {
    let words = words.iter().zip(starts).map(|(word, start)| Word::literal(word, *start)).collect();
    let command = Command { words, ..Command::default() };
    Reader { text: "", depth: 0, map: &|span| span.start..span.end, sink }.command(&command, None);
}

fn script_at(text: &str, depth: u8, map: Map<'_>, sink: Sink<'_>) {
    let mut before: Option<Command<'_>> = None;
    shell::commands(text, &mut |command| {
        let writer = before.take().filter(|_| command.piped);
        Reader { text, depth, map, sink: &mut *sink }.command(&command, writer.as_ref());
        before = Some(command);
    });
}

/// Reads one command.
struct Reader<'r> {
    /// The text that the words' spans count in; empty for a list of words.
    text: &'r str,
    depth: u8,
    map: Map<'r>,
    sink: Sink<'r>,
}

/// A stretch of a word's value.
#[derive(Clone, Copy)]
struct Part<'c> {
    word: &'c Word<'c>,
    start: usize,
    end: usize,
}

impl<'c> Part<'c> {
    fn all(word: &'c Word<'c>) -> Self {
        Self { word, start: 0, end: word.value.len() }
    }

    fn from(word: &'c Word<'c>, start: usize) -> Self {
        Self { start, ..Self::all(word) }
    }

    fn text(self) -> &'c str {
        self.word.value.get(self.start..self.end).unwrap_or_default()
    }

    /// The stretch of this stretch.
    fn sub(self, range: Range<usize>) -> Self {
        Self { start: self.start + range.start, end: self.start + range.end, ..self }
    }
}

impl Reader<'_> {
    fn command(&mut self, command: &Command<'_>, writer: Option<&Command<'_>>) {
        for word in &command.assignments {
            self.assignment(Part::all(word), Setting::Environment);
        }
        let mut words = behind_wrappers(&command.words);
        for _ in 0..=MAX_DEPTH {
            let read = self.program(words, command, writer);
            words = behind_wrappers(&words[read..]);
            if words.is_empty() {
                break;
            }
        }
    }

    /// Reads the words of a program; gives how many are its own.
    fn program(&mut self, words: &[Word<'_>], command: &Command<'_>, writer: Option<&Command<'_>>) -> usize {
        let program = words.first().map_or("", |word| base_name(&word.value));
        if SHELLS.contains(&program) {
            self.shell(words, command);
        }
        self.positional(program, words);
        self.standard_input(words, command, writer);
        if WRITERS.contains(&program) {
            self.written(words);
            return words.len();
        }
        self.words(program, words)
    }

    /// Reads every word by itself, flags together with the word behind them; gives how many were read.
    fn words(&mut self, program: &str, words: &[Word<'_>]) -> usize {
        let setting = if DECLARATIONS.contains(&program) { Setting::Environment } else { Setting::CommandLine };
        let mut taken = false;
        for (at, word) in words.iter().enumerate() {
            if std::mem::take(&mut taken) {
                continue;
            }
            if word.value.starts_with(['-', '/']) && word.value.len() > 1 {
                taken = self.flag(words, at);
            } else if at > 0 && RUNNERS.contains(&program) {
                return at;
            } else if at > 0 || self.text.is_empty() {
                self.plain(program, word, setting);
            }
        }
        words.len()
    }

    /// A word that is no flag: an assignment, a header, a URL with a password.
    fn plain(&mut self, program: &str, word: &Word<'_>, setting: Setting) {
        let part = Part::all(word);
        // What `sed`, `grep` and `awk` look for is no value.
        let is_pattern = matches!(program, "sed" | "grep" | "egrep" | "awk" | "gawk" | "perl" | "test" | "[" | "[[");
        if !is_pattern && self.assignment(part, setting) {
            return;
        }
        if value::is_header(&word.value) {
            return self.holds(Holds::Header, part, None, "");
        }
        self.url(part);
    }

    /// Reads a flag; says whether the next word is its value.
    fn flag(&mut self, words: &[Word<'_>], at: usize) -> bool {
        let (word, next) = (&words[at], words.get(at + 1));
        let (name, own) = match word.value.find('=') {
            Some(at) => (&word.value[..at], Some(Part::from(word, at + 1))),
            None => (&*word.value, None),
        };
        let next = next.filter(|next| !next.value.starts_with("--"));
        let label = Some(word.span_of(0..name.len()));
        for flag in FLAGS.iter().filter(|flag| is_for(flag, words)) {
            if let Some((part, taken)) = match_flag(flag, word, name, own, next) {
                self.holds(flag.holds, part, label, name);
                return taken;
            }
        }
        let bare = name.trim_start_matches(['-', '/']);
        let long = name.starts_with("--") || (name.starts_with('-') && bare.len() > 2);
        if !long {
            return false;
        }
        match (own, next) {
            (Some(part), _) => self.named(bare, part, label),
            (None, Some(next)) if !is_switch(bare) && !next.value.starts_with('-') => {
                self.named(bare, Part::all(next), label);
            }
            _ => {}
        }
        false
    }

    /// A long flag's value, judged by the flag's name; its own inner form first.
    fn named(&mut self, name: &str, part: Part<'_>, label: Option<Span>) {
        if is_switch(name) && !part.text().contains("://") {
            return;
        }
        self.give(name, part, Setting::CommandLine, label);
    }

    fn positional(&mut self, program: &str, words: &[Word<'_>]) {
        if !POSITIONALS.iter().any(|p| p.words[0] == program) {
            return;
        }
        let plain: Vec<&Word<'_>> = words.iter().filter(|word| !word.value.starts_with('-')).collect();
        let fits = |at: usize, expected: &str| {
            let Some(word) = plain.get(at) else { return false };
            if at == 0 { base_name(&word.value) == expected } else { word_fits(&word.value, expected) }
        };
        let rule = POSITIONALS.iter().find(|rule| rule.words.iter().enumerate().all(|(at, word)| fits(at, word)));
        let Some(rule) = rule else { return };
        // `htpasswd -n user password` has no file.
        let at = rule.words.len() + rule.at;
        let Some(value) = plain.get(at) else { return };
        let before = plain[at - 1];
        let label = Some(plain[0].span);
        self.holds(rule.holds, Part::all(value), label, &before.value);
    }

    /// Reads a value by what the tables say of it.
    fn holds(&mut self, holds: Holds, part: Part<'_>, label: Option<Span>, name: &str) {
        match holds {
            Holds::Nothing => {}
            Holds::Credential(name) => self.give(name, part, Setting::CommandLine, label),
            Holds::NamedBefore => self.give(name, part, Setting::CommandLine, label),
            Holds::UserAnd(mark) => {
                if let Some(at) = part.text().find(mark) {
                    let password = part.sub(at + mark.len_utf8()..part.text().len());
                    self.give("password", password, Setting::CommandLine, label);
                }
            }
            Holds::Assignments => self.assignments(part, Setting::CommandLine),
            Holds::SecretAssignments => self.assignments(part, Setting::Secret),
            Holds::Header => {
                if let Some((name, range)) = value::header(part.text()) {
                    self.give(name, part.sub(range), Setting::CommandLine, label);
                }
            }
            Holds::PassPhrase => {
                if let Some(phrase) = part.text().strip_prefix("pass:") {
                    self.give("password", part.sub(5..5 + phrase.len()), Setting::CommandLine, label);
                }
            }
        }
    }

    /// `a=b`, or `a=b,c=d` and `a=b&c=d`.
    fn assignments(&mut self, part: Part<'_>, setting: Setting) {
        let mut start = 0;
        for piece in part.text().split_inclusive([',', '&', ';']) {
            let len = piece.trim_end_matches([',', '&', ';']).len();
            let one = part.sub(start..start + len);
            if !self.assignment(one, setting) {
                self.url(one);
            }
            start += piece.len();
        }
    }

    /// `NAME=value`; says whether it is one.
    fn assignment(&mut self, part: Part<'_>, setting: Setting) -> bool {
        let Some((name, range)) = value::assignment(part.text()) else { return false };
        let label = part.word.span_of(part.start..part.start + name.len());
        self.give(name, part.sub(range), setting, Some(label));
        true
    }

    /// A URL that may hold a password, anywhere in the word.
    fn url(&mut self, part: Part<'_>) {
        if value::has_userinfo(part.text()) {
            self.give("url", part, Setting::CommandLine, None);
        }
    }

    /// What a shell reads: the word behind `-c`, or its here-documents.
    fn shell(&mut self, words: &[Word<'_>], command: &Command<'_>) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        let is_c = |word: &Word<'_>| {
            let flags = word.value.strip_prefix('-').unwrap_or_default();
            flags.ends_with('c') && flags.bytes().all(|b| b.is_ascii_alphabetic()) && flags.len() < 6
        };
        let script = words.iter().position(is_c).and_then(|at| words.get(at + 1));
        if let Some(word) = script {
            let outer = self.map;
            let map = |span: Span| outer(word.span_of(span.start..span.end));
            script_at(&word.value, self.depth + 1, &map, &mut *self.sink);
        } else {
            for body in &command.heredocs {
                let outer = self.map;
                let map = |span: Span| outer(span.shift(body.start));
                script_at(body.of(self.text), self.depth + 1, &map, &mut *self.sink);
            }
        }
    }

    /// Lines of configuration that a command writes: `echo "password=x" >> file`.
    fn written(&mut self, words: &[Word<'_>]) {
        for word in words.iter().skip(1) {
            self.lines(Part::all(word));
            self.url(Part::all(word));
        }
    }

    /// Gives the lines of a text that are a name and a value.
    fn lines(&mut self, part: Part<'_>) {
        value::lines(part.text(), &mut |name, range| {
            let label = part.word.span_of(part.start + name.start..part.start + name.end);
            self.give(&part.text()[name], part.sub(range), Setting::Configuration, Some(label));
        });
    }

    /// What goes to the command's standard input: a here-document, `<<<`, or what `echo` writes into the pipe.
    fn standard_input(&mut self, words: &[Word<'_>], command: &Command<'_>, writer: Option<&Command<'_>>) {
        let program = words.first().map_or("", |word| base_name(&word.value));
        for body in command.heredocs.iter().filter(|_| !SHELLS.contains(&program)) {
            self.lines(Part::all(&Word::literal(body.of(self.text), body.start)));
        }
        let reads = |(marks, _): &&(&[&str], Holds)| {
            marks.iter().all(|mark| *mark == program || words.iter().any(|word| word.value == *mark))
                || (program == marks[0] && marks.len() == 1)
        };
        // `sudo -S` is a wrapper, so it is looked for among all words.
        let sudo = command.words.iter().any(|w| w.value == "sudo") && command.words.iter().any(|w| w.value == "-S");
        let holds = READERS.iter().find(reads).map(|(_, holds)| *holds);
        let Some(holds) = holds.or(sudo.then_some(Holds::Credential("password"))) else { return };
        let label = command.words.first().map(|word| word.span);
        if let Some(input) = &command.input {
            self.holds(holds, Part::all(input), label, "");
        }
        let Some(writer) = writer.map(|w| behind_wrappers(&w.words)) else { return };
        if writer.first().is_some_and(|word| WRITERS.contains(&&*word.value)) {
            for word in writer.iter().skip(1).filter(|word| !word.value.starts_with('-')) {
                let len = word.value.trim_end_matches("\\n").len();
                self.holds(holds, Part::all(word).sub(0..len), label, "");
            }
        }
    }

    fn give(&mut self, name: &str, part: Part<'_>, setting: Setting, label: Option<Span>) {
        if part.text().is_empty() {
            return;
        }
        let (map, word, offset) = (self.map, part.word, part.start);
        (self.sink)(Candidate { name, value: part.text(), setting, label: label.map(map), word, offset, map });
    }
}

/// How many words in a subcommand stands at most.
const NEAR: usize = 8;

/// Whether a flag means what the table says in this command: the program fits, and the subcommand if one is named.
fn is_for(flag: &Flag, words: &[Word<'_>]) -> bool {
    let program = words.first().map_or("", |word| base_name(&word.value));
    flag.programs.is_empty()
        || flag.programs.iter().any(|expected| match expected.split_once(' ') {
            Some((name, subcommand)) => name == program && words.iter().take(NEAR).any(|word| word.value == subcommand),
            None => *expected == program,
        })
}

/// The value of `flag` if the word is that flag, and whether the value is the next word.
fn match_flag<'c>(
    flag: &Flag,
    word: &'c Word<'c>,
    name: &str,
    own: Option<Part<'c>>,
    next: Option<&'c Word<'c>>,
) -> Option<(Part<'c>, bool)> {
    if name == flag.flag {
        return match (own, next) {
            // `-p=x` of a short flag holds `=x` in truth, but nobody means that.
            (Some(part), _) => Some((part, false)),
            (None, Some(next)) if flag.value != Value::Glued => Some((Part::all(next), true)),
            _ if flag.holds == Holds::Nothing => Some((Part::from(word, word.value.len()), false)),
            _ => None,
        };
    }
    let glued = flag.value != Value::Next && word.value.len() > flag.flag.len() && word.value.starts_with(flag.flag);
    glued.then(|| (Part::from(word, flag.flag.len()), false))
}

fn is_switch(name: &str) -> bool {
    SWITCHES.iter().any(|part| name.contains(part))
}

/// Whether a word is what the table expects; an expectation that ends with a dot stands for all that start so.
fn word_fits(word: &str, expected: &str) -> bool {
    word == expected || (expected.ends_with('.') && word.starts_with(expected))
}

fn base_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or_default()
}

/// The words of the command that is really run.
fn behind_wrappers<'w, 'a>(words: &'w [Word<'a>]) -> &'w [Word<'a>] {
    let mut rest = words;
    while rest.first().is_some_and(|word| WRAPPERS.contains(&base_name(&word.value))) {
        let is_own = |word: &Word<'_>| {
            let text = &*word.value;
            text.starts_with('-') || text.starts_with(|c: char| c.is_ascii_digit()) || value::assignment(text).is_some()
        };
        let skip = 1 + rest[1..].iter().take_while(|word| is_own(word)).count();
        rest = &rest[skip..];
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The static candidates of a script as `name=value`, each checked to stand where it says.
    fn of(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        in_script(text, &mut |c| {
            if !c.is_dynamic(0..c.value.len()) {
                let at = c.locate(0..c.value.len());
                assert!(text.get(at.clone()).is_some());
                if !text[at.clone()].contains(['\\', '\'', '"']) {
                    assert_eq!(&text[at], c.value);
                }
                out.push(format!("{}={}", c.name, c.value));
            }
        });
        out
    }

    fn in_words(words: &[&str]) -> Vec<String> {
        let starts: Vec<usize> = (0..words.len()).map(|at| at * 100).collect();
        let mut out = Vec::new();
        in_argv(words, &starts, &mut |c| out.push(format!("{}={}", c.name, c.value)));
        out
    }

    #[test]
    fn long_flags_are_judged_by_their_name() {
        assert_eq!(
            of("app --password=x1 --api-key 'y 2' -token=z3 --port 80"),
            ["password=x1", "api-key=y 2", "token=z3", "port=80"]
        );
        assert_eq!(of("x --password-file=/a --no-password foo --password $P --token=\"$(cat t)\""), [""; 0]);
    }

    #[test]
    fn short_flags_mean_what_their_program_says() {
        for (line, expected) in [
            ("mysql -uroot -pS3cret db", "password=S3cret"),
            ("/usr/bin/mysqladmin -p'S3 cret' ping", "password=S3 cret"),
            ("redis-cli -h x -a S3cret ping", "password=S3cret"),
            ("sshpass -p S3cret ssh root@host", "password=S3cret"),
            ("docker login -u me -p S3cret reg.io", "password=S3cret"),
            ("helm registry login -p S3cret reg.io", "password=S3cret"),
            ("curl -sSf -u me:S3cret https://x", "password=S3cret"),
            ("curl --user=me:S3cret https://x", "password=S3cret"),
            ("smbclient -U me%S3cret //h/s", "password=S3cret"),
            ("openssl aes-256-cbc -pass pass:S3cret -in a", "password=S3cret"),
            ("sudo -E useradd -m -p S3cret joe", "password=S3cret"),
            ("mongo admin -u root -p S3cret", "password=S3cret"),
            ("keytool -genkey -storepass S3cret", "password=S3cret"),
        ] {
            assert!(of(line).iter().any(|c| c == expected), "{line}: {:?}", of(line));
        }
        assert_eq!(of("mkdir -p S3cret"), [""; 0]);
        assert_eq!(of("mysql -p db"), [""; 0]);
        assert_eq!(of("docker run -p 80:80 nginx"), [""; 0]);
        assert_eq!(of("sshpass -p S3cret ssh -p 2222 host"), ["password=S3cret"]);
    }

    #[test]
    fn places_mean_what_their_program_says() {
        for (line, expected) in [
            ("htpasswd -bc /etc/p me S3cret", "password=S3cret"),
            ("aws configure set aws_secret_access_key S3cret", "aws_secret_access_key=S3cret"),
            ("npm config set //r.io/:_authToken S3cret", "//r.io/:_authToken=S3cret"),
            ("mc alias set m http://h key S3cret", "secret_key=S3cret"),
            ("echo 'me:S3cret' | chpasswd", "password=S3cret"),
            ("echo S3cret | docker login --password-stdin", "password=S3cret"),
            ("chpasswd <<< me:S3cret", "password=S3cret"),
        ] {
            assert!(of(line).iter().any(|c| c == expected), "{line}: {:?}", of(line));
        }
    }

    #[test]
    fn assignments_stand_before_and_behind_commands() {
        assert_eq!(of("PGPASSWORD=a1 psql -h x"), ["PGPASSWORD=a1"]);
        assert_eq!(of("export DB_PASSWORD=\"a b\" X=$Y"), ["DB_PASSWORD=a b"]);
        assert_eq!(of("helm install x --set auth.password=a1,b.c=d"), ["auth.password=a1", "b.c=d"]);
        assert_eq!(of("kubectl create secret generic s --from-literal=k=v"), ["k=v"]);
        assert_eq!(of("docker run -e A_TOKEN=x -eB=y img"), ["A_TOKEN=x", "B=y"]);
        assert_eq!(of("sed -i s/x=1/y=2/ f; grep password=x f"), [""; 0]);
    }

    #[test]
    fn headers_and_urls_hold_credentials() {
        assert_eq!(of("curl -H 'Authorization: Bearer abc' https://x"), ["token=abc"]);
        assert_eq!(of("curl -H\"X-Api-Key: abc\" https://x"), ["X-Api-Key=abc"]);
        assert_eq!(of("git clone https://me:tok@h/r.git"), ["url=https://me:tok@h/r.git"]);
    }

    #[test]
    fn scripts_inside_words_and_documents_are_read() {
        assert_eq!(of("bash -c \"mysql -pS3cret\""), ["password=S3cret"]);
        assert_eq!(of("sh <<EOF\nexport A=b\nEOF\n"), ["A=b"]);
        assert_eq!(of("cat > x <<'EOF'\npassword: S3cret\n[a]\ntoken = \"t\"\nEOF\n"), ["password=S3cret", "token=t"]);
        assert_eq!(of("echo 'DB_PASSWORD=S3cret\\nX=y' >> .env"), ["DB_PASSWORD=S3cret", "X=y"]);
        assert_eq!(of("X=$(mysql -pS3cret -e q)"), ["password=S3cret"]);
        assert_eq!(in_words(&["/bin/sh", "-ec", "mysql -pS3cret"]), ["password=S3cret"]);
    }

    #[test]
    fn a_list_of_words_may_be_arguments_alone() {
        assert_eq!(in_words(&["--password=x", "--token", "y", "A=b"]), ["password=x", "token=y", "A=b"]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_taken(text in "([a-z$\"'`<\\\\|;&(){}=:@ \n-]|mysql -p|EOF|<<|é|--password=|sh -c ){0,60}") {
            of(&text);
        }
    }
}
