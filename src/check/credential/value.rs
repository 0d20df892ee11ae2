//! Is this value one that a credential could be?

use super::examples::is_published_example;
use super::placeholder::is_placeholder;
use super::pointer::is_variable;
use super::shape::{is_host, shape, short_kind};
use super::words::{CREDENTIAL, KEYWORD_VALUES, ONE_FORM_BEGINNINGS, REFERENCE_BEGINNINGS, contains};

/// What a value is, as far as it alone tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// Nothing.
    Empty,
    /// It names where a secret lies, or is filled in later: `vault:…`, `${VAR}`, `{{ … }}`.
    Reference,
    /// It stands for a value to be put in: `<your-token>`, `xxxx`, `REPLACE_ME`.
    Placeholder,
    /// A word that mostly chooses between ways: `basic`, `none`, `foo`. Only where nothing but a credential can stand is it
    /// one.
    Keyword,
    /// Encrypted: SOPS, Ansible vault, age.
    Ciphertext,
    /// A switch.
    Boolean,
    /// A number, a duration, a size, a date.
    Number,
    /// A path of a file system.
    Path,
    /// A host name or address, with or without port.
    Host,
    /// A URL without a password in it.
    Url,
    /// A digest that says what it is: `sha256:…`.
    Digest,
    /// A UUID.
    Uuid,
    /// A public key or certificate.
    Public,
    /// A private key in PEM or PuTTY form.
    PrivateKey,
    /// A signed token: three base64url parts.
    Jwt,
    /// A hash of a password: `$2b$…`, `$6$…`.
    PasswordHash,
    /// Code that yields the value: `getPassword()`, `os.environ["X"]`.
    Code,
    /// Words with blanks between them.
    Prose,
    /// One literal.
    Literal,
}

/// What a value is. Costs no allocation.
pub fn value_kind(value: &str) -> ValueKind {
    let v = value.trim();
    let v = v.strip_prefix(['"', '\'']).and_then(|inner| inner.strip_suffix(['"', '\''])).unwrap_or(v).trim();
    if v.is_empty() {
        return ValueKind::Empty;
    }
    if v.starts_with("-----BEGIN ") || v.contains("-----BEGIN ") || v.starts_with("PuTTY-User-Key-File") {
        return armored(v);
    }
    if is_reference(v) {
        return ValueKind::Reference;
    }
    if is_ciphertext(v) {
        return ValueKind::Ciphertext;
    }
    if let Some(kind) = short_kind(v) {
        return if is_filler_number(v) { ValueKind::Placeholder } else { kind };
    }
    // `db.example.com` is a host before it is an example.
    if v.contains('.') && is_host(v) {
        return ValueKind::Host;
    }
    // A password in a URL counts whatever its host is called.
    if v.contains("://") && !v.starts_with('<') && !v.contains(char::is_whitespace) {
        return ValueKind::Url;
    }
    match () {
        () if contains(KEYWORD_VALUES, v) => ValueKind::Keyword,
        () if is_placeholder(v) || is_published_example(v) => ValueKind::Placeholder,
        () => shape(v),
    }
}

/// Whether one digit fills the place of a key: `0000000000000000`.
fn is_filler_number(v: &str) -> bool {
    let first = v.as_bytes()[0];
    v.len() >= 16 && first.is_ascii_digit() && v.bytes().all(|b| b == first || b == b'-')
}

fn armored(v: &str) -> ValueKind {
    match () {
        () if v.contains("PRIVATE KEY") || v.starts_with("PuTTY") => ValueKind::PrivateKey,
        () if v.contains("BEGIN AGE ENCRYPTED") || v.contains("BEGIN PGP MESSAGE") => ValueKind::Ciphertext,
        () => ValueKind::Public,
    }
}

/// Whether the whole of the value, or what matters of it, is filled in later or kept elsewhere.
fn is_reference(v: &str) -> bool {
    let bytes = v.as_bytes();
    if bytes.len() > 2 && REFERENCE_BEGINNINGS.of(v).iter().any(|known| starts_with_ignoring_case(v, known)) {
        return true;
    }
    let has = |mark: &str| memchr::memmem::find(bytes, mark.as_bytes()).is_some();
    // Every mark below has one of these in it.
    if memchr::memchr3(b'{', b'$', b'<', bytes).is_none()
        && !matches!(bytes[0], b'%' | b'_' | b'(' | b'[')
        && !v.contains('@')
    {
        return false;
    }
    let opened = match bytes[0] {
        b'$' => is_substitution(v),
        b'%' => {
            v.len() > 2 && v.ends_with('%')
                || v.starts_with("%{") && v.ends_with('}')
                || v.starts_with("%(") && v.ends_with(")s")
                || matches!(v, "%s" | "%v" | "%q")
        }
        b'@' => v.len() > 4 && (v.starts_with("@@") && v.ends_with("@@") || v.ends_with('@') || is_marked_variable(v)),
        b'_' => v.len() > 4 && v.starts_with("__") && v.ends_with("__"),
        b'(' => v.starts_with("((") && v.ends_with("))"),
        b'#' => v.starts_with("#{"),
        b'[' => v.starts_with("[[") && v.ends_with("]]"),
        _ => false,
    };
    opened
        || ["{{", "<%", "$(", "#{"].iter().any(|mark| has(mark))
        || has("${") && literal_default(v).is_none()
        || has("$$") && is_run_of_marks(v)
        || has("@@") && v.matches("@@").count() > 1
}

/// `$NAME`, `$1`, `$env:NAME`: a dollar sign and a name; a password hash has more dollar signs. Grafana's `$__file{/path}`
/// and `$__env{NAME}`, too.
fn is_substitution(v: &str) -> bool {
    if v.starts_with("$__") && v.ends_with('}') {
        return true;
    }
    let name = v[1..].trim_start_matches('$');
    // `$slack-token` names a key, as Argo CD's notifications do.
    let is_dashed = name.contains('-') && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    is_dashed
        || !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '.' | '[' | ']' | '\''))
}

/// `$$app_password`, `$$app_random(32)`, `Bot $$app_token`: marks that a catalogue of Compose files fills in, with words in
/// front and signs between them. The pieces of a hash with doubled dollar signs are no words.
fn is_run_of_marks(v: &str) -> bool {
    let mut pieces = v.split("$$");
    let front = pieces.next().unwrap_or_default();
    front.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b' ' | b':' | b'/')) && pieces.all(is_mark)
}

/// Whether the text is a name of several words, with numbers in brackets behind it perhaps, and then no other word.
fn is_mark(text: &str) -> bool {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-')).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.contains('_')
        && rest.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_punctuation() && b != b'$')
        && (rest.starts_with('(') || !rest.bytes().any(|b| b.is_ascii_digit()))
}

/// `@DB_PASSWORD`, `@PASSWORD`: what a template's own program fills in.
fn is_marked_variable(v: &str) -> bool {
    let name = &v[1..];
    is_variable(name) || name.bytes().all(|b| b.is_ascii_uppercase()) && contains(CREDENTIAL, name)
}

/// What stands for a store of secrets, or of variables, before the name of one in it.
const STORES: [&str; 11] = ["akv", "asm", "env", "file", "gsm", "kv", "op", "secretsmanager", "sm", "ssm", "vault"];

/// The literal default of `${NAME:-literal}` (a shell's) or `${name:literal}` (Spring's), as a byte range of the value.
pub fn literal_default(v: &str) -> Option<std::ops::Range<usize>> {
    let inside = v.strip_prefix("${")?.strip_suffix('}')?;
    // Serverless: `${env:TOKEN, 'literal'}`.
    let quoted = |text: &str| {
        let literal = ['\'', '"'].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote))?;
        Some(v.len() - 2 - literal.len()..v.len() - 2)
    };
    let listed = inside.split_once(", ").filter(|(variable, _)| variable.contains(':'));
    if let Some(literal) = listed.and_then(|(_, default)| quoted(default)) {
        return (!literal.is_empty()).then_some(literal);
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let name = inside.find(|c: char| !is_name(c))?;
    let behind = &inside[name..];
    // `${ssm:…}` names a store and what to take from it.
    let is_store = STORES.iter().any(|store| inside[..name].eq_ignore_ascii_case(store));
    // `${db-password}` is a name with a hyphen; only names of variables have a default behind a bare one.
    let variable = inside[..name].bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    let mark = match behind {
        _ if behind.starts_with(":-") || behind.starts_with(":=") => 2,
        _ if is_store && behind.starts_with(':') => return None,
        _ if behind.starts_with(":?") || behind.starts_with(":+") || behind.starts_with(":/") => return None,
        _ if behind.starts_with(':') || variable && behind.starts_with(['-', '=']) => 1,
        _ => return None,
    };
    let start = 2 + name + mark;
    let default = &v[start..v.len() - 1];
    let literal = !default.is_empty() && !default.contains(['$', '{']);
    literal.then_some(start..v.len() - 1)
}

fn starts_with_ignoring_case(v: &str, beginning: &str) -> bool {
    v.len() >= beginning.len() && v.as_bytes()[..beginning.len()].eq_ignore_ascii_case(beginning.as_bytes())
}

fn is_ciphertext(v: &str) -> bool {
    v.starts_with("ENC[AES")
        // Of Cirrus CI.
        || v.starts_with("ENCRYPTED[") && v.ends_with(']')
        // Of AWS's key management.
        || v.starts_with("AQICAH") && v.len() > 60
        // Of Google's, as Cloud Build takes it for a step's variables.
        || v.starts_with("CiQA") && v.len() > 100
        || v.starts_with("$ANSIBLE_VAULT")
        || v.starts_with("age-encryption.org")
        || v.contains("BEGIN AGE ENCRYPTED")
}

/// Whether the value begins as tokens do that have one form.
pub(super) fn begins_as_one_form(v: &str) -> bool {
    ONE_FORM_BEGINNINGS.of(v).iter().any(|known| v.starts_with(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_apart() {
        use ValueKind::*;
        for (value, kind) in [
            ("", Empty),
            ("\"\"", Empty),
            ("' '", Empty),
            ("${VAR}", Reference),
            ("$VAR", Reference),
            ("$(VAR)", Reference),
            ("%VAR%", Reference),
            ("{{ .x }}", Reference),
            ("((db-password))", Reference),
            ("@@PASSWORD@@", Reference),
            ("@DB_PASSWORD", Reference),
            ("@PASSWORD", Reference),
            ("$$shop_db-password", Reference),
            ("$$shop_random(32)", Reference),
            ("$$shop_name$$shop_random(16)", Reference),
            ("$$shop_user/$$shop_password", Reference),
            ("Bot $$shop_token", Reference),
            ("$$apr1$$rOZyTQ9y$$WqXuJX0bzYVwYVWvLXvfd/", Literal),
            ("$$kiln-Ferret_71!x", Literal),
            ("0000000000000000000000000000000000000000", Placeholder),
            ("0000000", Number),
            ("bbbbbbbb-cccc-dddd-eeee-ffffffffffff", Placeholder),
            ("hidden", Placeholder),
            ("@dmin71_PASS", Literal),
            ("vault:secret/data/x#y", Reference),
            ("op://v/i/f", Reference),
            ("ref+vault://x", Reference),
            ("<path:kv/x#y>", Reference),
            ("<% x %>", Reference),
            ("${ssm:/a/b}", Reference),
            ("ENC[AES256_GCM,data:x]", Reference),
            ("ENCRYPTED[9f3b71c0d2]", Ciphertext),
            ("<your-token>", Placeholder),
            ("xxxx", Placeholder),
            ("****", Placeholder),
            ("**SOPS**", Placeholder),
            ("foobar", Keyword),
            ("foobar_new", Literal),
            ("^1.2.0", Number),
            ("~4.0", Number),
            (">=1.2.0 <2", Number),
            ("^5.0.0 || ^6.0.2-rc.1", Number),
            ("^1.rT", Literal),
            ("REPLACE_ME", Placeholder),
            ("...", Placeholder),
            ("your_password_here", Placeholder),
            ("INSERT_TOKEN", Placeholder),
            ("AKIAIOSFODNN7EXAMPLE", Placeholder),
            ("example_123", Placeholder),
            ("f0000000000000000000000000000000", Placeholder),
            ("tok-v1-QZKEY", Placeholder),
            ("tok-v1-QZK7", Literal),
            ("true", Boolean),
            ("8080", Number),
            ("10m", Number),
            ("1h30m", Number),
            ("512Mi", Number),
            ("/run/secrets/db-password", Path),
            ("db:5432", Host),
            ("localhost", Host),
            ("db.svc.cluster.local", Host),
            ("https://example.org/x", Url),
            ("sha256:ab12", Digest),
            ("ssh-rsa AAAA", Public),
            ("123e4567-e89b-42d3-a456-426614174000", Uuid),
            ("getPassword()", Code),
            ("os.environ[\"X\"]", Code),
            ("\\x1b[32mPASS", Code),
            ("\\033[0;31mFAIL", Code),
            ("a text of words", Prose),
            ("$2b$10$abcdefghijklmnopqrstuv", PasswordHash),
            ("-----BEGIN RSA PRIVATE KEY-----", PrivateKey),
            ("-----BEGIN CERTIFICATE-----", Public),
            ("gitea", Literal),
            ("c-krit", Literal),
            ("mysecretpassword", Literal),
            ("kestrel-Harbour-71", Literal),
            ("supersecret", Literal),
            ("changeme", Literal),
            ("p@ss:word", Literal),
        ] {
            assert_eq!(value_kind(value), kind, "{value}");
        }
    }

    #[test]
    fn a_default_in_a_substitution_is_a_literal() {
        assert_eq!(
            literal_default("${DB_PASSWORD:-hunter2}").map(|r| "${DB_PASSWORD:-hunter2}"[r].to_owned()).as_deref(),
            Some("hunter2")
        );
        assert_eq!(literal_default("${DB_PASSWORD:-$OTHER}"), None);
        assert_eq!(literal_default("${DB_PASSWORD:?must be set}"), None);
        assert_eq!(literal_default("${DB_PASSWORD:-}"), None);
        assert_eq!(literal_default("${db-password}"), None);
        assert_eq!(literal_default("${db.password:hunter2}"), Some(14..21));
        assert_eq!(literal_default("${VAULT:-kestrel-Harbour71}"), Some(9..26));
        assert_eq!(literal_default("${vault:kv/web}"), None);
        assert_eq!(literal_default("${DB_PASSWORD:-kestrel, Harbour71}"), Some(15..33));
        assert_eq!(literal_default("${env:TOKEN, 'kestrel71'}"), Some(14..23));
        assert_eq!(literal_default("${env:TOKEN, other}"), None);
    }
}
