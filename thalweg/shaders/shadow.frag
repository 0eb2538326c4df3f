#version 330
uniform float darkness;
flat in float v_share;
in vec2 v_side;
in vec3 v_away;
out vec4 frag_color;
void main() {
    float d = dot(v_away, v_away);
    float wide = max(0.0, 1.0 - d / 3.6), close = max(0.0, 1.0 - d / 0.7);
    float edge = 1.0 - smoothstep(0.75, 1.0, max(abs(v_side.x), abs(v_side.y)));    // none ends at the sheet's edge
    frag_color = vec4(0.0, 0.0, 0.015, edge * v_share * darkness * (0.52 * wide * wide + 0.34 * close));
}
