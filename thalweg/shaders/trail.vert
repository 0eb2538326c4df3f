#version 330
#include project.glsl
#include age.glsl
// A ball's way as a band, smoothed across its width, that narrows with age; `time` is the film second at which a place
// is passed.
uniform vec2 half_size;              // half the picture in pixels
uniform float width;                 // pixels, where new
uniform float rim;                   // pixels more on both sides
uniform float now;                   // film seconds
uniform vec4 fade;                   // seconds of fading; shares of strength and of width that stay; opacity of all
uniform float bias;                  // pulled to the eye, so that it lies on the surface
in vec3 point;
in vec3 tangent;
in vec4 side;                        // which side, film second, strength, length of the way so far
in vec3 color;
in vec2 dash;                        // lengths drawn and left out, the latter 0 where the line is whole
out vec3 v_point;
out float v_across;
out float v_half;
out float v_time;
out float v_strength;
out float v_along;
flat out vec3 v_color;
flat out vec2 v_dash;
void main() {
    vec4 here = project(point), ahead = project(point + 0.02 * tangent);
    vec2 along = (ahead.xy / ahead.w - here.xy / here.w) * half_size;
    float size = length(along);
    along = size > 1e-7 ? along / size : vec2(1.0, 0.0);
    float narrowed = mix(fade.z, 1.0, left_after(now - side.y, fade.x));
    float half_width = 0.5 * width * narrowed * clamp(1.0 / here.w, 0.5, 2.0) + rim;
    float reach = half_width + 1.0;
    here.xy += vec2(-along.y, along.x) * side.x * reach / half_size * here.w;
    here.z -= bias * here.w;
    v_point = point;
    v_across = side.x * reach;
    v_half = half_width;
    v_time = side.y;
    v_strength = side.z;
    v_along = side.w;
    v_color = color;
    v_dash = dash;
    gl_Position = here;
}
