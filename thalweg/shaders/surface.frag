#version 330
uniform sampler2D baked;            // ramp colour times light and ambient occlusion
uniform vec3 strength;              // opacity of grid, of contours, and of the surface
uniform float line_width;           // pixels
uniform vec2 turn;                  // the contour next to which the ramp turns light, 1 where it does so upwards, else -1
in vec2 v_uv;
in vec3 v_cell;
in vec2 v_light;
out vec4 frag_color;
void main() {
    vec3 color = texture(baked, v_uv).rgb;
    vec3 width = fwidth(v_cell) + 1e-9;                  // cells a pixel
    vec3 lines = 1.0 / width;
    vec3 away = abs(v_cell - roundEven(v_cell)) * lines; // pixels to the nearest line
    // coverage of a line of line_width pixels, faded out where lines would stand closer than a few pixels
    vec3 line = min(0.5 * line_width + 0.5 - away, 1.0) * clamp(1.3 - 4.0 * width, 0.0, 1.0);
    float k = max(max(strength.x * max(line.x, line.y), strength.y * line.z), 0.0);
    // light lines where the ramp is dark, dark ones where it is light; a grid line changes within a pixel
    float dark = clamp(0.5 + turn.y * (v_cell.z - turn.x) * lines.z, 0.0, 1.0);
    float lit = k * v_light.x;
    vec3 seen = color * (v_light.x - lit) + (lit + v_light.y) - lit * dark * vec3(0.97, 0.94, 0.89);
    frag_color = vec4(seen, strength.z);
}
