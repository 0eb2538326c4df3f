#version 330
uniform float opacity;
uniform vec4 window;  // left, top, right, bottom: nothing is drawn beyond
in vec2 v_at;
flat in vec4 v_ends;
flat in vec3 v_color;
flat in vec3 v_dash;
flat in float v_radius;
out vec4 frag_color;
void main() {
    if (any(lessThan(v_at, window.xy)) || any(greaterThan(v_at, window.zw))) discard;
    vec2 a = v_ends.xy, along = v_ends.zw - a, from = v_at - a;
    float share = clamp(dot(from, along) / max(dot(along, along), 1e-9), 0.0, 1.0);
    float cover = clamp(v_radius + 0.5 - length(from - share * along), 0.0, 1.0);
    if (v_dash.y > 0.0) {
        float period = v_dash.x + v_dash.y, middle = abs(mod(v_dash.z + share * length(along), period) - 0.5 * v_dash.x);
        cover *= clamp(0.5 * v_dash.x - min(middle, period - middle) + 0.5, 0.0, 1.0);
    }
    frag_color = vec4(v_color, cover * opacity);
}
