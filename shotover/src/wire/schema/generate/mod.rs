//! Are the tables what `messages.txt` says? Writes them anew when `SHOTOVER_BLESS` is set.

mod emit;
mod parse;
mod tests;
