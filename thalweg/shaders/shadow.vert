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
out vec2 v_side;                     // -1 ... 1 across the sheet
out vec3 v_away;                     // in radii, along the light's direction shortened
void main() {
    v_share = share;
    v_side = corner * 2.0 - 1.0;
    vec2 xy = foot.xy + (corner * 2.0 - 1.0) * foot.w * 2.1 - light.xy * foot.w * 0.45;
    xy = clamp(xy, edge.xy, edge.zw);
    vec2 ground = textureLod(heights, xy * plate.zw + plate.xy, 0.0).rg;
    vec3 p = vec3(xy, ground.r);
    vec3 away = (p - foot.xyz) / foot.w;
    v_away = away - light * dot(away, light) * 0.75 + vec3(4.0 * (1.0 - ground.g));    // none falls into a hole
    gl_Position = project(p + vec3(0.0, 0.0, 0.004));
    gl_Position.z -= 0.0006 * gl_Position.w;
}
