//! Fields of a request taken out one by one, with errors that name them and never quote them.

use crate::body::{BadRequest, Fields};
use inkhorn_domain::ImageSource;
use serde_json::{Map, Value};

/// An object from which fields are taken. What is left at the end is what nobody knew.
pub struct Taken {
    path: String,
    map: Map<String, Value>,
}

impl Taken {
    /// The top level of a body that has been checked.
    pub fn new(fields: Fields<'_>) -> Result<Self, BadRequest> {
        let mut map = Map::new();
        for (name, raw) in fields.entries {
            let value = serde_json::from_str(raw.get())
                .map_err(|_| BadRequest::new(known(&name), "cannot be read"))?;
            map.insert(name, value);
        }
        Ok(Self { path: String::new(), map })
    }

    /// An object at a place.
    pub fn at(path: String, value: Value) -> Result<Self, BadRequest> {
        match value {
            Value::Object(map) => Ok(Self { path, map }),
            _ => Err(BadRequest::new(path, "is not an object")),
        }
    }

    /// The place of a field, for errors.
    pub fn place(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// An error about a field.
    pub fn bad(&self, name: &str, reason: &'static str) -> BadRequest {
        BadRequest::new(self.place(name), reason)
    }

    /// What is left.
    pub fn rest(self) -> Map<String, Value> {
        self.map
    }

    /// A field of any type; `null` counts as absent.
    pub fn value(&mut self, name: &str) -> Option<Value> {
        self.map.shift_remove(name).filter(|value| !value.is_null())
    }

    pub fn text(&mut self, name: &str) -> Result<Option<String>, BadRequest> {
        self.typed(name, "is not text", |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    pub fn needed_text(&mut self, name: &str) -> Result<String, BadRequest> {
        self.text(name)?.ok_or_else(|| self.bad(name, "is missing"))
    }

    pub fn truth(&mut self, name: &str) -> Result<Option<bool>, BadRequest> {
        self.typed(name, "is not true or false", |value| value.as_bool())
    }

    pub fn count(&mut self, name: &str) -> Result<Option<u64>, BadRequest> {
        self.typed(name, "is not a whole number", |value| value.as_u64())
    }

    pub fn whole(&mut self, name: &str) -> Result<Option<i64>, BadRequest> {
        self.typed(name, "is not a whole number", |value| value.as_i64())
    }

    pub fn number(&mut self, name: &str) -> Result<Option<f64>, BadRequest> {
        self.typed(name, "is not a number", |value| value.as_f64().filter(|number| number.is_finite()))
    }

    pub fn list(&mut self, name: &str) -> Result<Option<Vec<Value>>, BadRequest> {
        self.typed(name, "is not a list", |value| match value {
            Value::Array(list) => Some(list),
            _ => None,
        })
    }

    pub fn object(&mut self, name: &str) -> Result<Option<Taken>, BadRequest> {
        let path = self.place(name);
        self.value(name).map(|value| Taken::at(path, value)).transpose()
    }

    /// The objects of a list.
    pub fn objects(&mut self, name: &str) -> Result<Vec<Taken>, BadRequest> {
        let path = self.place(name);
        let list = self.list(name)?.unwrap_or_default();
        list.into_iter()
            .enumerate()
            .map(|(position, value)| Taken::at(format!("{path}[{position}]"), value))
            .collect()
    }

    /// Text, or a list of texts.
    pub fn texts(&mut self, name: &str) -> Result<Vec<String>, BadRequest> {
        let wrong = self.bad(name, "is not text or a list of texts");
        match self.value(name) {
            None => Ok(Vec::new()),
            Some(Value::String(text)) => Ok(vec![text]),
            Some(Value::Array(list)) => list
                .into_iter()
                .map(|value| match value {
                    Value::String(text) => Ok(text),
                    _ => Err(wrong.clone()),
                })
                .collect(),
            Some(_) => Err(wrong),
        }
    }

    /// Plain text as one part, or the typed parts of a list.
    pub fn content(&mut self, name: &str) -> Result<Vec<Taken>, BadRequest> {
        match self.value(name) {
            None => Ok(Vec::new()),
            Some(Value::String(text)) => {
                let mut map = Map::new();
                map.insert("type".into(), "text".into());
                map.insert("text".into(), text.into());
                Ok(vec![Taken { path: self.place(name), map }])
            }
            Some(list @ Value::Array(_)) => {
                self.map.insert(name.to_owned(), list);
                self.objects(name)
            }
            Some(_) => Err(self.bad(name, "is not text or a list of parts")),
        }
    }

    fn typed<T>(
        &mut self,
        name: &str,
        reason: &'static str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Result<Option<T>, BadRequest> {
        match self.value(name) {
            None => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| self.bad(name, reason)),
        }
    }
}

/// A field's name where it looks like one; else it may be content.
fn known(name: &str) -> &str {
    let plain = name.len() <= 40 && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if plain { name } else { "" }
}

/// The JSON text of a tool's arguments, from text or an object.
pub fn arguments(value: Option<Value>) -> String {
    match value {
        None => "{}".to_owned(),
        Some(Value::String(text)) => text,
        Some(other) => other.to_string(),
    }
}

/// A tool's arguments as the object that Anthropic and Ollama demand; empty where they are none.
pub fn arguments_object(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(object @ Value::Object(_)) => object,
        _ => Value::Object(Map::new()),
    }
}

/// `data:image/png;base64,…`, or an address.
pub fn image(address: String) -> Option<ImageSource> {
    let Some(data) = address.strip_prefix("data:") else { return Some(ImageSource::Url(address)) };
    let (media_type, base64) = data.split_once(";base64,")?;
    Some(ImageSource::Data { media_type: media_type.to_owned(), base64: base64.to_owned() })
}

/// An image as an address.
pub fn image_address(image: &ImageSource) -> String {
    match image {
        ImageSource::Data { media_type, base64 } => format!("data:{media_type};base64,{base64}"),
        ImageSource::Url(address) => address.clone(),
    }
}

/// The schema of a tool that takes nothing.
pub fn no_parameters() -> Value {
    serde_json::json!({ "type": "object", "properties": {} })
}
