//! PyPI's Authlib, unmodified, as a relying party that knows nothing but the issuer: `crates/e2e/python_openid`.

use chancery_e2e::{Server, is_installed, repository, run, unittest};

#[test]
fn authlib_needs_nothing_but_the_issuer() {
    let python = repository().join("target/sdk/authlib/bin/python");
    if !is_installed("authlib_needs_nothing_but_the_issuer", &python) {
        return;
    }
    let server = Server::start();
    let data = server.data_dir().to_string_lossy().into_owned();
    let token = run(["client", "registration-token", "--data-dir", &*data]);
    assert_eq!(token.code, Some(0), "{token}");
    let variables = [
        ("CHANCERY_URL", server.url()),
        ("CHANCERY_BOOTSTRAP", &*format!("{data}/bootstrap.json")),
        ("CHANCERY_REGISTRATION_TOKEN", token.stdout.trim_end()),
    ];
    unittest(&python, "crates/e2e/python_openid", &variables, 77);
    let output = server.stop();
    assert!(!output.stderr.contains("ERROR"), "{output}");
}
