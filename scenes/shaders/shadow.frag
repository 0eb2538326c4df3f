#version 330
uniform float darkness;
in vec3 v_away;
out vec4 frag_color;
void main() {
    float d = dot(v_away, v_away);
    float wide = max(0.0, 1.0 - d / 3.6), close = max(0.0, 1.0 - d / 0.7);
    frag_color = vec4(0.0, 0.0, 0.015, darkness * (0.52 * wide * wide + 0.34 * close));
}
