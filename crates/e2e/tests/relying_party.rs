//! A relying party in Rust that knows nothing but the issuer: the crate `openidconnect`, unmodified.
#![expect(clippy::expect_used, reason = "what cannot be set up fails the test")]

use chancery_e2e::{Client, Credentials, Server};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse,
    IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge, RedirectUrl, RefreshToken, Scope,
    TokenResponse,
};
use serde_json::json;
use ureq::Agent;

const CALLBACK: &str = "https://app.example/cb";

fn agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).proxy(None).max_redirects(0).build().new_agent()
}

fn send(request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let mut response = agent().run(request)?;
    let body = response.body_mut().read_to_vec()?;
    let mut answer = HttpResponse::new(body);
    *answer.status_mut() = response.status();
    *answer.headers_mut() = response.headers().clone();
    Ok(answer)
}

/// An administrator's client: id and secret.
#[track_caller]
fn registered(server: &Server, made: &Credentials) -> (String, String) {
    let token = server.client().grant(&made.client_id, &made.client_secret).expect(200);
    let administrator = server.client().with_token(&token.text_of("access_token"));
    let body = json!({
        "name": "Relying party", "authorizedGrantType": "CODE", "registeredRedirectUri": [CALLBACK], "scope": ["openid"],
    });
    let client = administrator.post("/api/v2/oauth/clients", &body).expect(200);
    (client.text_of("id"), client.text_of("secret"))
}

/// Logs the administrator in on the page that an authorization URL leads to: the URL at which the client is called.
#[track_caller]
fn logged_in(server: &Server, made: &Credentials, address: &str) -> String {
    let anybody = Client::new("");
    let mut cookies: Vec<String> = Vec::new();
    let mut visit = |address: &str, form: Option<&[(&str, &str)]>| {
        let sent = cookies.join("; ");
        let headers = [("Cookie", &*sent)];
        let answer = match form {
            Some(pairs) => anybody.form(address, &headers, pairs),
            None => anybody.send("GET", address, &headers, None).expect("an answer"),
        };
        let set = answer.headers.get_all("set-cookie").iter().filter_map(|it| it.to_str().ok());
        cookies.extend(set.filter_map(|it| it.split(';').next()).map(str::to_owned));
        answer
    };
    let login = visit(address, None).expect(302);
    let page = format!("{}/oauth2/{}", server.url(), login.header("location"));
    let form = visit(&page, None).expect(200);
    let (_, rest) = form.text.split_once("name=\"csrf\" value=\"").expect("a form");
    let (csrf, _) = rest.split_once('"').expect("a token");
    let admin =
        [("csrf", csrf), ("email", made.text("/admin/email")), ("password", made.text("/admin/password"))];
    let onward = visit(&page, Some(&admin)).expect(303);
    let answer = visit(&format!("{}/oauth2/{}", server.url(), onward.header("location")), None).expect(302);
    answer.header("location").to_owned()
}

fn member(url: &str, name: &str) -> String {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[test]
fn a_relying_party_in_rust_logs_a_person_in_and_refreshes() {
    let server = Server::start();
    let made = server.credentials();
    let (id, secret) = registered(&server, &made);
    let issuer = IssuerUrl::new(server.url().to_owned()).expect("a URL");
    let metadata = CoreProviderMetadata::discover(&issuer, &send).expect("the metadata");
    let algorithms = metadata.id_token_signing_alg_values_supported();
    assert!(algorithms.contains(&CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256), "{algorithms:?}");
    let client =
        CoreClient::from_provider_metadata(metadata, ClientId::new(id), Some(ClientSecret::new(secret)))
            .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned()).expect("a URL"));

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (address, state, nonce) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(["email", "offline_access"].map(|scope| Scope::new(scope.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    let called = logged_in(&server, &made, address.as_str());
    assert_eq!(member(&called, "state"), *state.secret());

    let code = AuthorizationCode::new(member(&called, "code"));
    let request = client.exchange_code(code).expect("a token endpoint").set_pkce_verifier(verifier);
    let tokens = request.request(&send).expect("tokens");
    let id_token = tokens.id_token().expect("an ID token");
    let trust = client.id_token_verifier();
    let claims = id_token.claims(&trust, &nonce).expect("a good ID token");
    assert_eq!(claims.subject().as_str(), made.text("/admin/userId"));
    let (alg, key) = (id_token.signing_alg().expect("signed"), id_token.signing_key(&trust).expect("a key"));
    let hash = AccessTokenHash::from_token(tokens.access_token(), alg, key).expect("a hash");
    assert_eq!(claims.access_token_hash(), Some(&hash));

    let told = client.user_info(tokens.access_token().to_owned(), Some(claims.subject().clone()));
    let told: CoreUserInfoClaims = told.expect("a userinfo endpoint").request(&send).expect("claims");
    assert_eq!(told.email().map(|email| email.as_str()), Some(made.text("/admin/email")));

    let refresh: &RefreshToken = tokens.refresh_token().expect("a refresh token");
    let next =
        client.exchange_refresh_token(refresh).expect("a token endpoint").request(&send).expect("tokens");
    let renewed = next.id_token().expect("an ID token").claims(&trust, |_: Option<&Nonce>| Ok(()));
    assert_eq!(renewed.expect("a good ID token").subject(), claims.subject());
}
