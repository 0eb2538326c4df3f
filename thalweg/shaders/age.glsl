// How much is left of a trail `seconds` after it was drawn: 1 ... 0.
float left_after(float seconds, float fade) { return exp(-pow(max(seconds, 0.0) / fade, 2.0)); }
