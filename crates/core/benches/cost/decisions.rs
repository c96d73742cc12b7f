//! Decisions whose facts are all there: what a request costs between the parsed form and the written token.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use chancery_core::access::{Asked, Demand, admit};
use chancery_core::client_auth::Header;
use chancery_core::dialect::Dialect;
use chancery_core::form::Form;
use chancery_core::grants::exchange::{TokenRequest, exchange};
use chancery_core::rbac::permission::OAUTH_CLIENT_VIEW;
use chancery_core::tokens::introspect::introspect;
use chancery_core::tokens::issue;
use divan::{Bencher, black_box};

use super::world::{DIALECTS, HOLDERS, Holder, allowed, world};

/// Who asks what a token is.
#[derive(Clone, Copy, Debug)]
enum Asking {
    Owner,
    /// Whom an administrator let.
    Other,
}

#[divan::bench(args = DIALECTS)]
fn client_credentials(bencher: Bencher, dialect: Dialect) {
    exchanges(bencher, dialect, "grant_type=client_credentials");
}

#[divan::bench(args = DIALECTS)]
fn rotation(bencher: Bencher, dialect: Dialect) {
    let token = world().refresh(dialect);
    exchanges(bencher, dialect, &format!("grant_type=refresh_token&refresh_token={token}"));
}

fn exchanges(bencher: Bencher, dialect: Dialect, body: &str) {
    let world = world();
    let basic = world.basic(world.client.id);
    let (header, form) = (Header::new(&basic), Form::parse(body.as_bytes()).expect("a form"));
    let request = TokenRequest::new(dialect, Some(&header), &form);
    bencher.bench(|| allowed(exchange(&world.facts, black_box(&request), &world.env())));
}

#[divan::bench(args = [Asking::Owner, Asking::Other])]
fn introspection(bencher: Bencher, asking: Asking) {
    let world = world();
    let issued = world.token(Holder::Person, Dialect::Standard);
    let text = issue::render(&issued, &world.env()).expect("a token");
    let (body, token) = (format!("token={text}"), Arc::new(issued.token));
    let basic = world.basic(match asking {
        Asking::Owner => world.client.id,
        Asking::Other => world.other,
    });
    let (header, form) = (Header::new(&basic), Form::parse(body.as_bytes()).expect("a form"));
    let request = TokenRequest::new(Dialect::Standard, Some(&header), &form);
    bencher.bench(|| allowed(introspect(&world.facts, black_box(&request), Some(&token), &world.env())));
}

/// What every call of the management API begins with, once its token is opened.
#[divan::bench(args = HOLDERS)]
fn access(bencher: Bencher, holder: Holder) {
    let world = world();
    let token = Arc::new(world.token(holder, Dialect::Genesys).token);
    let (demand, address) = (Demand::Any(&[OAUTH_CLIENT_VIEW]), IpAddr::V4(Ipv4Addr::LOCALHOST));
    let asked = Asked { demand, scopes: &["oauth", "oauth:readonly"], address };
    bencher.bench(|| allowed(admit(&world.facts, Some(black_box(&token)), &asked, &world.env())));
}
