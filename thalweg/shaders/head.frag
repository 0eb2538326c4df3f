#version 330
uniform float size;
uniform vec4 fade;                   // the last: opacity
in vec2 v_at;
flat in vec3 v_color;
out vec4 frag_color;
const vec2 SIDE = normalize(vec2(0.6, 1.0));  // outwards: half as wide as 0.6 of its length
void main() {
    float within = min(v_at.x, SIDE.x * size - dot(SIDE, vec2(v_at.x, abs(v_at.y))));
    frag_color = vec4(v_color, clamp(within + 0.5, 0.0, 1.0) * fade.w);
}
