//! The names and values in a command line that could be a credential's, found by the tables and by form.

use std::ops::Range;

use super::reader::Reader;
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
    /// Whether the value is the literal default of an expansion: `${NAME:-value}`.
    pub is_default: bool,
    /// The word that holds the value.
    pub word: &'c Word<'c>,
    /// Where the value starts in the word's value.
    pub offset: usize,
    /// From the text of the word to the outermost text.
    pub map: Map<'c>,
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
        !self.is_default && self.word.is_dynamic(range.start + self.offset..range.end + self.offset)
    }
}

/// How deep `sh -c 'sh -c …'` is followed.
pub(super) const MAX_DEPTH: u8 = 3;

/// Gives the candidates of shell text.
pub(super) fn in_script(text: &str, sink: Sink<'_>) {
    script_at(text, 0, &|span| span.start..span.end, sink);
}

/// Gives the candidates of a list of words, of which word N starts at `starts[N]` of the text that offsets count in.
pub(super) fn in_argv(words: &[&str], starts: &[usize], sink: Sink<'_>) {
    let words = words.iter().zip(starts).flat_map(|(word, start)| parts_of_argument(word, *start)).collect();
    let command = Command { words, ..Command::default() };
    Reader { text: "", depth: 0, takes_files: false, map: &|span| span.start..span.end, sink }.command(&command, None);
}

/// The words of an argument: two where a flag has its value in the same item behind a blank, as `--requirepass x`, which
/// Redis takes apart itself.
fn parts_of_argument(word: &str, start: usize) -> impl Iterator<Item = Word<'_>> {
    let flag = |text: &str| text.starts_with('-') && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let cut = word.split_once(' ').filter(|(name, value)| flag(name) && !value.contains(char::is_whitespace));
    let (first, second) = cut.map_or((word, None), |(name, value)| (name, Some((value, start + name.len() + 1))));
    std::iter::once(Word::literal(first, start)).chain(second.map(|(value, at)| Word::literal(value, at)))
}

/// Gives the candidates of a script that stands `depth` scripts deep.
pub(super) fn script_at(text: &str, depth: u8, map: Map<'_>, sink: Sink<'_>) {
    let mut before: Option<Command<'_>> = None;
    shell::commands(text, &mut |command| {
        let writer = before.take().filter(|_| command.piped);
        Reader { text, depth, takes_files: false, map, sink: &mut *sink }.command(&command, writer.as_ref());
        before = Some(command);
    });
}

/// A stretch of a word's value.
#[derive(Clone, Copy)]
pub(super) struct Part<'c> {
    /// The word.
    pub word: &'c Word<'c>,
    /// Where it starts in the word's value.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

impl<'c> Part<'c> {
    /// The whole word.
    pub fn all(word: &'c Word<'c>) -> Self {
        Self { word, start: 0, end: word.value.len() }
    }

    /// The word from byte `start` of its value on.
    pub fn from(word: &'c Word<'c>, start: usize) -> Self {
        Self { start, ..Self::all(word) }
    }

    /// The text.
    pub fn text(self) -> &'c str {
        self.word.value.get(self.start..self.end).unwrap_or_default()
    }

    /// The stretch of this stretch.
    pub fn sub(self, range: Range<usize>) -> Self {
        Self { start: self.start + range.start, end: self.start + range.end, ..self }
    }
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
            ("twine upload -u __token__ -p S3cret dist/*", "password=S3cret"),
            ("powershell -NoProfile -Command docker login -u ci -p S3cret r.io", "password=S3cret"),
            ("pwsh.exe -c 'docker login -p S3cret r.io; exit'", "password=S3cret"),
            ("$env:DB_PASSWORD = 'S3cret'; ./x.ps1", "DB_PASSWORD=S3cret"),
            ("powershell -Command $env:DB_PASSWORD='S3cret'; ./x.ps1", "DB_PASSWORD=S3cret"),
            ("powershell -Command $token = 'S3cret'; ./x.ps1", "token=S3cret"),
            ("cmd /S /C \"mysql -pS3cret\"", "password=S3cret"),
            ("keytool -genkey -storepass S3cret", "password=S3cret"),
            ("sed -i 's/^password=.*/password=S3cret/' /etc/app.conf", "password=S3cret"),
            ("sed -i -e \"s|DB_PASSWORD=.*|DB_PASSWORD=S3cret|\" .env", "DB_PASSWORD=S3cret"),
            ("keytool -import -keystore /etc/cacerts -storepass S3cret", "password=S3cret"),
            ("docker run --health-cmd 'mysqladmin ping -pS3cret' mysql", "password=S3cret"),
            ("docker run --health-cmd=\"mysqladmin ping -pS3cret\" mysql", "password=S3cret"),
            ("aws ssm put-parameter --type=SecureString --value S3cret", "password=S3cret"),
        ] {
            assert!(of(line).iter().any(|c| c == expected), "{line}: {:?}", of(line));
        }
        assert_eq!(of("mkdir -p S3cret"), [""; 0]);
        assert_eq!(of("$secret = Get-StoredSecret; ls"), [""; 0]);
        assert_eq!(of("sed -e 's/password=S3cret/x/' -e s/a/password=$P/ a"), [""; 0]);
        assert_eq!(of("keytool -import -keystore $J/lib/cacerts -storepass changeit"), [""; 0]);
        assert_eq!(of("mysql -p db"), [""; 0]);
        assert_eq!(of("docker run -p 80:80 nginx"), [""; 0]);
        assert_eq!(of("sshpass -p S3cret ssh -p 2222 host"), ["password=S3cret"]);
    }

    #[test]
    fn places_mean_what_their_program_says() {
        for (line, expected) in [
            ("htpasswd -bc /etc/p me S3cret", "password=S3cret"),
            ("htpasswd -nb me S3cret", "password=S3cret"),
            ("neo4j-admin dbms set-initial-password S3cret", "password=S3cret"),
            ("timeout -k 5 10 sudo -u db mysql -pS3cret", "password=S3cret"),
            ("sudo PGPASSWORD=S3cret psql", "PGPASSWORD=S3cret"),
            ("kubectl exec -it db-0 -- mysql -uroot -pS3cret", "password=S3cret"),
            ("docker exec mysql mysql -pS3cret", "password=S3cret"),
            ("psql -c \"ALTER USER me WITH PASSWORD 'S3cret'\"", "password=S3cret"),
            ("mysql --execute=\"CREATE USER a@b IDENTIFIED BY 'S3cret'; x\"", "password=S3cret"),
            ("psql 'host=h user=me password=S3cret'", "password=S3cret"),
            ("docker build --build-arg=A_TOKEN=S3cret .", "A_TOKEN=S3cret"),
            ("docker build --build-arg A_TOKEN=S3cret .", "A_TOKEN=S3cret"),
            ("git -c 'http.extraheader=Authorization: Basic S3cret' fetch", "token=S3cret"),
            ("kubectl create secret generic a --from-literal=k=S3,cret", "k=S3,cret"),
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
    fn places_are_none_where_a_flag_says_so() {
        for (line, expected) in [
            ("isql shop sa S3cret", "password=S3cret"),
            ("nmcli dev wifi connect home ifname wlan0 password S3cret", "password=S3cret"),
            ("nmcli device wifi connect home password S3cret", "password=S3cret"),
            ("aws --region eu ssm put-parameter --name /a --value S3cret --type SecureString", "password=S3cret"),
            ("printf 'user=%d\npassword=%s\n' 5 S3cret", "password=S3cret"),
            ("printf -- '100%%\npassword=%s\n' S3cret", "password=S3cret"),
            ("helm install a b --set adminPassword=@S3.cret", "adminPassword=@S3.cret"),
            ("redis-cli auth abc=S3cret", "password=abc=S3cret"),
            ("vault login abc=S3cret", "token=abc=S3cret"),
            ("vault login -method=userpass username=me password=S3cret", "password=S3cret"),
        ] {
            assert!(of(line).iter().any(|c| c == expected), "{line}: {:?}", of(line));
        }
        assert_eq!(of("isql -S server -U sa -D master"), [""; 0]);
        assert_eq!(of("nmcli dev wifi connect home ifname wlan0"), [""; 0]);
        assert_eq!(of("curl -d password=@a/b.txt https://h"), [""; 0]);
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
    fn the_default_of_an_expansion_is_a_value() {
        assert_eq!(of("export A=${A:-b1} C=\"${C:='d e'}\" E=${E:-$F} G=${H%x} I=${J:-}"), ["A=b1", "C=d e"]);
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
        assert!(of("python <<E\npassword='S3cret',\nE").contains(&"password=S3cret".to_owned()));
        assert_eq!(of("X=$(mysql -pS3cret -e q)"), ["password=S3cret"]);
        assert_eq!(in_words(&["/bin/sh", "-ec", "mysql -pS3cret"]), ["password=S3cret"]);
        assert_eq!(in_words(&["app --db postgres://u:p@h"]), ["url=postgres://u:p@h"]);
        assert_eq!(in_words(&["X=\"$(id)\"\nmysql -pS3cret"]).last(), Some(&"password=S3cret".to_owned()));
    }

    #[test]
    fn a_list_of_words_may_be_arguments_alone() {
        assert_eq!(in_words(&["--password=x", "--token", "y", "A=b"]), ["password=x", "token=y", "A=b"]);
        assert_eq!(in_words(&["influx", "-import", "-path", "/ddl"]), ["path=/ddl"]);
        assert_eq!(in_words(&["--save", "--requirepass S3cret"]), ["requirepass=S3cret"]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_taken(text in "([a-z$\"'`<\\\\|;&(){}=:@ \n-]|mysql -p|EOF|<<|é|--password=|sh -c ){0,60}") {
            of(&text);
        }
    }
}
