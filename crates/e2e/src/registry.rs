//! The client registry, seen by one of its administrators.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::http::{Answer, Client};

/// Where the clients are.
pub const CLIENTS: &str = "/api/v2/oauth/clients";

/// The smallest registration of a client for users.
pub fn code_client(name: &str) -> Value {
    json!({
        "name": name,
        "authorizedGrantType": "CODE",
        "scope": ["users:readonly"],
        "registeredRedirectUri": ["https://app.example.com/callback"],
    })
}

/// A client that was just made, or was just given a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its secret.
    pub secret: String,
}

impl Made {
    /// From the answer to a create or a reset.
    #[track_caller]
    pub fn of(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.text);
        Self { id: answer.text_of("id"), name: answer.text_of("name"), secret: answer.text_of("secret") }
    }
}

/// The six operations. Clones share the connections.
#[derive(Clone, Debug)]
pub struct Registry {
    /// Connections with an administrator's token.
    pub client: Client,
    viewer: String,
}

impl Registry {
    /// With connections that have an administrator's token.
    pub fn new(client: Client) -> Self {
        let roles = client.get("/api/v2/authorization/roles?pageSize=100").expect(200).json();
        let roles = roles["entities"].as_array().expect("a listing");
        let viewer = roles.iter().find(|role| role["name"] == "oauth viewer").expect("the built-in role");
        let viewer = viewer["id"].as_str().expect("an id").to_owned();
        Self { client, viewer }
    }

    /// The same over other connections.
    pub fn through(&self, client: Client) -> Self {
        Self { client, ..self.clone() }
    }

    /// The registration of a client that acts for itself and may view clients.
    pub fn machine(&self, name: &str) -> Value {
        json!({
            "name": name,
            "authorizedGrantType": "CLIENT-CREDENTIALS",
            "roleDivisions": [{ "roleId": self.viewer, "divisionId": "*" }],
        })
    }

    /// The path of a client.
    pub fn path(id: &str) -> String {
        format!("{CLIENTS}/{id}")
    }

    /// Registers a client that acts for itself.
    #[track_caller]
    pub fn create(&self, name: &str) -> Made {
        Made::of(&self.client.post(CLIENTS, &self.machine(name)))
    }

    /// Gives a client that acts for itself another name.
    #[track_caller]
    pub fn rename(&self, id: &str, name: &str) -> Answer {
        self.client.put(&Self::path(id), &self.machine(name))
    }

    /// Gives a client another secret.
    #[track_caller]
    pub fn reset(&self, id: &str) -> Answer {
        self.client.post(&format!("{CLIENTS}/{id}/secret"), &json!({}))
    }

    /// Removes a client.
    #[track_caller]
    pub fn delete(&self, id: &str) -> Answer {
        self.client.delete(&Self::path(id))
    }

    /// One client.
    #[track_caller]
    pub fn get(&self, id: &str) -> Answer {
        self.client.get(&Self::path(id))
    }

    /// The name of every client by its id; the listing names none twice and counts right.
    #[track_caller]
    pub fn names(&self) -> BTreeMap<String, String> {
        let listing = self.client.get(CLIENTS).expect(200).json();
        let entities = listing["entities"].as_array().expect("a listing");
        let text = |it: &Value, member: &str| it[member].as_str().expect("a text").to_owned();
        let names: BTreeMap<_, _> = entities.iter().map(|it| (text(it, "id"), text(it, "name"))).collect();
        assert_eq!(names.len(), entities.len(), "the listing names a client twice");
        assert_eq!(listing["total"], entities.len());
        names
    }
}
