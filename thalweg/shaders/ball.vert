#version 330
// A sphere as one quad: the fragment shader finds where the ray meets it, so its edge is smooth at any size. Its depth is
// that of a disc that faces the eye, so that of two balls one is wholly in front, and no bend of the ground cuts it.
uniform mat4 view;
uniform vec3 frame_rescale_factors;
uniform float frame_scale;
uniform vec2 half_size;
in vec2 corner;                      // 0 ... 1
in vec4 center;                      // and radius
in vec4 color;                       // and pattern
in vec4 turn;                        // unit quaternion (x, y, z, w) from the ball's own axes to the world
in vec2 layer;                       // how far its disc is pulled to the eye, display units; opacity
flat out vec3 v_center;              // in view space
flat out float v_radius;
flat out vec4 v_color;
flat out vec4 v_turn;
flat out float v_opacity;
out vec2 v_plane;                    // the pixel's point on the plane z = 0 of view space
void main() {
    v_center = (view * vec4(center.xyz, 1.0)).xyz;
    v_radius = center.w / frame_scale;
    v_color = color;
    v_turn = turn;
    v_opacity = layer.y;
    float eye = 1.0 / frame_rescale_factors.z;
    float grow = eye / (eye - v_center.z);
    float reach = v_radius * grow * 1.3 + 2.0 / (half_size.y * abs(frame_rescale_factors.y));
    v_plane = v_center.xy * grow + (corner * 2.0 - 1.0) * reach;
    vec3 toward = vec3(0.0, 0.0, eye) - v_center;
    float z = (v_center.z + toward.z / length(toward) * layer.x / frame_scale) * frame_rescale_factors.z;
    bool behind = v_center.z > 0.95 * eye;
    gl_Position = behind ? vec4(2.0, 2.0, 2.0, 1.0) : vec4(v_plane * frame_rescale_factors.xy, -0.1 * z / (1.0 - z), 1.0);
}
