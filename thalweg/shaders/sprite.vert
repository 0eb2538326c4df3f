#version 330
// Pictures and glyphs in pixels of the output, origin at the upper left.
uniform vec3 frame_rescale_factors;
uniform vec2 half_size;
uniform sampler2D picture;
in vec2 corner;
in vec4 place;                       // left, top, width, height in pixels
in vec2 source;                      // left and top in the texture
in vec4 tint;
out vec2 v_uv;
flat out vec4 v_tint;
void main() {
    vec2 at = place.xy + corner * place.zw;
    v_uv = (source + corner * place.zw) / vec2(textureSize(picture, 0));
    v_tint = tint;
    vec2 ndc = at / half_size - 1.0;
    gl_Position = vec4(ndc.x, -ndc.y * sign(frame_rescale_factors.y), 0.0, 1.0);
}
