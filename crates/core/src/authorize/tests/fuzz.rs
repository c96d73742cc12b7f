//! The authorization endpoint, fed with anything: nothing panics, and no answer goes elsewhere than to the client.

use bolero::check;

use super::*;
use crate::tenant::flow::{CALLBACK, CHALLENGE};

/// What a request may have, each with a value that gets it further.
const PARAMETERS: [(&str, &str); 19] = [
    ("scope", "openid offline_access"),
    ("state", "s"),
    ("nonce", "n"),
    ("response_type", "code"),
    ("response_type", "token"),
    ("response_mode", "form_post"),
    ("response_mode", "fragment"),
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
    ("prompt", "login consent"),
    ("prompt", "none"),
    ("max_age", "10"),
    ("claims", r#"{"id_token":{"sub":{"value":"x"}}}"#),
    ("id_token_hint", "a.b.c"),
    ("resource", "https://id.example"),
    ("login_hint", "somebody@example.com"),
    ("redirect_uri", CALLBACK),
    ("request", "a.b.c"),
    ("org", "x"),
];

/// Each byte a character.
fn text(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

#[test]
fn a_request_is_answered_at_its_client_or_nowhere() {
    let world = world("CODE");
    let session = Handle::parse(&world.session);
    check!().with_type::<(u8, Vec<u8>, Vec<(u8, Option<Vec<u8>>)>)>().for_each(|(kind, raw, parameters)| {
        let mut changes: Vec<(&str, String)> = Vec::new();
        for (index, value) in parameters.iter().take(12) {
            let (name, usual) = PARAMETERS[usize::from(*index) % PARAMETERS.len()];
            if kind & 32 == 0 || changes.iter().all(|(known, _)| *known != name) {
                changes.push((name, value.as_deref().map_or_else(|| usual.to_owned(), text)));
            }
        }
        let changes: Vec<_> = changes.iter().map(|(name, value)| (*name, &**value)).collect();
        let mut query = world.query(&changes);
        if kind & 16 == 0 {
            query.push('&');
            query.push_str(&text(raw));
        }
        let Ok(form) = Form::parse_all(query.as_bytes()) else { return };
        let dialect = if kind & 1 == 0 { Dialect::Standard } else { Dialect::Genesys };
        let decision = [None, Some(Verdict::Allow), Some(Verdict::Deny), None][usize::from(kind >> 1) % 4];
        let ask = Ask { dialect, form: &form, session: session.as_ref().filter(|_| kind & 8 == 0), decision };
        let (decided, _) = world.tenant.run(|facts, env| authorize(facts, &ask, env));
        let Ok(Next::Answer(answer)) = decided.outcome else {
            return assert!(decided.writes.is_empty(), "nothing comes of what has no answer yet");
        };
        let written = answer.write(None, &world.tenant.env());
        match written.expect("an answer") {
            Written::Url(url) => {
                let rest = url.strip_prefix(CALLBACK).unwrap_or_else(|| panic!("not at the callback: {url}"));
                assert!(rest.starts_with(['?', '#']) && rest.is_ascii(), "{url}");
            }
            Written::Form(uri, _) => assert_eq!(uri, CALLBACK),
        }
    });
}
