#version 330
uniform sampler2D atlas;             // coverage
in vec2 v_texel;
in vec2 v_from_middle;
flat in vec2 v_half;
flat in vec4 v_tint;
flat in vec3 v_form;
out vec4 frag_color;
void main() {
    float cover;
    if (v_form.z > 0.0) {
        cover = texture(atlas, v_texel / vec2(textureSize(atlas, 0))).r;
    } else {
        float radius = min(v_form.x, min(v_half.x, v_half.y));
        vec2 beyond = max(abs(v_from_middle) - v_half + radius, 0.0);
        float inside = radius - length(beyond);
        float soft = v_form.y;
        cover = soft > 0.0 ? smoothstep(-soft, soft, inside) : clamp(inside + 0.5, 0.0, 1.0);
    }
    frag_color = v_tint * cover;
}
