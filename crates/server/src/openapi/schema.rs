//! The schemas of bodies: those that are answered never have null, those that are read may.

use chancery_api::AsAnswered;
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};

use crate::api::operation::SchemaOf;

const ANSWERED: &str = "#/components/schemas/";
/// Where schemas of what is read are until `finish` gives them their names.
const READ: &str = "#/components/read/";
/// The end of its name for reading, where a type is answered in another way.
const INPUT: &str = "Input";

/// All schemas of the document.
pub struct Schemas {
    answered: SchemaGenerator,
    read: SchemaGenerator,
}

impl Default for Schemas {
    fn default() -> Self {
        let settings = |path: &str| {
            let mut settings = SchemaSettings::draft2020_12();
            settings.definitions_path = path.trim_matches('#').trim_end_matches('/').to_owned().into();
            settings.meta_schema = None;
            settings
        };
        Self {
            answered: settings(ANSWERED).for_serialize().with_transform(AsAnswered).into_generator(),
            read: settings(READ).for_deserialize().into_generator(),
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
        of(&mut self.read)
    }

    /// The components by name. What `paths` refers to gets the names that they have.
    pub fn finish(mut self, paths: &mut Map<String, Value>) -> Map<String, Value> {
        let mut all = self.answered.take_definitions(true);
        let read = self.read.take_definitions(true);
        let differs =
            |(of, schema): &(&String, &Value)| all.get(*of).is_some_and(|answered| answered != *schema);
        let taken: Vec<String> = read.iter().filter(differs).map(|(of, _)| of.clone()).collect();
        let name =
            |of: &str| if taken.iter().any(|it| it == of) { format!("{of}{INPUT}") } else { of.to_owned() };
        for (of, mut schema) in read {
            rename(&mut schema, &name);
            all.insert(name(&of), schema);
        }
        paths.values_mut().for_each(|path| rename(path, &name));
        all
    }
}

/// Gives every reference to what is read its name.
fn rename(value: &mut Value, name: &dyn Fn(&str) -> String) {
    match value {
        Value::String(text) => {
            if let Some(of) = text.strip_prefix(READ) {
                *text = format!("{ANSWERED}{}", name(of));
            }
        }
        Value::Object(members) => members.values_mut().for_each(|value| rename(value, name)),
        Value::Array(all) => all.iter_mut().for_each(|value| rename(value, name)),
        _ => {}
    }
}
