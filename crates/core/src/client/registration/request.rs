//! What a client wants to be (RFC 7591 section 2, OpenID Connect Registration 1.0 section 2), member by member. What is not
//! known is ignored; what is known and cannot be had is refused.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::refused;
use crate::client::draft::{NAME_CHARACTERS, REDIRECT_URIS};
use crate::client::metadata::{Metadata, place};
use crate::client_auth::AuthMethod;
use crate::decision::Undecided;
use crate::error::{ErrorCode, OAuthError};
use crate::facts::Facts;
use crate::grants::{GrantType, GrantTypes};
use crate::jose::{Alg, KeySet, MOST_KEYS};
use crate::types::{Lifetime, RedirectUri, Scope};

/// Members that are given back as they came: URLs, then texts, then lists of texts, then flags.
const URLS: &[&str] =
    &["client_uri", "logo_uri", "policy_uri", "tos_uri", "initiate_login_uri", "sector_identifier_uri"];
const TEXTS: &[&str] = &["software_id", "software_version"];
const LISTS: &[&str] = &["contacts", "default_acr_values"];
const FLAGS: &[&str] = &["require_auth_time"];
/// No text is longer, in characters.
const LONGEST: usize = 2048;
/// No list is longer.
const MOST: usize = 32;

/// A registration, every member of which can be had.
pub struct Wanted {
    pub name: String,
    pub redirect_uris: Vec<RedirectUri>,
    pub grant_types: GrantTypes,
    pub scope: Scope,
    pub metadata: Metadata,
}

fn wrong(detail: &'static str) -> OAuthError {
    refused(ErrorCode::InvalidClientMetadata, detail)
}

/// The document, with what each member says. A member that is null is not there.
struct Members<'a>(&'a Map<String, Value>);

impl<'a> Members<'a> {
    fn find(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn text(&self, name: &str) -> Result<Option<&'a str>, OAuthError> {
        let Some(value) = self.find(name) else { return Ok(None) };
        let text = value.as_str().ok_or(wrong("a member that is a text is something else"))?;
        if text.chars().count() > LONGEST || text.chars().any(char::is_control) {
            return Err(wrong("a text is too long, or has control characters"));
        }
        Ok(Some(text))
    }

    fn texts(&self, name: &str, most: usize) -> Result<Option<Vec<&'a str>>, OAuthError> {
        let Some(value) = self.find(name) else { return Ok(None) };
        let all = value.as_array().ok_or(wrong("a member that is a list is something else"))?;
        let is_bad = |it: &str| it.len() > LONGEST || it.chars().any(char::is_control);
        if all.len() > most || all.iter().any(|it| it.as_str().is_none_or(is_bad)) {
            return Err(wrong("a list is too long, or has something else than texts of one line"));
        }
        Ok(Some(all.iter().filter_map(Value::as_str).collect()))
    }

    fn alg(&self, name: &str) -> Result<Option<Alg>, OAuthError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        Alg::find(text).map(Some).ok_or(wrong("an algorithm is not supported"))
    }
}

impl Wanted {
    /// Reads a document.
    pub fn read(facts: &Facts, document: &Value) -> Result<Self, Undecided<OAuthError>> {
        let members = Members(document.as_object().ok_or(wrong("the request is a JSON object"))?);
        if members.find("software_statement").is_some() {
            let detail = "software statements are not supported";
            return Err(refused(ErrorCode::InvalidSoftwareStatement, detail).into());
        }
        let is_native = match members.text("application_type")? {
            None | Some("web") => false,
            Some("native") => true,
            Some(_) => return Err(wrong("application_type is web or native").into()),
        };
        let redirect_uris = redirect_uris(&members, "redirect_uris", is_native)?;
        if redirect_uris.is_empty() {
            let detail = "at least one redirect URI is required";
            return Err(refused(ErrorCode::InvalidRedirectUri, detail).into());
        }
        let grant_types = grant_types(&members)?;
        let auth_method = auth_method(&members)?;
        let auth_alg = members.alg("token_endpoint_auth_signing_alg")?;
        let (jwks, jwks_uri) = keys(&members, auth_method, auth_alg)?;
        let sector = sector(facts, &members, &redirect_uris)?;
        let metadata = Metadata {
            auth_method: Some(auth_method),
            auth_alg,
            jwks,
            jwks_uri,
            id_token_alg: members.alg("id_token_signed_response_alg")?,
            userinfo_alg: members.alg("userinfo_signed_response_alg")?,
            introspection_alg: members.alg("introspection_signed_response_alg")?,
            sector,
            post_logout_redirect_uris: redirect_uris_of(&members, "post_logout_redirect_uris", is_native)?,
            default_max_age: max_age(&members)?,
            self_registered: true,
            about: about(&members, is_native)?,
            most: None,
            registration: None,
        };
        not_encrypted(&members)?;
        Ok(Self {
            name: name(&members, &redirect_uris)?,
            redirect_uris,
            grant_types,
            scope: scope(&members)?,
            metadata,
        })
    }

    /// Whether it proves itself by a secret.
    pub fn needs_secret(&self) -> bool {
        matches!(
            self.metadata.auth_method,
            Some(AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost)
        )
    }
}

fn redirect_uris(members: &Members, name: &str, is_native: bool) -> Result<Vec<RedirectUri>, OAuthError> {
    redirect_uris_of(members, name, is_native)
        .map_err(|error| OAuthError { code: ErrorCode::InvalidRedirectUri, ..error })
}

fn redirect_uris_of(members: &Members, name: &str, is_native: bool) -> Result<Vec<RedirectUri>, OAuthError> {
    let mut uris = Vec::new();
    for text in members.texts(name, REDIRECT_URIS)?.unwrap_or_default() {
        let uri = RedirectUri::parse(text).map_err(wrong)?;
        // OpenID Connect Registration 1.0 section 2, application_type: schemes of their own are for native applications.
        if !is_native && !text.starts_with("https://") && !text.starts_with("http://") {
            return Err(wrong("a redirect URI of a web application uses https"));
        }
        // RFC 8252 section 7.1: a scheme of one's own is a name in the DNS turned round; others are the system's.
        let scheme = text.split(':').next().unwrap_or_default();
        if !matches!(scheme, "http" | "https") && !scheme.contains('.') {
            return Err(wrong("a scheme of one's own has a dot: com.example.app"));
        }
        if !uris.contains(&uri) {
            uris.push(uri);
        }
    }
    Ok(uris)
}

/// RFC 7591 section 2.1: grant types and response types go together. A client that registers itself acts for people only.
fn grant_types(members: &Members) -> Result<GrantTypes, OAuthError> {
    let names = members.texts("grant_types", MOST)?.unwrap_or(vec!["authorization_code"]);
    let mut set = GrantTypes::default();
    for name in names {
        set = match crate::types::from_wire(GrantType::ALL, name) {
            Some(one @ (GrantType::AuthorizationCode | GrantType::RefreshToken)) => set.with(one),
            _ => return Err(wrong("the grant types are authorization_code and refresh_token")),
        };
    }
    let responses = members.texts("response_types", MOST)?.unwrap_or(vec!["code"]);
    if responses != ["code"] || !set.contains(GrantType::AuthorizationCode) {
        return Err(wrong("the response type is code, with the grant type authorization_code"));
    }
    Ok(set)
}

fn auth_method(members: &Members) -> Result<AuthMethod, OAuthError> {
    let Some(text) = members.text("token_endpoint_auth_method")? else {
        return Ok(AuthMethod::ClientSecretBasic);
    };
    serde_json::from_value(text.into()).map_err(|_| wrong("token_endpoint_auth_method is not supported"))
}

fn keys(
    members: &Members,
    method: AuthMethod,
    alg: Option<Alg>,
) -> Result<(Option<KeySet>, Option<String>), OAuthError> {
    let document = members.find("jwks");
    if document.and_then(|it| it.get("keys")?.as_array()).is_some_and(|keys| keys.len() > MOST_KEYS) {
        return Err(wrong("a key set has at most 16 keys"));
    }
    if document.is_some_and(KeySet::has_secrets) {
        return Err(wrong("a key set must hold public keys only"));
    }
    let jwks = document.map(KeySet::read).transpose().map_err(wrong)?;
    let uri = members.text("jwks_uri")?;
    if uri.is_some_and(|uri| place(uri).is_none()) {
        return Err(wrong("jwks_uri is an https URL without fragment"));
    }
    if jwks.is_some() && uri.is_some() {
        return Err(wrong("jwks and jwks_uri exclude each other"));
    }
    let can_sign = |jwks: &KeySet| match alg {
        Some(alg) => jwks.candidates(alg, None).next().is_some(),
        None => !jwks.keys.is_empty(),
    };
    let has_keys = uri.is_some() || jwks.as_ref().is_some_and(can_sign);
    if method == AuthMethod::PrivateKeyJwt && !has_keys {
        return Err(wrong("private_key_jwt needs jwks with a key that can be used, or jwks_uri"));
    }
    Ok((jwks, uri.map(str::to_owned)))
}

/// OpenID Connect Core section 8.1: pairwise subjects are made for the host of all redirect URIs, or for that of a document that
/// names them.
fn sector(
    facts: &Facts,
    members: &Members,
    redirect_uris: &[RedirectUri],
) -> Result<Option<String>, Undecided<OAuthError>> {
    let document = members.text("sector_identifier_uri")?;
    if let Some(document) = document {
        if place(document).is_none() {
            return Err(wrong("sector_identifier_uri is an https URL without fragment").into());
        }
        let named = facts.sector(Arc::from(document))?.as_ref();
        let named = named.ok_or(wrong("sector_identifier_uri cannot be fetched"))?;
        if !redirect_uris.iter().all(|uri| named.iter().any(|it| it == uri.as_str())) {
            return Err(wrong("sector_identifier_uri does not name every redirect URI").into());
        }
    }
    match members.text("subject_type")? {
        None | Some("public") => return Ok(None),
        Some("pairwise") => {}
        Some(_) => return Err(wrong("subject_type is public or pairwise").into()),
    }
    if let Some(document) = document {
        return Ok(Some(host(document)));
    }
    let mut hosts: Vec<String> = redirect_uris.iter().map(|uri| host(uri.as_str())).collect();
    hosts.dedup();
    let is_web = redirect_uris.iter().all(|uri| uri.as_str().starts_with("https://"));
    match hosts[..] {
        // A scheme, or a port of somebody's own machine, is nobody's name.
        _ if !is_web => {
            Err(wrong("pairwise subjects need https redirect URIs, or a sector_identifier_uri").into())
        }
        [ref host] => Ok(Some(host.clone())),
        _ => Err(wrong("redirect URIs of several hosts need a sector_identifier_uri").into()),
    }
}

/// Without its port; a host has no case.
fn host(uri: &str) -> String {
    let place = RedirectUri::place(uri);
    let host = match place.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => place,
    };
    host.to_ascii_lowercase()
}

fn max_age(members: &Members) -> Result<Option<Lifetime>, OAuthError> {
    let Some(value) = members.find("default_max_age") else { return Ok(None) };
    let seconds = value.as_u64().and_then(|seconds| u32::try_from(seconds).ok());
    seconds.map(Lifetime::from_seconds).map(Some).ok_or(wrong("default_max_age is a number of seconds"))
}

/// What only we could read, nobody else needs to.
fn not_encrypted(members: &Members) -> Result<(), OAuthError> {
    let asks = |name: &&String| {
        name.contains("_encrypted_response_") || name.starts_with("request_object_encryption_")
    };
    match members.0.keys().filter(|name| members.find(name).is_some()).find(asks) {
        Some(_) => Err(wrong("encrypted answers are not supported")),
        None => Ok(()),
    }
}

fn about(members: &Members, is_native: bool) -> Result<super::About, OAuthError> {
    let mut about = super::About::new();
    if is_native {
        about.insert("application_type".to_owned(), "native".into());
    }
    for name in URLS {
        if let Some(text) = members.text(name)? {
            if place(text).is_none() || *name == "initiate_login_uri" && !text.starts_with("https://") {
                return Err(wrong("a member that is a URL is something else"));
            }
            about.insert((*name).to_owned(), text.into());
        }
    }
    for name in TEXTS {
        about.extend(members.text(name)?.map(|text| ((*name).to_owned(), text.into())));
    }
    for name in LISTS {
        about.extend(members.texts(name, MOST)?.map(|all| ((*name).to_owned(), all.into())));
    }
    for name in FLAGS {
        let Some(value) = members.find(name) else { continue };
        let flag = value.as_bool().ok_or(wrong("a member that is true or false is something else"))?;
        about.insert((*name).to_owned(), flag.into());
    }
    Ok(about)
}

/// Whether a character is not seen, or changes what people see of others: Unicode's property Default_Ignorable_Code_Point,
/// separators of lines, and what annotates.
const fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// People are shown it: a client without a name is called by where it lives.
fn name(members: &Members, redirect_uris: &[RedirectUri]) -> Result<String, OAuthError> {
    let name = members.text("client_name")?.map(str::trim).filter(|name| !name.is_empty());
    if name.is_some_and(|name| name.chars().count() > NAME_CHARACTERS || name.chars().any(is_hidden)) {
        return Err(wrong("client_name has at most 256 characters, all of which can be seen"));
    }
    let place = redirect_uris.first().map_or("", |uri| RedirectUri::place(uri.as_str()));
    Ok(name.unwrap_or(place).to_owned())
}

/// The scopes of OpenID Connect: those asked for, or all.
fn scope(members: &Members) -> Result<Scope, OAuthError> {
    let openid = Scope::openid();
    let Some(text) = members.text("scope")? else { return Ok(openid) };
    let mut scope = Scope::EMPTY;
    for name in Scope::parse_known(text).names().filter(|name| openid.has_named(name)) {
        scope = scope.union(&Scope::parse_known(name));
    }
    Ok(scope)
}
