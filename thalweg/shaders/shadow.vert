#version 330
#include project.glsl
// A contact shadow: a small sheet that hugs the surface around the foot of a ball. Costs only the pixels it covers.
uniform vec3 light;
uniform vec4 plate;
uniform vec4 edge;                   // the plate's rectangle: low x, low y, high x, high y
uniform sampler2D heights;          // and 1 where there is a surface
in vec2 corner;                      // 0 ... 1 over the sheet
in vec4 foot;                        // contact point and radius of the ball
in float share;                      // of its darkness
flat out float v_share;
out vec3 v_away;                     // in radii
vec2 ground(vec2 xy) { return textureLod(heights, xy * plate.zw + plate.xy, 0.0).rg; }
void main() {
    float reach = 1.7 * foot.w, near = 0.5 * foot.w;
    vec2 along = vec2(near, 0.0);
    vec2 slope = vec2(ground(foot.xy + along.xy).r - ground(foot.xy - along.xy).r,
                      ground(foot.xy + along.yx).r - ground(foot.xy - along.yx).r) / (2.0 * near);
    vec3 normal = normalize(vec3(-slope, 1.0));
    v_share = share * smoothstep(0.25, 0.7, normal.z);                            // a wall has none
    vec2 xy = clamp(foot.xy + (corner * 2.0 - 1.0) * reach, edge.xy, edge.zw);
    vec2 there = ground(xy);
    vec3 p = vec3(xy, there.r);
    vec3 aside = light - normal * dot(light, normal);                              // it lies a little away from the lamp
    v_away = (p - foot.xyz) / foot.w + 0.3 * aside + vec3(4.0 * (1.0 - there.g));   // none falls into a hole
    gl_Position = project(p + vec3(0.0, 0.0, 0.004));
    gl_Position.z -= 0.0006 * gl_Position.w;
}
