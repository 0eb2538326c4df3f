#version 330
#include project.glsl
// A dot at an iterate.
uniform vec2 half_size;
uniform float radius;                // pixels
uniform float bias;
in vec2 corner;                      // 0 ... 1
in vec3 point;
in float time;
in vec3 color;
out vec2 v_offset;
flat out vec3 v_color;
flat out float v_time;
void main() {
    vec4 here = project(point);
    v_offset = (corner * 2.0 - 1.0) * (radius + 1.0);
    here.xy += v_offset / half_size * here.w;
    here.z -= bias * here.w;
    v_color = color;
    v_time = time;
    gl_Position = here;
}
