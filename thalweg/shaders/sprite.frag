#version 330
uniform sampler2D picture;           // premultiplied alpha
uniform float opacity;
in vec2 v_uv;
flat in vec4 v_tint;
out vec4 frag_color;
void main() {
    frag_color = texture(picture, v_uv) * v_tint * opacity;
}
