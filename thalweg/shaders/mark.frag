#version 330
#include age.glsl
uniform float now;
uniform vec4 fade;                   // seconds of fading; shares of strength and of width that stay; opacity of all
uniform vec4 tint;                   // a colour in place of its own, and how much of it
in vec2 v_offset;
flat in vec3 v_color;
flat in float v_time;
flat in float v_radius;
out vec4 frag_color;
void main() {
    if (v_time > now) discard;
    float cover = clamp(v_radius + 0.5 - length(v_offset), 0.0, 1.0);
    float strength = mix(fade.y, 1.0, left_after(now - v_time, fade.x));
    frag_color = vec4(mix(mix(v_color, vec3(1.0), 0.45), tint.rgb, tint.a), cover * fade.w * mix(0.5, 1.0, strength));
}
