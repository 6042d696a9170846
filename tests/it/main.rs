//! The whole program from outside, in one binary: the layers, the commands, the window.

mod layers;
