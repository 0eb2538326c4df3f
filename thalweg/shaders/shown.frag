#version 330
uniform sampler2D picture;
in vec2 v_share;
out vec4 frag_color;
void main() {
    frag_color = vec4(texture(picture, v_share).rgb, 1.0);
}
