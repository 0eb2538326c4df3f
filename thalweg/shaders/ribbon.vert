#version 330
#include project.glsl
// A line of constant width in pixels, smoothed across its width; `time` is the film second at which it is drawn.
uniform vec2 half_size;              // half the picture in pixels
uniform float width;                 // pixels
uniform float now;                   // film seconds
uniform vec4 fade;                   // seconds to fade by 1/e, opacity of old parts
uniform float bias;                  // pulled to the eye, so that it lies on the surface
uniform float perspective;           // 1: thicker when near
in vec3 point;
in vec3 tangent;
in vec3 side_time;                   // which side, film second, strength
in vec3 color;
out float v_across;
out float v_time;
out float v_age;
out float v_strength;
flat out float v_half;
out vec3 v_color;
void main() {
    vec4 here = project(point), ahead = project(point + 0.02 * tangent);
    vec2 along = (ahead.xy / ahead.w - here.xy / here.w) * half_size;
    float size = length(along);
    along = size > 1e-7 ? along / size : vec2(1.0, 0.0);
    float half_width = 0.5 * width * mix(1.0, clamp(1.0 / here.w, 0.5, 2.0), perspective);
    float reach = half_width + 1.0;
    here.xy += vec2(-along.y, along.x) * side_time.x * reach / half_size * here.w;
    here.z -= bias * here.w;
    v_across = side_time.x * reach;
    v_time = side_time.y;
    v_age = mix(fade.y, 1.0, exp(-max(now - v_time, 0.0) / fade.x));
    v_strength = side_time.z;
    v_half = half_width;
    v_color = color;
    gl_Position = here;
}
