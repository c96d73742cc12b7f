//! `chancery config`.

use std::ffi::OsStr;
use std::time::Duration;

use chancery_e2e::{Output, Process, command, folder, repository};

const LIMIT: Duration = Duration::from_secs(60);

/// Runs `chancery config` with these arguments and variables.
fn config<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>, env: &[(&str, &str)]) -> Output {
    let mut command = command();
    command.arg("config").args(args).envs(env.iter().copied());
    Process::start(&mut command).wait(LIMIT)
}

#[track_caller]
fn has(output: &Output, line: &str) {
    assert!(output.stdout.lines().any(|it| it == line), "no line {line}: {output}");
}

#[test]
fn every_value_is_shown_with_where_it_comes_from() {
    let folder = folder();
    let file = folder.path().join("chancery.toml");
    std::fs::write(&file, "log_level = 'warn'\nhead_timeout = 7\n[genesys]\nmax_clients = 5\n")
        .expect("a file");
    let path = file.to_str().expect("a path in UTF-8");
    let env = [
        ("CHANCERY_CONFIG", path),
        ("CHANCERY_HEAD_TIMEOUT", "8"),
        ("CHANCERY_TRUSTED_PROXIES", "10.0.0.0/8,192.0.2.7"),
        ("CHANCERY_GENESYS_MAX_ROLES", "6"),
    ];
    let shown = config(["show", "--listen", "127.0.0.1:1234", "--data-dir", "here"], &env);
    assert_eq!(shown.code, Some(0), "{shown}");
    for line in [
        "listen = \"127.0.0.1:1234\"  # flag",
        "data_dir = \"here\"  # flag",
        "head_timeout = 8  # environment",
        "trusted_proxies = [\"10.0.0.0/8\", \"192.0.2.7/32\"]  # environment",
        "log_level = \"warn\"  # file",
        "log_format = \"text\"  # default",
        "max_clients = 5  # file",
        "max_roles = 6  # environment",
        "delete_requires_inactive = false  # default",
        "# The master key comes from master.key in the data directory.",
    ] {
        has(&shown, line);
    }
    // What is shown is a file that means the same.
    std::fs::write(&file, &shown.stdout).expect("a file");
    let again = config(["show", "--config", path], &[]);
    let values = |output: &Output| {
        let lines =
            output.stdout.lines().map(|line| line.split("  # ").next().unwrap_or_default().to_owned());
        lines.collect::<Vec<_>>()
    };
    assert_eq!(values(&again), values(&shown));
    has(&again, "head_timeout = 8  # file");
}

#[test]
fn no_secret_is_shown() {
    let key = "bm90IGEgcmVhbCBrZXksIGJ1dCBhcyBsb25nIGFzIG9uZQ";
    let shown = config(["show"], &[("CHANCERY_MASTER_KEY", key)]);
    has(&shown, "# The master key comes from CHANCERY_MASTER_KEY.");
    let other = config(["show", "--master-key-command", "echo sesame"], &[]);
    has(&other, "# The master key comes from a command.");
    let url = config(["show", "--otlp-endpoint", "http://user:sesame@collector:4318"], &[]);
    assert_eq!(url.code, Some(1), "{url}");
    for output in [shown, other, url] {
        assert!(!output.to_string().contains(key) && !output.to_string().contains("sesame"), "{output}");
    }
}

#[test]
fn a_good_configuration_is_called_valid_and_nothing_is_made() {
    let folder = folder();
    let data = folder.path().join("data");
    let example = repository().join("docs/reference/chancery.toml");
    for args in [vec![], vec!["--config".as_ref(), example.as_os_str()]] {
        let args = [OsStr::new("check"), OsStr::new("--data-dir"), data.as_os_str()].into_iter().chain(args);
        let output = config(args, &[]);
        assert_eq!(output.code, Some(0), "{output}");
        assert_eq!(output.stdout, "The configuration is valid.\n");
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[test]
fn a_bad_configuration_is_told_what_is_wrong_and_where() {
    let folder = folder();
    let file = folder.path().join("chancery.toml");
    let pem = folder.path().join("some.pem");
    std::fs::write(&pem, "not PEM").expect("a file");
    let pem = pem.display();
    let tls = format!("tls_cert = '{pem}'\ntls_key = '{pem}'\n");
    let missing = "tls_cert = '/nowhere/cert.pem'\ntls_key = '/nowhere/key.pem'\n";
    let in_a_file = format!("data_dir = '{pem}/data'\n");
    for (text, words) in [
        ("\nnonsense = 1\n", ["nonsense", "line 2"]),
        ("head_timeout = 0\n", ["1 to 3600", "line 1"]),
        ("listen = '192.0.2.1:80'\n", ["Plain http", "--tls-cert"]),
        ("tls_cert = 'cert.pem'\n", ["TLS needs both", "--tls-key"]),
        ("allowed_hosts = ['https://id.example']\n", ["https://id.example", "host name"]),
        ("otlp_endpoint = 'https://collector'\n", ["OTLP", "http URL"]),
        ("[branding]\naccent = '#777777'\n", ["4.47:1", "white text"]),
        ("[branding]\nlogo = '/nowhere/logo.svg'\n", ["/nowhere/logo.svg", "cannot be used"]),
        (missing, ["/nowhere/cert.pem", "cannot be read"]),
        (&tls, ["some.pem", "no certificate"]),
        (&in_a_file, ["some.pem/data", "--data-dir"]),
    ] {
        std::fs::write(&file, text).expect("a file");
        let output = config([OsStr::new("check"), OsStr::new("--config"), file.as_os_str()], &[]);
        assert_eq!(output.code, Some(1), "{text}: {output}");
        assert_eq!(output.stdout, "", "{text}");
        for word in words {
            assert!(output.stderr.starts_with("error: ") && output.stderr.contains(word), "{word}: {output}");
        }
    }
}

#[test]
fn a_certificate_and_a_key_must_belong_together() {
    let folder = folder();
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    };
    let [own, other] =
        [(), ()].map(|()| rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a pair"));
    let cert = write("cert.pem", own.cert.pem());
    let check = |key: &OsStr| {
        let cert = cert.as_os_str();
        config(["check".as_ref(), "--tls-cert".as_ref(), cert, "--tls-key".as_ref(), key], &[])
    };
    let good = check(write("own.pem", own.signing_key.serialize_pem()).as_os_str());
    assert_eq!(good.code, Some(0), "{good}");
    let bad = check(write("other.pem", other.signing_key.serialize_pem()).as_os_str());
    assert_eq!(bad.code, Some(1), "{bad}");
    assert!(bad.stderr.contains("other.pem does not belong"), "{bad}");
}

#[test]
fn the_schema_is_the_one_in_the_reference() {
    let schema = config(["schema"], &[]);
    let kept = repository().join("docs/reference/config.schema.json");
    assert_eq!(schema.stdout, std::fs::read_to_string(kept).expect("the schema"));
}
