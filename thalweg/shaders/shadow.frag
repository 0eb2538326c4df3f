#version 330
uniform float darkness;
flat in float v_share;
in vec3 v_away;
out vec4 frag_color;
void main() {
    float d = dot(v_away, v_away);
    float wide = max(0.0, 1.0 - d / 1.9), close = max(0.0, 1.0 - d / 0.6);          // ends before the sheet does
    frag_color = vec4(0.0, 0.0, 0.015, v_share * darkness * (0.48 * wide * wide + 0.30 * close));
}
