#version 330
#include project.glsl
#include age.glsl
// A dot at an iterate.
uniform vec2 half_size;
uniform float radius;                // pixels
uniform float rim;                   // pixels more all around
uniform float bias;
uniform float now;                   // film seconds
uniform vec4 fade;                   // seconds of fading, and more that mark.frag reads
in vec2 corner;                      // 0 ... 1
in vec3 point;
in float time;
in vec3 color;
out vec2 v_offset;
flat out vec3 v_color;
flat out float v_time;
flat out float v_radius;
void main() {
    vec4 here = project(point);
    v_radius = radius * mix(0.75, 1.0, left_after(now - time, fade.x)) + rim;
    v_offset = (corner * 2.0 - 1.0) * (v_radius + 1.0);
    here.xy += v_offset / half_size * here.w;
    here.z -= bias * here.w;
    v_color = color;
    v_time = time;
    gl_Position = here;
}
