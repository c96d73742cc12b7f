//! A server, and the SDK's clients of it.

use chancery_e2e::{Builder, Credentials, Person, REDIRECT, Server};
use chancery_sdk::login::{Authorize, ClientCredentials, Token, random_state, redirected};
use chancery_sdk::models::{CreateUser, OAuthClientRequest, Password, User};
use chancery_sdk::{Client, Model, Retry, Secret};

/// What people whom a test makes log in with.
pub const PASSWORD: &str = "correct horse battery staple";

pub struct Place {
    pub server: Server,
    pub made: Credentials,
    /// Calls as the administrator client.
    pub sdk: Client,
}

/// An application that people use.
pub struct App {
    pub id: String,
    pub secret: String,
}

impl App {
    pub fn credentials(&self) -> ClientCredentials {
        ClientCredentials::new(&self.id, &*self.secret)
    }
}

impl Place {
    pub fn start() -> Self {
        Self::of(&Builder::fresh())
    }

    pub fn of(builder: &Builder) -> Self {
        let server = builder.start();
        let made = server.credentials();
        let robot = ClientCredentials::new(&made.client_id, &*made.client_secret);
        let sdk = Client::at(server.url()).credentials(robot).build().expect("a client");
        Self { server, made, sdk }
    }

    /// Calls with a token, and tries each request once.
    pub fn with_token(&self, token: impl Into<Secret>) -> Client {
        Client::at(self.server.url()).token(token).retry(Retry::never()).build().expect("a client")
    }

    pub async fn app(&self, grant_type: &str, back: &str) -> App {
        let body = OAuthClientRequest {
            name: Some("App".into()),
            authorized_grant_type: Some(grant_type.into()),
            registered_redirect_uri: Some(vec![back.into()]),
            scope: Some(vec!["oauth".into(), "users".into()]),
            ..OAuthClientRequest::default()
        };
        let made = self.sdk.oauth().post_oauth_clients(&body.into()).await.expect("a client");
        let secret = made.secret.as_ref().expect("its secret").expose().to_owned();
        App { id: made.id.clone(), secret }
    }

    pub async fn user(&self, name: &str) -> Model<User> {
        let body = CreateUser {
            name: Some(name.into()),
            email: Some(format!("{}@example.com", name.to_lowercase())),
            division_id: self.home().await.into(),
            password: Some(Password::new(PASSWORD)),
            ..CreateUser::default()
        };
        self.sdk.users().post_users(&body.into()).await.expect("a user")
    }

    pub async fn home(&self) -> String {
        let home = self.sdk.authorization().get_authorization_divisions_home().await.expect("a division");
        home.id.clone().expect("an id")
    }

    /// The id of a built-in role.
    pub async fn role(&self, name: &str) -> String {
        let query = chancery_sdk::api::GetRoles { name: Some(name.into()), ..Default::default() };
        let roles = self.sdk.authorization().get_authorization_roles(&query).await.expect("roles");
        roles.entities[0].id.clone().expect("an id")
    }

    /// The address that the browser comes back to once somebody has logged in.
    pub fn come_back(&self, address: &str, email: &str, password: &str) -> String {
        let path = address.strip_prefix(self.server.url()).expect("an address of the server");
        Person::new(&self.server.client(), "192.0.2.1").come_back(path, email, password)
    }

    /// The same for the administrator.
    pub fn administrator_comes_back(&self, address: &str) -> String {
        self.come_back(address, self.made.text("/admin/email"), self.made.text("/admin/password"))
    }

    /// What an application gets when somebody logs in.
    pub async fn logged_in(&self, app: &App, email: &str, password: &str) -> Token {
        let state = random_state();
        let address = Authorize::code(&app.id, REDIRECT).state(&state).url(self.sdk.login());
        let back = self.come_back(address.as_str(), email, password).parse().expect("an address");
        let code = redirected(&back, &state).expect("a code");
        self.sdk.login().code(&app.credentials(), code.expose(), REDIRECT).await.expect("a token")
    }

    /// Calls as the administrator, who is a person.
    pub async fn administrator(&self, app: &App) -> Client {
        let (email, password) = (self.made.text("/admin/email"), self.made.text("/admin/password"));
        self.with_token(self.logged_in(app, email, password).await.access_token)
    }
}
