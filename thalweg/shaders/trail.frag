#version 330
#include age.glsl
uniform float now;                   // film seconds; later parts are not there yet
uniform vec4 fade;                   // seconds of fading; shares of strength and of width that stay; opacity of all
uniform vec3 low;                    // the box within which the surface is drawn, and how far above and below a trail goes
uniform vec3 high;
uniform float beyond;
uniform vec4 tint;                   // a colour in place of its own, and how much of it
in vec3 v_point;
in float v_across;
in float v_half;
in float v_time;
in float v_strength;
in float v_along;
flat in vec3 v_color;
flat in vec2 v_dash;
out vec4 frag_color;
void main() {
    float period = v_dash.x + v_dash.y, pixel = fwidth(v_along) + 1e-9;
    if (v_time > now) discard;
    float strength = mix(fade.y, 1.0, left_after(now - v_time, fade.x)) * fade.w * v_strength;
    vec3 over = max(v_point - high, low - v_point);
    float aside = max(over.x, over.y);
    strength *= clamp(0.5 - aside / (fwidth(aside) + 1e-9), 0.0, 1.0) * clamp(1.0 - over.z / beyond, 0.0, 1.0);
    if (v_dash.y > 0.0) {
        float middle = abs(mod(v_along, period) - 0.5 * v_dash.x);
        float inside = 0.5 * v_dash.x - min(middle, period - middle);
        strength *= mix(clamp(inside / pixel + 0.5, 0.0, 1.0), v_dash.x / period, smoothstep(0.2, 0.6, pixel / period));
    }
    float cover = clamp(v_half + 0.5 - abs(v_across), 0.0, 1.0) * min(1.0, 2.0 * v_half);
    float round_shade = 1.08 - 0.35 * abs(v_across) / (v_half + 0.5);
    frag_color = vec4(mix(v_color * round_shade, tint.rgb, tint.a), cover * strength);
}
