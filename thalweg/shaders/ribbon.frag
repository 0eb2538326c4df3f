#version 330
uniform float now;                   // film seconds; later parts are not there yet
uniform vec4 fade;                   // seconds to fade by 1/e, opacity of old parts, opacity of all, roundness
in float v_age;                      // 1 where new, fade.y where old
in float v_across;
in float v_time;
in float v_strength;
flat in float v_half;
in vec3 v_color;
out vec4 frag_color;
void main() {
    if (v_time > now) discard;
    float cover = clamp(v_half + 0.5 - abs(v_across), 0.0, 1.0) * min(1.0, 2.0 * v_half);
    float round_shade = 1.0 - fade.w * (0.35 * abs(v_across) / (v_half + 0.5) - 0.08);
    frag_color = vec4(v_color * round_shade, cover * v_age * fade.z * v_strength);
}
