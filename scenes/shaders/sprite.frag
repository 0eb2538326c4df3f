#version 330
uniform sampler2D picture;           // premultiplied alpha
uniform float opacity;
in vec2 v_texel;
flat in vec4 v_tint;
out vec4 frag_color;
void main() {
    // linear: exact where a sprite stands on whole pixels, smooth where it moves
    frag_color = texture(picture, v_texel / vec2(textureSize(picture, 0))) * v_tint * opacity;
}
