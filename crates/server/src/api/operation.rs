//! One operation of the management API as a value: who may call it, what it takes and answers. Router, admission,
//! usage counts and the OpenAPI document are all made from it, so none can say what another does not do.

use std::future::Future;
use std::pin::Pin;

use chancery_core::access::Demand;
use chancery_core::error::ApiCode;
use chancery_core::rbac::Permission;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::{Answer, Call};

/// A schema, once a generator asks for it.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// Runs an operation.
pub type Run = fn(Call) -> Pin<Box<dyn Future<Output = Answer> + Send>>;

/// See the module.
#[derive(Clone, Copy)]
pub struct Operation {
    /// The name that the vendor's SDKs have for it.
    pub id: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path, with `{name}` for what varies.
    pub path: &'static str,
    /// One line.
    pub summary: &'static str,
    /// What the line does not say; empty where it says it all.
    pub about: &'static str,
    /// What it asks of its caller.
    pub demand: Demand,
    /// A user's token needs one of these, where scopes are enforced.
    pub scopes: &'static [&'static str],
    /// The parameters of its query.
    pub query: &'static [Param],
    /// The body that it reads, if it reads one.
    pub body: Option<SchemaOf>,
    /// The status of success.
    pub status: u16,
    /// The body of success, if there is one.
    pub answer: Option<SchemaOf>,
    /// Refusals of its own, beside those that every operation has.
    pub errors: &'static [ApiCode],
    /// What it does.
    pub run: Run,
}

/// A parameter of a query.
#[derive(Clone, Copy)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// What it does.
    pub about: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// How a value that it cannot have is refused.
    pub refusal: ApiCode,
}

/// What a parameter may be.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Any text.
    Text,
    /// A text of this form, in the words of a regular expression; the operation judges it.
    Like(&'static str),
    /// A UUID.
    Uuid,
    /// A whole number within bounds.
    Number(i64, i64),
    /// `true` or `false`.
    Flag,
    /// Several values, repeated or joined by commas.
    Many,
    /// One of these.
    OneOf(&'static [&'static str]),
}

impl Param {
    /// One that can be left out.
    pub const fn new(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, kind, about, required: false, refusal: ApiCode::InvalidQueryValue }
    }

    /// One that must be there.
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// One with a refusal of its own.
    pub const fn refused_as(self, refusal: ApiCode) -> Self {
        Self { refusal, ..self }
    }
}

impl Operation {
    const fn new(
        method: &'static str,
        id: &'static str,
        path: &'static str,
        summary: &'static str,
        run: Run,
    ) -> Self {
        Self {
            id,
            method,
            path,
            summary,
            about: "",
            demand: Demand::Nothing,
            scopes: &[],
            query: &[],
            body: None,
            status: 200,
            answer: None,
            errors: &[],
            run,
        }
    }

    /// A `GET`.
    pub const fn get(id: &'static str, path: &'static str, summary: &'static str, run: Run) -> Self {
        Self::new("GET", id, path, summary, run)
    }

    /// A `HEAD`.
    pub const fn head(id: &'static str, path: &'static str, summary: &'static str, run: Run) -> Self {
        Self::new("HEAD", id, path, summary, run)
    }

    /// A `POST`.
    pub const fn post(id: &'static str, path: &'static str, summary: &'static str, run: Run) -> Self {
        Self::new("POST", id, path, summary, run)
    }

    /// A `PUT`.
    pub const fn put(id: &'static str, path: &'static str, summary: &'static str, run: Run) -> Self {
        Self::new("PUT", id, path, summary, run)
    }

    /// A `PATCH`.
    pub const fn patch(id: &'static str, path: &'static str, summary: &'static str, run: Run) -> Self {
        Self::new("PATCH", id, path, summary, run)
    }

    /// A `DELETE`.
    pub const fn delete(id: &'static str, path: &'static str, summary: &'static str, run: Run) -> Self {
        Self::new("DELETE", id, path, summary, run)
    }

    /// Says more than the summary.
    pub const fn about(self, about: &'static str) -> Self {
        Self { about, ..self }
    }

    /// Demands one of these permissions.
    pub const fn any(self, permissions: &'static [Permission]) -> Self {
        Self { demand: Demand::Any(permissions), ..self }
    }

    /// Demands all of these permissions.
    pub const fn all(self, permissions: &'static [Permission]) -> Self {
        Self { demand: Demand::All(permissions), ..self }
    }

    /// Needs one of these scopes, where scopes are enforced.
    pub const fn scopes(self, scopes: &'static [&'static str]) -> Self {
        Self { scopes, ..self }
    }

    /// Reads these parameters of the query.
    pub const fn query(self, query: &'static [Param]) -> Self {
        Self { query, ..self }
    }

    /// Reads a body.
    pub const fn takes<T: JsonSchema>(self) -> Self {
        Self { body: Some(SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// Answers a body.
    pub const fn answers<T: JsonSchema>(self) -> Self {
        Self { answer: Some(SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// Answers 204, without a body.
    pub const fn answers_nothing(self) -> Self {
        Self { status: 204, ..self }
    }

    /// Refuses for reasons of its own.
    pub const fn refuses(self, errors: &'static [ApiCode]) -> Self {
        Self { errors, ..self }
    }
}
