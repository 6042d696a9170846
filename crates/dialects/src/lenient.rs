//! Values read from somebody else's JSON without trust: what has the wrong type is absent, never an error.
