//! Every object in the shapes that a service may answer it in: whole, in parts, with null, with what came later.
#![expect(clippy::expect_used, reason = "what cannot be set up fails the test")]

mod objects;
mod people;
mod roles;
mod spellings;

use chancery_sdk::Model;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Members whose own members are no names but keys, all of one type.
const MAPS: [&str; 4] = ["features", "objectCounts", "permissionMap", "messageParams"];

/// Tries all shapes of an object, given a whole one; `required` are the members that it is nothing without.
#[track_caller]
fn is_read_in_every_shape<T: DeserializeOwned + Serialize>(whole: &Value, required: &[&str]) {
    assert_eq!(written(&read::<T>(whole)), *whole, "as it is");
    for pointer in members(whole, "") {
        let name = pointer.rsplit('/').next().unwrap_or_default();
        let is_free = !required.contains(&name);
        if is_free {
            read::<T>(&changed(whole, &pointer, |it| *it = Value::Null));
            read::<T>(&without(whole, &pointer));
        }
        if whole.pointer(&pointer).is_some_and(Value::is_string) {
            let newer = changed(whole, &pointer, |it| *it = json!("SOMETHING-NEW"));
            assert_eq!(written(&read::<T>(&newer)), newer, "{pointer}");
        }
        if whole.pointer(&pointer).is_some_and(Value::is_object) && !MAPS.contains(&name) {
            keeps_what_is_unknown::<T>(whole, &pointer);
        }
    }
    keeps_what_is_unknown::<T>(whole, "");
    if required.is_empty() {
        read::<T>(&json!({}));
    }
}

#[track_caller]
fn keeps_what_is_unknown<T: DeserializeOwned + Serialize>(whole: &Value, pointer: &str) {
    for unknown in [json!({ "deep": [1, { "er": null }] }), json!(null), json!("text")] {
        let newer = changed(whole, pointer, |it| it["newMember"] = unknown);
        assert_eq!(written(&read::<T>(&newer)), newer, "{pointer}");
    }
}

#[track_caller]
fn read<T: DeserializeOwned + Serialize>(value: &Value) -> Model<T> {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error}: {value}"))
}

fn written<T: Serialize>(model: &Model<T>) -> Value {
    serde_json::to_value(model).expect("a value")
}

/// Where the members of objects are, however deep.
fn members(value: &Value, at: &str) -> Vec<String> {
    let parts: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, it)| (format!("{at}/{name}"), it)).collect(),
        Value::Array(elements) => {
            (0..).zip(elements).map(|(index, it)| (format!("{at}/{index}"), it)).collect()
        }
        _ => Vec::new(),
    };
    let below = parts.iter().flat_map(|(path, it)| members(it, path));
    let own = parts.iter().filter(|_| value.is_object()).map(|(path, _)| path.clone());
    own.chain(below).collect()
}

fn changed(whole: &Value, pointer: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut whole = whole.clone();
    change(whole.pointer_mut(pointer).expect("a member"));
    whole
}

fn without(whole: &Value, pointer: &str) -> Value {
    let (object, name) = pointer.rsplit_once('/').expect("a member");
    changed(whole, object, |it| drop(it.as_object_mut().expect("an object").remove(name)))
}
