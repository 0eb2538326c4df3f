#version 330
// Controls of the live window, in pixels with the origin at the upper left: text and icons from an atlas, or shapes.
uniform vec2 half_size;
in vec2 corner;
in vec4 place;                       // left, top, width, height
in vec4 source;                      // the same in the atlas; width 0: a rounded rectangle
in vec4 tint;                        // premultiplied
in vec2 form;                        // radius of its corners, softness of its edge, both in pixels
out vec2 v_texel;
out vec2 v_from_middle;
flat out vec2 v_half;
flat out vec4 v_tint;
flat out vec3 v_form;
void main() {
    float room = source.z > 0.0 ? 0.0 : 1.0 + form.y;
    vec2 at = place.xy - room + corner * (place.zw + 2.0 * room);
    v_texel = source.xy + corner * source.zw;
    v_half = place.zw / 2.0;
    v_from_middle = at - place.xy - v_half;
    v_tint = tint;
    v_form = vec3(form, source.z);
    vec2 ndc = at / half_size - 1.0;
    gl_Position = vec4(ndc.x, -ndc.y, 0.0, 1.0);
}
