#version 330
#include project.glsl
uniform vec3 camera_position;
uniform vec3 light;
uniform float shine;        // of highlights
uniform vec4 plate;         // centre offset and 1 / size of the plate, for the baked texture
uniform vec3 spacing;       // grid lines per display unit in x and y, contours per unit of height
uniform vec3 origin;        // a display point on a grid crossing and a contour
in vec3 point;
in vec3 normal;
out vec2 v_uv;
out vec3 v_cell;
out vec2 v_light;           // brightness, less on the lower side, and highlight
void main() {
    vec3 to_eye = normalize(camera_position - point);
    float side = dot(normal, to_eye);
    vec3 facing = side < 0.0 ? -normal : normal;
    float gleam = pow(max(dot(facing, normalize(light + to_eye)), 0.0), 36.0);
    float brightness = 1.0 - 0.45 * clamp(0.5 - side * 40.0, 0.0, 1.0);
    v_light = vec2(brightness, shine * gleam * brightness);
    v_uv = point.xy * plate.zw + plate.xy;
    v_cell = (point - origin) * spacing;
    gl_Position = project(point);
}
