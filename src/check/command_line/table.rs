//! What the flags and words of well-known programs hold, as tables.
//!
//! Only what the generic reading of long flags (`--password=…`, judged by the flag's name) can't know stands here:
//! short flags, positional secrets, and values with an inner form. From the programs' manuals.

/// What a value on a command line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// A password or token, judged under this name.
    Credential(&'static str),
    /// A user, this mark, and a password.
    UserAnd(char),
    /// `name=value`.
    Assignment,
    /// Several of them with commas or `&` between.
    Assignments,
    /// A key and a value of a Kubernetes Secret.
    SecretAssignment,
    /// Judged under the word before it.
    NamedBefore,
    /// `Name: value`, an HTTP header.
    Header,
    /// OpenSSL's `pass:SECRET`.
    PassPhrase,
    /// A command line.
    Script,
    /// The password of a store that holds nothing but public certificates: Java's own one opens no door.
    TrustStore,
    /// Nothing secret, although its name might say so.
    Nothing,
}

/// A flag of some programs.
#[derive(Debug)]
pub(super) struct Flag {
    /// The programs, each perhaps with a subcommand that must stand among the words; empty: any.
    pub programs: &'static [&'static str],
    /// The flag as written, with its dashes.
    pub flag: &'static str,
    /// Where its value may stand, beside `flag=value`.
    pub value: Value,
    /// What it holds.
    pub holds: Holds,
}

/// Where a flag's value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// In the same word, right behind the flag: `-pSECRET`.
    Glued,
    /// In the next word.
    Next,
    /// Either.
    Both,
}

const fn flag(programs: &'static [&'static str], flag: &'static str, value: Value, holds: Holds) -> Flag {
    Flag { programs, flag, value, holds }
}

const PASSWORD: Holds = Holds::Credential("password");
const TOKEN: Holds = Holds::Credential("token");

const MYSQL: &[&str] = &[
    "mysql",
    "mysqldump",
    "mysqladmin",
    "mysqlimport",
    "mysqlshow",
    "mysqlcheck",
    "mysqlslap",
    "mysqlpump",
    "mysqlbinlog",
    "mysqlsh",
    "mysql_upgrade",
    "mysql_config_editor",
    "mariadb",
    "mariadb-dump",
    "mariadb-admin",
    "mariadb-import",
    "mariadb-check",
    "mariadb-backup",
    "mydumper",
    "myloader",
];
const MONGO: &[&str] = &[
    "mongo",
    "mongosh",
    "mongodump",
    "mongorestore",
    "mongoexport",
    "mongoimport",
    "mongostat",
    "mongotop",
    "mongofiles",
];
const LOGIN: &[&str] = &[
    "docker login",
    "podman login",
    "buildah login",
    "nerdctl login",
    "helm login",
    "oras login",
    "crane login",
    "regctl login",
    "az login",
    "oc login",
    "cf login",
    "ibmcloud login",
    "argocd login",
    "cosign login",
    "werf login",
    "rancher login",
];
const CURL: &[&str] = &["curl", "curlie"];
const CONTAINERS: &[&str] = &["docker", "podman", "nerdctl", "docker-compose", "buildah"];
const SNMP: &[&str] = &["snmpget", "snmpwalk", "snmpset", "snmpbulkwalk", "snmptrap"];
const LDAP: &[&str] = &["ldapsearch", "ldapadd", "ldapmodify", "ldapdelete", "ldapwhoami", "ldappasswd", "ldapcompare"];
const JAVA_KEYS: &[&str] = &["keytool", "jarsigner", "apksigner"];
const SAMBA: &[&str] = &["smbclient", "rpcclient", "smbget", "net", "wmic", "winexe", "smbmap"];

/// Flags with their meaning; the first that fits is taken.
pub(super) static FLAGS: &[Flag] = &[
    flag(MYSQL, "-p", Value::Glued, PASSWORD),
    flag(MONGO, "-p", Value::Both, PASSWORD),
    flag(&["redis-cli", "valkey-cli", "keydb-cli"], "-a", Value::Both, PASSWORD),
    flag(&["sshpass"], "-p", Value::Both, PASSWORD),
    flag(LOGIN, "-p", Value::Next, PASSWORD),
    flag(&["sqlcmd", "bcp", "osql", "isql", "tsql"], "-P", Value::Both, PASSWORD),
    flag(
        &["cqlsh", "nodetool", "rabbitmqadmin", "etcdctl", "mosquitto_sub", "clickhouse-client"],
        "-p",
        Value::Both,
        PASSWORD,
    ),
    flag(&["nodetool"], "-pw", Value::Next, PASSWORD),
    flag(&["mosquitto_pub", "mosquitto_sub"], "-P", Value::Both, PASSWORD),
    flag(&["cypher-shell"], "-p", Value::Next, PASSWORD),
    flag(LDAP, "-w", Value::Both, PASSWORD),
    flag(SAMBA, "-U", Value::Both, Holds::UserAnd('%')),
    flag(&["7z", "7za", "7zz", "rar", "unrar"], "-p", Value::Glued, PASSWORD),
    flag(&["zip", "unzip", "ipmitool"], "-P", Value::Both, PASSWORD),
    flag(&["keytool /cacerts", "keytool -cacerts"], "-storepass", Value::Next, Holds::TrustStore),
    flag(JAVA_KEYS, "-storepass", Value::Next, PASSWORD),
    flag(JAVA_KEYS, "-keypass", Value::Next, PASSWORD),
    flag(JAVA_KEYS, "-srcstorepass", Value::Next, PASSWORD),
    flag(JAVA_KEYS, "-deststorepass", Value::Next, PASSWORD),
    flag(JAVA_KEYS, "-srckeypass", Value::Next, PASSWORD),
    flag(JAVA_KEYS, "-destkeypass", Value::Next, PASSWORD),
    flag(&["openssl"], "-passin", Value::Next, Holds::PassPhrase),
    flag(&["openssl"], "-passout", Value::Next, Holds::PassPhrase),
    flag(&["openssl"], "-pass", Value::Next, Holds::PassPhrase),
    flag(&["openssl"], "-password", Value::Next, Holds::PassPhrase),
    flag(&["openssl"], "-k", Value::Next, PASSWORD),
    flag(&["ssh-keygen"], "-N", Value::Next, PASSWORD),
    flag(&["ssh-keygen"], "-P", Value::Next, PASSWORD),
    flag(&["useradd", "usermod", "adduser"], "-p", Value::Next, PASSWORD),
    flag(&["security"], "-p", Value::Next, PASSWORD),
    flag(&["xfreerdp"], "/p", Value::Next, PASSWORD),
    flag(&["ansible-vault", "nuget", "dotnet"], "-p", Value::Next, PASSWORD),
    flag(&["twine", "poetry publish"], "-p", Value::Next, PASSWORD),
    flag(&["nuget"], "-ApiKey", Value::Next, TOKEN),
    flag(&["dotnet"], "-k", Value::Next, TOKEN),
    flag(&["http", "https", "xh"], "-a", Value::Next, Holds::UserAnd(':')),
    flag(&["http", "https", "xh"], "--auth", Value::Next, Holds::UserAnd(':')),
    flag(&["ab"], "-A", Value::Next, Holds::UserAnd(':')),
    flag(&["skopeo", "podman", "buildah"], "--creds", Value::Next, Holds::UserAnd(':')),
    flag(&["skopeo"], "--src-creds", Value::Next, Holds::UserAnd(':')),
    flag(&["skopeo"], "--dest-creds", Value::Next, Holds::UserAnd(':')),
    flag(&["lftp"], "-u", Value::Next, Holds::UserAnd(',')),
    flag(&["influx"], "-t", Value::Next, TOKEN),
    // Its long flags may have one dash: `-path`.
    flag(&["influx"], "-p", Value::Next, PASSWORD),
    flag(&["aws SecureString"], "--value", Value::Next, PASSWORD),
    flag(&["az secret"], "--value", Value::Next, PASSWORD),
    flag(&["gh secret"], "--body", Value::Next, TOKEN),
    flag(&["gh secret"], "-b", Value::Next, TOKEN),
    flag(SNMP, "-A", Value::Both, PASSWORD),
    flag(SNMP, "-X", Value::Both, PASSWORD),
    flag(&["vault"], "-token", Value::Next, TOKEN),
    flag(&["ngrok"], "--authtoken", Value::Next, TOKEN),
    flag(CURL, "-u", Value::Both, Holds::UserAnd(':')),
    flag(CURL, "-U", Value::Both, Holds::UserAnd(':')),
    flag(CURL, "--user", Value::Next, Holds::UserAnd(':')),
    flag(CURL, "--proxy-user", Value::Next, Holds::UserAnd(':')),
    flag(CURL, "-b", Value::Next, Holds::Assignments),
    flag(CURL, "-d", Value::Next, Holds::Assignments),
    flag(CURL, "--data", Value::Next, Holds::Assignments),
    flag(CURL, "--data-raw", Value::Next, Holds::Assignments),
    flag(CURL, "--data-urlencode", Value::Next, Holds::Assignments),
    flag(CURL, "-F", Value::Next, Holds::Assignments),
    flag(CURL, "-H", Value::Both, Holds::Header),
    flag(&["wget", "http", "xh", "hey", "wrk", "ab", "grpcurl", "websocat"], "-H", Value::Next, Holds::Header),
    flag(&[], "--header", Value::Next, Holds::Header),
    flag(&[], "--health-cmd", Value::Next, Holds::Script),
    flag(CONTAINERS, "-e", Value::Both, Holds::Assignment),
    flag(&["mount", "mount.cifs"], "-o", Value::Next, Holds::Assignments),
    flag(&["kubectl", "oc"], "--from-literal", Value::Next, Holds::SecretAssignment),
    flag(&["helm", "argocd", "flux"], "--set", Value::Next, Holds::Assignments),
    flag(&["helm"], "--set-string", Value::Next, Holds::Assignments),
    flag(&["helm"], "--set-literal", Value::Next, Holds::Assignments),
    flag(&["argocd"], "-p", Value::Next, Holds::Assignment),
    flag(&["terraform", "tofu"], "-var", Value::Next, Holds::Assignment),
    flag(&["java", "mvn", "gradle", "gradlew", "mvnw", "sbt"], "-D", Value::Glued, Holds::Assignment),
    flag(&["gradle", "gradlew"], "-P", Value::Glued, Holds::Assignment),
    flag(&["redis-server", "valkey-server"], "--requirepass", Value::Next, PASSWORD),
    flag(&["redis-server", "valkey-server"], "--masterauth", Value::Next, PASSWORD),
    flag(&["vault"], "-dev-root-token-id", Value::Next, TOKEN),
    flag(&[], "--password-stdin", Value::Glued, Holds::Nothing),
    flag(&["kubectl", "oc"], "--token-ttl", Value::Next, Holds::Nothing),
    // etcd's name for a cluster.
    flag(&[], "--initial-cluster-token", Value::Next, Holds::Nothing),
];

/// A value that is known by its place among a program's words.
#[derive(Debug)]
pub(super) struct Positional {
    /// The program and the words that follow it, in order; flags between them do not count.
    pub words: &'static [&'static str],
    /// Which word behind those holds the value, counted from 0, flags left out; [`LAST`] is the last one.
    pub at: usize,
    /// A letter that must stand among the short flags.
    pub switch: Option<char>,
    /// A word that must stand right before it, wherever that is; empty if `at` says the place.
    pub behind: &'static str,
    /// Flags with which the words mean something else.
    pub without: &'static [&'static str],
    /// What it holds.
    pub holds: Holds,
}

/// The last word, whatever its place.
pub(super) const LAST: usize = usize::MAX;

const fn at(words: &'static [&'static str], at: usize, holds: Holds) -> Positional {
    Positional { words, at, switch: None, behind: "", without: &[], holds }
}

const fn behind(words: &'static [&'static str], behind: &'static str, holds: Holds) -> Positional {
    Positional { words, at: 0, switch: None, behind, without: &[], holds }
}

/// Positional values with their meaning.
pub(super) static POSITIONALS: &[Positional] = &[
    Positional { switch: Some('b'), ..at(&["htpasswd"], LAST, PASSWORD) },
    at(&["mkpasswd"], 0, PASSWORD),
    at(&["openssl", "passwd"], 0, PASSWORD),
    at(&["wpa_passphrase"], 1, PASSWORD),
    at(&["x11vnc"], 0, PASSWORD),
    at(&["aws", "configure", "set"], 1, Holds::NamedBefore),
    at(&["npm", "config", "set"], 1, Holds::NamedBefore),
    at(&["pnpm", "config", "set"], 1, Holds::NamedBefore),
    at(&["yarn", "config", "set"], 1, Holds::NamedBefore),
    at(&["pip", "config", "set"], 1, Holds::NamedBefore),
    at(&["gcloud", "config", "set"], 1, Holds::NamedBefore),
    at(&["git", "config"], 1, Holds::NamedBefore),
    at(&["setx"], 1, Holds::NamedBefore),
    at(&["setenv"], 1, Holds::NamedBefore),
    at(&["mysqladmin", "password"], 0, PASSWORD),
    at(&["mysqladmin", "root", "password"], 0, PASSWORD),
    at(&["neo4j-admin", "set-initial-password"], 0, PASSWORD),
    at(&["neo4j-admin", "dbms", "set-initial-password"], 0, PASSWORD),
    at(&["redis-cli", "auth"], 0, PASSWORD),
    at(&["redis-cli", "AUTH"], 0, PASSWORD),
    at(&["vault", "login"], 0, TOKEN),
    at(&["vault", "operator", "unseal"], 0, Holds::Credential("unseal_key")),
    at(&["rabbitmqctl", "add_user"], 1, PASSWORD),
    at(&["rabbitmqctl", "change_password"], 1, PASSWORD),
    at(&["mc", "alias", "set"], 3, Holds::Credential("secret_key")),
    at(&["mc", "config", "host", "add"], 3, Holds::Credential("secret_key")),
    at(&["mc", "admin", "user", "add"], 2, Holds::Credential("secret_key")),
    at(&["composer", "config", "github-oauth.github.com"], 0, TOKEN),
    at(&["composer", "config", "gitlab-token.gitlab.com"], 0, TOKEN),
    at(&["composer", "config", "http-basic."], 1, PASSWORD),
    at(&["poetry", "config", "http-basic."], 1, PASSWORD),
    at(&["poetry", "config", "pypi-token."], 0, TOKEN),
    at(&["bundle", "config"], 1, Holds::UserAnd(':')),
    at(&["bundle", "config", "set"], 1, Holds::UserAnd(':')),
    at(&["nuget", "setapikey"], 0, TOKEN),
    at(&["ngrok", "authtoken"], 0, TOKEN),
    at(&["ngrok", "config", "add-authtoken"], 0, TOKEN),
    at(&["cloudflared", "service", "install"], 0, TOKEN),
    at(&["snyk", "auth"], 0, TOKEN),
    at(&["travis", "login"], 0, TOKEN),
    at(&["elasticsearch-users", "useradd"], 1, PASSWORD),
    // unixODBC's has a source, a user and a password; Sybase's has flags.
    Positional { without: &["-S", "-U", "-D", "-P"], ..at(&["isql"], 2, PASSWORD) },
    at(&["net", "user"], 1, PASSWORD),
    behind(&["nmcli", "device", "wifi", "connect"], "password", PASSWORD),
    behind(&["nmcli", "dev", "wifi", "connect"], "password", PASSWORD),
    behind(&["nmcli", "d", "wifi", "connect"], "password", PASSWORD),
];

/// A program that runs the command that follows it.
#[derive(Debug)]
pub(super) struct Wrapper {
    /// The program.
    pub program: &'static str,
    /// Its flags that have a value in the next word.
    pub flags: &'static [&'static str],
    /// How many words of its own stand before the command.
    pub words: usize,
}

const fn wrapper(program: &'static str, flags: &'static [&'static str], words: usize) -> Wrapper {
    Wrapper { program, flags, words }
}

/// Programs that run the command that follows them, past their own flags, words and assignments.
pub(super) static WRAPPERS: &[Wrapper] = &[
    wrapper("sudo", &["-u", "-g", "-C", "-p", "-r", "-t", "-T", "-U", "-h"], 0),
    wrapper("doas", &["-u", "-C"], 0),
    wrapper("env", &["-u", "-C"], 0),
    wrapper("timeout", &["-s", "-k"], 1),
    wrapper("nice", &["-n"], 0),
    wrapper("ionice", &["-c", "-n"], 0),
    wrapper("xargs", &["-n", "-I", "-P", "-L", "-d"], 0),
    wrapper("gosu", &[], 1),
    wrapper("su-exec", &[], 1),
    wrapper("chroot", &[], 1),
    wrapper("exec", &["-a"], 0),
    wrapper("eval", &[], 0),
    wrapper("nohup", &[], 0),
    wrapper("command", &[], 0),
    wrapper("builtin", &[], 0),
    wrapper("time", &[], 0),
    wrapper("setsid", &[], 0),
    wrapper("stdbuf", &[], 0),
    wrapper("tini", &[], 0),
    wrapper("dumb-init", &[], 0),
    wrapper("catatonit", &[], 0),
];

/// Programs that run a command given behind words of their own: the command starts at the next known program.
pub(super) const RUNNERS: [&str; 8] =
    ["sshpass", "docker exec", "docker-compose exec", "podman exec", "nerdctl exec", "kubectl exec", "oc exec", "ssh"];

/// Programs that take a script behind `-c`.
pub(super) const SHELLS: [&str; 9] = ["sh", "bash", "ash", "dash", "zsh", "ksh", "su", "runuser", "busybox"];

/// Shells of Windows, which take a script or a command behind one of these.
pub(super) const WINDOWS_SHELLS: [&str; 6] = ["powershell", "powershell.exe", "pwsh", "pwsh.exe", "cmd", "cmd.exe"];
/// What a script or a command follows, in lower case.
pub(super) const WINDOWS_SCRIPT: [&str; 4] = ["-command", "-c", "/c", "/k"];

/// Builtins whose words are assignments.
pub(super) const DECLARATIONS: [&str; 6] = ["export", "declare", "typeset", "local", "readonly", "setenv"];

/// Programs that read a value from the file in `name=@file`.
pub(super) const TAKE_FILES: [&str; 8] = ["curl", "curlie", "vault", "bao", "http", "https", "xh", "gh"];

/// Programs that write their words: what they write may be a line of configuration.
pub(super) const WRITERS: [&str; 2] = ["echo", "printf"];

/// Programs that read a secret from standard input, and what they read there.
pub(super) const READERS: &[(&[&str], Holds)] = &[
    (&["chpasswd"], Holds::UserAnd(':')),
    (&["passwd"], PASSWORD),
    (&["--password-stdin"], PASSWORD),
    (&["sudo", "-S"], PASSWORD),
    (&["--with-token"], TOKEN),
    (&["cryptsetup"], PASSWORD),
    (&["gpg", "--passphrase-fd"], PASSWORD),
    (&["vncpasswd"], PASSWORD),
    (&["smbpasswd"], PASSWORD),
    (&["kinit"], PASSWORD),
];

/// Parts of a long flag's name that make it a switch or a way to give the secret elsewhere, not a secret's place.
pub(super) const SWITCHES: [&str; 19] = [
    ":env", ":file", "stdin", "prompt", "no-", "skip", "ask", "without", "disable", "enable", "show", "generate",
    "-file", "_file", "-path", "-fd", "-env", "-command", "use-",
];
