//! Which connections may serve a request, and in which order.
