#version 330
uniform sampler2D baked;            // ramp colour times light and ambient occlusion
uniform vec4 strength;              // opacity of grid and contours, strength of the highlight, opacity of the surface
uniform vec3 ink;                   // colour of grid and contours
uniform float line_width;           // pixels
in vec2 v_uv;
in vec3 v_cell;
in vec2 v_shine;
out vec4 frag_color;
void main() {
    vec3 color = texture(baked, v_uv).rgb;
    vec3 width = abs(dFdx(v_cell)) + abs(dFdy(v_cell));
    vec3 away = abs(v_cell - round(v_cell)) / max(width, vec3(1e-9));
    // coverage of a line of line_width pixels, faded out where lines would stand closer than a few pixels
    vec3 line = clamp(0.5 * line_width + 0.5 - away, 0.0, 1.0) * clamp(1.3 - 4.0 * width, 0.0, 1.0);
    float k = 1.0 - (1.0 - strength.x * max(line.x, line.y)) * (1.0 - strength.y * line.z);
    color = mix(color, ink, k) + strength.z * v_shine.x;
    color *= 1.0 - 0.45 * v_shine.y;
    frag_color = vec4(color, strength.w);
}
