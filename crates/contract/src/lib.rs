//! Commands, requests, views and events that the faces speak.
