//! What a caller asks a client to be, and the rules that its members must pass one by one.

use crate::client::{Client, ClientState};
use crate::error::{ApiCode, ApiError, list};
use crate::grants::{GrantType, GrantTypes};
use crate::policy::{DEFAULT_TOKEN, LONGEST_TOKEN, Policy, SHORTEST_TOKEN};
use crate::types::{Lifetime, RedirectUri, Scope, ScopeName, Timestamp, from_wire};

/// Most characters of a name.
pub const NAME_CHARACTERS: usize = 256;
/// Most characters of a description.
pub const DESCRIPTION_CHARACTERS: usize = 4096;
/// Most redirect URIs of a client.
pub const REDIRECT_URIS: usize = 200;

/// A client as a caller describes it; `None` where the caller said nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// `name`.
    pub name: Option<String>,
    /// `accessTokenValiditySeconds`.
    pub token_lifetime: Option<i64>,
    /// `description`.
    pub description: Option<String>,
    /// `registeredRedirectUri`.
    pub redirect_uris: Vec<String>,
    /// `roleIds`: roles in the home division.
    pub role_ids: Vec<String>,
    /// `authorizedGrantType`, in any of its spellings.
    pub grant_type: Option<String>,
    /// `scope`.
    pub scope: Vec<String>,
    /// `roleDivisions`: pairs of a role and a division; wins over `role_ids`.
    pub role_divisions: Vec<(String, String)>,
    /// `state`.
    pub state: Option<String>,
    /// `dateToDelete`.
    pub date_to_delete: Option<String>,
}

/// The members of a draft once every rule that concerns one member alone has passed.
pub struct Checked {
    /// The name.
    pub name: String,
    /// The description.
    pub description: Option<String>,
    /// The lifetime of access tokens.
    pub token_lifetime: Lifetime,
    /// The callbacks, in order, duplicates dropped.
    pub redirect_uris: Vec<RedirectUri>,
    /// The grant types.
    pub grant_types: GrantTypes,
    /// The scope.
    pub scope: Scope,
    /// The state, if one was named.
    pub state: Option<ClientState>,
    /// The date of deletion.
    pub date_to_delete: Option<Timestamp>,
}

impl Draft {
    /// Whether it asks for any role.
    pub fn names_roles(&self) -> bool {
        !self.role_divisions.is_empty() || !self.role_ids.is_empty()
    }

    /// Checks the members, the grant type first since the others depend on it. `current` is the client that is
    /// replaced: an unchanged grant type keeps its whole set.
    pub fn check(&self, current: Option<&Client>, policy: &Policy) -> Result<Checked, ApiError> {
        let grant_types = self.grant_types(current)?;
        let had = current.is_some_and(|client| client.grant_types.contains(GrantType::Implicit));
        if grant_types.contains(GrantType::Implicit) && !had && !policy.implicit_for_new_clients {
            return Err(ApiError::new(ApiCode::BadGrantType).at("authorizedGrantType"));
        }
        let scope = self.scope()?;
        if grant_types.need_scope() && scope.is_empty() {
            return Err(ApiError::new(ApiCode::MissingClientScope).at("scope"));
        }
        Ok(Checked {
            name: self.name()?,
            description: self.description()?,
            token_lifetime: self.token_lifetime()?,
            redirect_uris: self.redirect_uris(policy)?,
            grant_types,
            scope,
            state: self.state()?,
            date_to_delete: self.date_to_delete()?,
        })
    }

    fn grant_types(&self, current: Option<&Client>) -> Result<GrantTypes, ApiError> {
        let field = "authorizedGrantType";
        let text = self.grant_type.as_deref().filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| ApiError::new(ApiCode::GrantTypeRequired).at(field))?;
        let asked = GrantTypes::from_authorized_grant_type(text)
            .ok_or_else(|| ApiError::new(ApiCode::BadGrantType).at(field))?;
        match current {
            Some(client) if client.authorized_grant_type() == asked.authorized_grant_type() => {
                Ok(client.grant_types)
            }
            _ => Ok(asked),
        }
    }

    fn scope(&self) -> Result<Scope, ApiError> {
        let unknown: Vec<&str> =
            self.scope.iter().map(String::as_str).filter(|name| ScopeName::find(name).is_none()).collect();
        Scope::from_names(self.scope.iter().map(String::as_str))
            .ok_or_else(|| ApiError::new(ApiCode::InvalidScope).with("scopes", list(&unknown)).at("scope"))
    }

    fn name(&self) -> Result<String, ApiError> {
        let name = self.name.as_deref().unwrap_or_default();
        if name.trim().is_empty() {
            return Err(ApiError::constraint("name", "A name is required."));
        }
        if name.chars().count() > NAME_CHARACTERS || name.chars().any(char::is_control) {
            return Err(ApiError::constraint(
                "name",
                "A name has at most 256 characters and no control characters.",
            ));
        }
        Ok(name.to_owned())
    }

    fn description(&self) -> Result<Option<String>, ApiError> {
        if self
            .description
            .as_ref()
            .is_some_and(|text| text.chars().count() > DESCRIPTION_CHARACTERS || text.contains('\0'))
        {
            return Err(ApiError::constraint(
                "description",
                "A description has at most 4096 characters, none of them NUL.",
            ));
        }
        Ok(self.description.clone())
    }

    fn token_lifetime(&self) -> Result<Lifetime, ApiError> {
        let Some(seconds) = self.token_lifetime else { return Ok(DEFAULT_TOKEN) };
        match u32::try_from(seconds).map(Lifetime::from_seconds) {
            Ok(lifetime)
                if (SHORTEST_TOKEN.seconds()..=LONGEST_TOKEN.seconds()).contains(&lifetime.seconds()) =>
            {
                Ok(lifetime)
            }
            _ => Err(ApiError::constraint(
                "accessTokenValiditySeconds",
                "The access token validity is from 300 to 172800 seconds.",
            )),
        }
    }

    fn redirect_uris(&self, policy: &Policy) -> Result<Vec<RedirectUri>, ApiError> {
        let field = "registeredRedirectUri";
        if self.redirect_uris.len() > REDIRECT_URIS {
            return Err(ApiError::constraint(field, "A client has at most 200 redirect URIs."));
        }
        let parse = if policy.http_redirect_uris { RedirectUri::parse_with_http } else { RedirectUri::parse };
        let mut uris = Vec::with_capacity(self.redirect_uris.len());
        for text in &self.redirect_uris {
            let uri = parse(text).map_err(|reason| ApiError::constraint(field, reason))?;
            if !uris.contains(&uri) {
                uris.push(uri);
            }
        }
        Ok(uris)
    }

    fn state(&self) -> Result<Option<ClientState>, ApiError> {
        let Some(text) = self.state.as_deref() else { return Ok(None) };
        let state = from_wire(ClientState::ALL, text)
            .ok_or_else(|| bad_state("The state of a client is active, inactive or disabled."))?;
        Ok(Some(state))
    }

    fn date_to_delete(&self) -> Result<Option<Timestamp>, ApiError> {
        let Some(text) = self.date_to_delete.as_deref().filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        Timestamp::parse(text).map(Some).ok_or_else(|| ApiError::new(ApiCode::InvalidDate).at("dateToDelete"))
    }
}

/// A state that is not allowed here, with the reason.
pub fn bad_state(reason: &'static str) -> ApiError {
    ApiError::new(ApiCode::BadClientState).with("reason", reason).at("state")
}
