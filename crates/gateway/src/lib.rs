//! One safe local address for the writer's other tools.
