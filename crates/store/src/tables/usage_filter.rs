//! Which requests a question about usage is about, and what they are gathered by.

use super::usage::UsageRow;
use super::usage_days::Key;
use crate::failure::from_sqlite;
use inkhorn_domain::{BudgetScope, Face};
use inkhorn_fault::Result;
use rusqlite::Connection;
use std::collections::HashMap;

/// What requests are gathered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// The provider.
    Provider,
    /// The model that was asked for, whatever the connection.
    Model,
    /// What the request was for.
    Feature,
    /// The program that asked.
    App,
    /// The connection, by its slug then.
    Connection,
    /// The connection (`key`) and the model asked for there (`model`).
    ConnectionAndModel,
    /// The face that it came through.
    Face,
}

/// Requests of which each dimension is one of those named; a dimension with an empty list lets all through. `None`
/// names the requests that have none, such as those without an app.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Providers, by their catalogue id.
    pub providers: Vec<Option<String>>,
    /// Connections, by their slug then.
    pub connections: Vec<Option<String>>,
    /// Models, in the provider's words.
    pub models: Vec<String>,
    /// What it was for.
    pub features: Vec<String>,
    /// Programs.
    pub apps: Vec<Option<String>>,
    /// Faces.
    pub faces: Vec<Face>,
}

impl Filter {
    /// What a budget of this scope counts.
    pub fn of_scope(scope: &BudgetScope) -> Self {
        let all = Self::default();
        match scope {
            BudgetScope::All => all,
            BudgetScope::Connection(slug) => {
                Self { connections: vec![Some(slug.as_str().to_owned())], ..all }
            }
            BudgetScope::Model(model) => Self {
                connections: vec![Some(model.slug.as_str().to_owned())],
                models: vec![model.model.clone()],
                ..all
            },
            BudgetScope::Feature(feature) => Self { features: vec![feature.clone()], ..all },
            BudgetScope::App(app) => Self { apps: vec![Some(app.clone())], ..all },
        }
    }

    /// Whether this row is one of those.
    pub fn passes_row(&self, row: &UsageRow) -> bool {
        self.passes(&Names {
            face: row.face.as_str(),
            app: row.app.as_deref(),
            feature: &row.feature,
            slug: row.slug.as_deref(),
            provider: row.provider.as_deref(),
            model: &row.model_asked,
        })
    }

    fn passes(&self, key: &Names<'_>) -> bool {
        let named = |wanted: &[Option<String>], name: Option<&str>| {
            wanted.is_empty() || wanted.iter().any(|wanted| wanted.as_deref() == name)
        };
        let is =
            |wanted: &[String], name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
        named(&self.providers, key.provider)
            && named(&self.connections, key.slug)
            && named(&self.apps, key.app)
            && is(&self.models, key.model)
            && is(&self.features, key.feature)
            && (self.faces.is_empty() || self.faces.iter().any(|face| face.as_str() == key.face))
    }
}

struct Names<'k> {
    face: &'k str,
    app: Option<&'k str>,
    feature: &'k str,
    slug: Option<&'k str>,
    provider: Option<&'k str>,
    model: &'k str,
}

/// One way in which requests are made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyNames {
    /// The face.
    pub face: String,
    /// The program that asked; none for requests of Inkhorn's own.
    pub app: Option<String>,
    /// What it was for.
    pub feature: String,
    /// The connection, by its slug then.
    pub connection: Option<String>,
    /// The provider, by its catalogue id.
    pub provider: Option<String>,
    /// The model that was asked for, in the provider's words.
    pub model: String,
}

/// The keys that pass a filter, by their number in the lines of days; and the others.
pub(crate) struct Passing {
    pub(crate) by_number: HashMap<i64, Key>,
    pub(crate) others: HashMap<i64, Key>,
    names: HashMap<i64, String>,
}

impl Passing {
    /// Looks through all keys: there are few, whatever the number of requests.
    pub(crate) fn load(db: &Connection, filter: &Filter) -> Result<Self> {
        let read = || -> rusqlite::Result<Self> {
            let mut query = db.prepare_cached(
                "SELECT id, text FROM name WHERE id IN (SELECT face FROM usage_key UNION SELECT app FROM usage_key
                 UNION SELECT feature FROM usage_key UNION SELECT slug FROM usage_key
                 UNION SELECT provider FROM usage_key UNION SELECT model FROM usage_key)",
            )?;
            let names = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let names: HashMap<i64, String> = names.collect::<rusqlite::Result<_>>()?;
            let mut query =
                db.prepare_cached("SELECT id, face, app, feature, slug, provider, model FROM usage_key")?;
            let keys = query.query_map([], |row| {
                let key = Key {
                    face: row.get(1)?,
                    app: row.get(2)?,
                    feature: row.get(3)?,
                    slug: row.get(4)?,
                    provider: row.get(5)?,
                    model: row.get(6)?,
                };
                Ok((row.get(0)?, key))
            })?;
            let mut passing = Self { by_number: HashMap::new(), others: HashMap::new(), names };
            for key in keys {
                let (number, key) = key?;
                let passes = passing.passes(filter, &key);
                if passes { &mut passing.by_number } else { &mut passing.others }.insert(number, key);
            }
            Ok(passing)
        };
        read().map_err(from_sqlite)
    }

    /// Whether requests of this key are asked for.
    pub(crate) fn passes(&self, filter: &Filter, key: &Key) -> bool {
        filter.passes(&Names {
            face: self.name(key.face).unwrap_or_default(),
            app: self.name(key.app),
            feature: self.name(key.feature).unwrap_or_default(),
            slug: self.name(key.slug),
            provider: self.name(key.provider),
            model: self.name(key.model).unwrap_or_default(),
        })
    }

    /// The texts of a key.
    pub(crate) fn names_of(&self, key: &Key) -> KeyNames {
        let text = |number: i64| self.name(number).map(str::to_owned);
        KeyNames {
            face: text(key.face).unwrap_or_default(),
            app: text(key.app),
            feature: text(key.feature).unwrap_or_default(),
            connection: text(key.slug),
            provider: text(key.provider),
            model: text(key.model).unwrap_or_default(),
        }
    }

    /// The text of a number; none for 0.
    pub(crate) fn name(&self, number: i64) -> Option<&str> {
        self.names.get(&number).map(String::as_str)
    }
}

impl Group {
    /// The numbers of the names that make the group of a key: name, and model where there are two.
    pub(crate) fn of(self, key: &Key) -> (i64, i64) {
        match self {
            Self::Provider => (key.provider, 0),
            Self::Model => (key.model, 0),
            Self::Feature => (key.feature, 0),
            Self::App => (key.app, 0),
            Self::Connection => (key.slug, 0),
            Self::ConnectionAndModel => (key.slug, key.model),
            Self::Face => (key.face, 0),
        }
    }
}
