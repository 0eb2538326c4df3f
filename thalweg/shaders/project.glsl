// manimgl's own projection (its emit_gl_Position), so that depth is shared with stock mobjects in the same scene.
uniform mat4 view;
uniform vec3 frame_rescale_factors;   // y is negative where the stage draws upside down to read rows from the top
vec4 project(vec3 p) {
    vec4 r = view * vec4(p, 1.0);
    r.xyz *= frame_rescale_factors;
    r.w = 1.0 - r.z;
    r.z *= -0.1;
    return r;
}
