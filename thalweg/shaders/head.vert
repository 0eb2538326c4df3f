#version 330
#include project.glsl
// An arrowhead as large in pixels wherever it is, that begins at a point and points along a tangent.
uniform vec2 half_size;              // half the picture in pixels
uniform float size;                  // pixels from its base to its tip
uniform float bias;                  // pulled to the eye, so that it lies on the surface
uniform float now;                   // film seconds
in vec2 corner;                      // 0 ... 1
in vec3 point;
in vec3 tangent;
in vec2 times;                       // film seconds from which on, and before which it is there
in vec3 color;
out vec2 v_at;                       // pixels along and across
flat out vec3 v_color;
void main() {
    vec4 here = project(point), ahead = project(point + 0.02 * tangent);
    vec2 along = (ahead.xy / ahead.w - here.xy / here.w) * half_size;
    float reach = length(along);
    along = reach > 1e-7 ? along / reach : vec2(1.0, 0.0);
    v_at = vec2(mix(-1.0, size + 1.0, corner.x), (2.0 * corner.y - 1.0) * (size + 1.0));
    here.xy += (along * v_at.x + vec2(-along.y, along.x) * v_at.y) / half_size * here.w;
    here.z -= bias * here.w;
    v_color = color;
    gl_Position = now < times.x || now >= times.y ? vec4(2.0, 2.0, 2.0, 1.0) : here;
}
