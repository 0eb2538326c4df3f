#version 330
// A picture, first row on top, into the whole viewport.
in vec2 corner;
out vec2 v_share;
void main() {
    v_share = corner;
    gl_Position = vec4(corner.x * 2.0 - 1.0, 1.0 - corner.y * 2.0, 0.0, 1.0);
}
