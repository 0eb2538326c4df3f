#version 330
uniform float now;
uniform float radius;
uniform vec4 fade;
in vec2 v_offset;
flat in vec3 v_color;
flat in float v_time;
out vec4 frag_color;
void main() {
    if (v_time > now) discard;
    float cover = clamp(radius + 0.5 - length(v_offset), 0.0, 1.0);
    float age = mix(fade.y, 1.0, exp(-(now - v_time) / fade.x));
    frag_color = vec4(mix(v_color, vec3(1.0), 0.45), cover * fade.z * mix(0.5, 1.0, age));
}
