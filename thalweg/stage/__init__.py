"""manimgl's adapter: import guard, drawing context, frames, chunks, processes, writer. Knows Drawable only."""
