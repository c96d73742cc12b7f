//! The schemas of bodies: those that are answered never have null, those that are read may.

use std::collections::BTreeMap;

use chancery_api::AsAnswered;
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};

use crate::api::operation::SchemaOf;

const PREFIX: &str = "#/components/schemas/";
/// A type that reads and is answered in different ways has its name for reading with this end.
const READ: &str = "Input";

/// All schemas of the document.
pub struct Schemas {
    answered: SchemaGenerator,
    read: SchemaGenerator,
    read_used: bool,
}

impl Default for Schemas {
    fn default() -> Self {
        let settings = || {
            let mut settings = SchemaSettings::draft2020_12();
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
            settings
        };
        Self {
            answered: settings().for_serialize().with_transform(AsAnswered).into_generator(),
            read: settings().for_deserialize().into_generator(),
            read_used: false,
        }
    }
}

impl Schemas {
    /// The schema of an answer.
    pub fn answer(&mut self, of: SchemaOf) -> Schema {
        of(&mut self.answered)
    }

    /// The schema of a body.
    pub fn body(&mut self, of: SchemaOf) -> Schema {
        self.read_used = true;
        let mut schema = of(&mut self.read);
        rename(schema.as_object_mut(), &|name| format!("{name}{READ}"));
        schema
    }

    /// The components by name.
    pub fn finish(mut self) -> Map<String, Value> {
        let mut all: BTreeMap<String, Value> = self.answered.take_definitions(true).into_iter().collect();
        for (name, mut schema) in self.read.take_definitions(true) {
            rename(schema.as_object_mut(), &|name| format!("{name}{READ}"));
            all.insert(format!("{name}{READ}"), schema);
        }
        all.into_iter().collect()
    }
}

/// Renames what a schema refers to.
fn rename(schema: Option<&mut Map<String, Value>>, to: &dyn Fn(&str) -> String) {
    fn walk(value: &mut Value, to: &dyn Fn(&str) -> String) {
        match value {
            Value::Object(members) => {
                for (name, value) in members.iter_mut() {
                    match value {
                        Value::String(text) if name == "$ref" => {
                            if let Some(named) = text.strip_prefix(PREFIX) {
                                *text = format!("{PREFIX}{}", to(named));
                            }
                        }
                        _ => walk(value, to),
                    }
                }
            }
            Value::Array(all) => all.iter_mut().for_each(|value| walk(value, to)),
            _ => {}
        }
    }
    let Some(members) = schema else { return };
    let mut whole = Value::Object(std::mem::take(members));
    walk(&mut whole, to);
    if let Value::Object(renamed) = whole {
        *members = renamed;
    }
}
