#version 330
// Pieces of curves on the screen, in pixels from the upper left: each a capsule that grows with `now`.
uniform vec3 frame_rescale_factors;
uniform vec2 half_size;
uniform float now;
uniform float radius;
in vec2 corner;
in vec4 ends;
in vec2 times;
in vec3 color;
in float wider;                      // pixels more than the radius
in vec3 dash;                        // pixels drawn, pixels left out (0: a whole line), length of the curve so far
out vec2 v_at;
flat out vec4 v_ends;
flat out vec3 v_color;
flat out vec3 v_dash;
flat out float v_radius;
void main() {
    vec2 a = ends.xy;
    vec2 b = mix(a, ends.zw, clamp((now - times.x) / max(times.y - times.x, 1e-9), 0.0, 1.0));
    vec2 along = b - a;
    float size = length(along);
    along = size > 1e-6 ? along / size : vec2(1.0, 0.0);
    v_radius = radius + wider;
    float reach = v_radius + 1.0;
    v_at = mix(a - along * reach, b + along * reach, corner.x) + vec2(-along.y, along.x) * (2.0 * corner.y - 1.0) * reach;
    v_ends = vec4(a, b);
    v_color = color;
    v_dash = dash;
    vec2 ndc = v_at / half_size - 1.0;
    gl_Position = vec4(ndc.x, -ndc.y * sign(frame_rescale_factors.y), 0.0, 1.0);
}
