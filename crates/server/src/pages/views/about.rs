//! What an application says of itself, on the pages that lead to it.

use chancery_core::client::Client;

use crate::pages::brand::Brand;

/// Its logo, and where it says what it does. Given by whoever registered it: nobody checked any of it.
#[derive(Clone, Debug, Default)]
pub struct About<'a> {
    /// `logo_uri`, as this server has it: nothing on the pages comes from elsewhere.
    pub logo: Option<String>,
    /// `policy_uri`.
    pub policy: Option<&'a str>,
    /// `tos_uri`.
    pub terms: Option<&'a str>,
}

impl<'a> About<'a> {
    /// Of a client.
    pub fn of(client: &'a Client, brand: &Brand) -> Self {
        let text = |name| client.metadata.about(name);
        let logo = text("logo_uri").map(|_| brand.link(&format!("oauth2/logo/{}", client.id)));
        Self { logo, policy: text("policy_uri"), terms: text("tos_uri") }
    }
}
